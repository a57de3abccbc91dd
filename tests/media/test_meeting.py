"""Meetings on a real livekit-server."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from tests.media.conftest import Token
from tests.media.people import claims, joined
from tests.servers import wait_until


def _status(program: httpx.Client, room: dict[str, Any]) -> str:
    return str(program.get(f"/api/v1/rooms/{room['roomId']}").json()["status"])


def test_two_people_see_and_hear_each_other_and_the_status_follows(
    program: httpx.Client, room: dict[str, Any], ask_token: Token
) -> None:
    tokens = [ask_token("Ana", link="moderatorUrl").json()["token"], ask_token("Bo").json()["token"]]

    async def meet() -> None:
        async with joined(tokens[0]) as ana, joined(tokens[1]) as bo:
            await ana.until(lambda me: me.frames.count("Bo") > 5 and me.loudness.get("Bo", 0) > 1000)
            await bo.until(lambda me: me.frames.count("Ana") > 5 and me.loudness.get("Ana", 0) > 1000)
            assert await asyncio.to_thread(_status, program, room) == "active_meeting"

    asyncio.run(meet())
    wait_until(lambda: _status(program, room) == "open", seconds=15, what="the room is open again")


def test_names_in_a_meeting_are_unique_and_free_again_after_leaving(
    program: httpx.Client, room: dict[str, Any], ask_token: Token
) -> None:
    def name(asked: str) -> str:
        return str(claims(ask_token(asked).json()["token"])["name"])

    token = ask_token("Bob").json()["token"]
    assert [name("BOB"), name("bob_1"), name("Bob_7")] == ["BOB_1", "bob_2", "Bob_7"]

    async def come_and_go() -> None:
        async with joined(token, publishes=False):
            await asyncio.to_thread(
                wait_until, lambda: _status(program, room) == "active_meeting", what="the meeting has begun"
            )

    asyncio.run(come_and_go())
    wait_until(lambda: name("Bob") == "Bob", seconds=10, what="the name is free again")


def test_a_participant_can_soon_not_write_its_own_metadata(ask_token: Token) -> None:
    token = ask_token("Mallory").json()["token"]

    async def try_it() -> None:
        async with joined(token) as mallory:

            def may_write(me: Any) -> bool:
                return bool(me.room.local_participant.permissions.can_update_metadata)

            assert may_write(mallory)
            await mallory.until(lambda me: not may_write(me), seconds=10)
            assert mallory.room.local_participant.permissions.can_publish
            assert mallory.room.local_participant.permissions.can_subscribe

    asyncio.run(try_it())


def _while_meeting(program: httpx.Client, room: dict[str, Any], token: str, act: Callable[[], None]) -> bool:
    """Does `act` while somebody is in the meeting; whether it sent them out."""

    async def run() -> bool:
        async with joined(token, publishes=False) as person:
            await asyncio.to_thread(
                wait_until, lambda: _status(program, room) == "active_meeting", what="the meeting has begun"
            )
            await asyncio.to_thread(act)
            try:
                await asyncio.wait_for(person.ended.wait(), 3)
            except TimeoutError:
                return False
            return True

    return asyncio.run(run())


def test_a_deletion_without_policy_is_refused_while_people_meet(
    program: httpx.Client, room: dict[str, Any], ask_token: Token
) -> None:
    def act() -> None:
        answer = program.delete(f"/api/v1/rooms/{room['roomId']}")
        assert (answer.status_code, answer.json()["error"]) == (409, "room_has_active_meeting")
        assert _status(program, room) == "active_meeting"

    assert not _while_meeting(program, room, ask_token("Ana").json()["token"], act)


def test_a_forced_deletion_ends_the_meeting_and_the_room_goes_with_it(
    program: httpx.Client, room: dict[str, Any], ask_token: Token
) -> None:
    def act() -> None:
        answer = program.delete(f"/api/v1/rooms/{room['roomId']}?withMeeting=force")
        assert (answer.status_code, answer.json()["successCode"]) == (200, "room_with_active_meeting_deleted")

    assert _while_meeting(program, room, ask_token("Ana").json()["token"], act)
    gone = f"/api/v1/rooms/{room['roomId']}"
    wait_until(lambda: program.get(gone).status_code == 404, seconds=15, what="the room is gone")


def test_a_scheduled_deletion_waits_for_the_end(program: httpx.Client, room: dict[str, Any], ask_token: Token) -> None:
    def act() -> None:
        answer = program.delete(f"/api/v1/rooms/{room['roomId']}?withMeeting=when_meeting_ends")
        assert answer.status_code == 202
        assert answer.json()["room"]["meetingEndAction"] == "delete"
        assert answer.json()["room"]["status"] == "active_meeting"

    assert not _while_meeting(program, room, ask_token("Ana").json()["token"], act)
    gone = f"/api/v1/rooms/{room['roomId']}"
    wait_until(lambda: program.get(gone).status_code == 404, seconds=15, what="the room is gone")


def test_whoever_may_end_the_meeting_ends_it_for_all(
    program: httpx.Client, room: dict[str, Any], ask_token: Token
) -> None:
    path = f"/internal-api/v1/meetings/{room['roomId']}"
    speaker, moderator = (
        {"X-Room-Member-Token": f"Bearer {ask_token('Ana', link=link, joinMeeting=False).json()['token']}"}
        for link in ("speakerUrl", "moderatorUrl")
    )

    def act() -> None:
        with httpx.Client(base_url=program.base_url, trust_env=False) as people:
            assert people.delete(path, headers=speaker).status_code == 403
            assert people.delete(path, headers=moderator).status_code == 200

    assert _while_meeting(program, room, ask_token("Ana").json()["token"], act)
    wait_until(lambda: _status(program, room) == "open", seconds=15, what="the room is open again")

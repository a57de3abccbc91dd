"""Kick, promotion and other rights on a real livekit-server: what the people concerned see of it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from livekit import rtc

from tests.media.conftest import Token
from tests.media.people import Person, claims, joined

Act = Callable[[], httpx.Response]


@pytest.fixture
def room(program: httpx.Client) -> dict[str, Any]:
    """Where speakers may not write in the chat."""
    wish = {"roomName": "Moderated", "roles": {"speaker": {"permissions": {"chatWrite": False}}}}
    created: dict[str, Any] = program.post("/api/v1/rooms", json=wish).json()
    return created


@pytest.fixture
def as_moderator(program: httpx.Client, room: dict[str, Any], ask_token: Token) -> Callable[..., httpx.Response]:
    """`as_moderator("DELETE", "ann")`: what the moderators' link may do to a participant."""
    token = ask_token("Mo", link="moderatorUrl", joinMeeting=False).json()["token"]
    headers = {"X-Room-Member-Token": f"Bearer {token}"}

    def act(method: str, path: str, **options: Any) -> httpx.Response:
        url = f"{program.base_url}/internal-api/v1/meetings/{room['roomId']}/participants/{path}"
        return httpx.request(method, url, headers=headers, trust_env=False, **options)

    return act


def signals(person: Person) -> list[tuple[str, dict[str, Any]]]:
    """What the server tells this person from now on: topics with payloads."""
    heard: list[tuple[str, dict[str, Any]]] = []

    def on_data(packet: rtc.DataPacket) -> None:
        heard.append((str(packet.topic), json.loads(packet.data)))

    person.room.on("data_received", on_data)
    return heard


def may_chat(person: Person) -> bool:
    return bool(person.room.local_participant.permissions.can_publish_data)


def badge(person: Person) -> Any:
    return json.loads(person.room.local_participant.metadata)["badge"]


def test_somebody_is_sent_out_and_cannot_come_back_with_the_same_token(
    ask_token: Token, as_moderator: Callable[..., httpx.Response]
) -> None:
    token = ask_token("Bo").json()["token"]
    identity = claims(token)["sub"]

    async def run() -> None:
        async with joined(token, publishes=False) as bo:
            answer = await asyncio.to_thread(as_moderator, "DELETE", identity)
            assert answer.status_code == 200, answer.text
            await asyncio.wait_for(bo.ended.wait(), 5)
        async with joined(token, publishes=False) as bo:
            await asyncio.wait_for(bo.ended.wait(), 15)
        answer = await asyncio.to_thread(as_moderator, "DELETE", identity)
        assert answer.status_code == 404
        async with joined((await asyncio.to_thread(ask_token, "Bo")).json()["token"], publishes=False) as bo:
            await bo.until(lambda me: me.room.isconnected() and not _may_write_metadata(me))
            assert not bo.ended.is_set()

    asyncio.run(run())


def _may_write_metadata(person: Person) -> bool:
    return bool(person.room.local_participant.permissions.can_update_metadata)


def test_a_promotion_is_felt_in_the_call_and_ends_again(
    program: httpx.Client,
    room: dict[str, Any],
    ask_token: Token,
    as_moderator: Callable[..., httpx.Response],
) -> None:
    token = ask_token("Bo").json()["token"]
    identity = claims(token)["sub"]
    refresh = f"{program.base_url}/internal-api/v1/rooms/{room['roomId']}/members/token/refresh"

    def refreshed() -> dict[str, Any]:
        answer = httpx.post(refresh, headers={"X-Room-Member-Token": f"Bearer {token}"}, trust_env=False)
        return claims(answer.json()["token"])

    def change(action: str) -> int:
        return as_moderator("PUT", f"{identity}/role", json={"action": action}).status_code

    async def run() -> None:
        async with joined(token, publishes=False) as bo:
            heard = signals(bo)
            assert not may_chat(bo)
            assert await asyncio.to_thread(change, "upgrade") == 200
            await bo.until(lambda me: may_chat(me) and badge(me) == "moderator" and heard)
            topic, payload = heard[-1]
            assert topic == "meet_participant_role_updated"
            assert (payload["participantIdentity"], payload["newBadge"]) == (identity, "moderator")
            promoted = await asyncio.to_thread(refreshed)
            assert promoted["metadata"]["isPromotedModerator"] is promoted["video"]["canPublishData"] is True
            assert await asyncio.to_thread(change, "upgrade") == 409
            assert await asyncio.to_thread(change, "downgrade") == 200
            await bo.until(lambda me: not may_chat(me) and badge(me) == "other")
            assert "isPromotedModerator" not in (await asyncio.to_thread(refreshed))["metadata"]

    asyncio.run(run())


def test_a_members_rights_change_in_the_call(program: httpx.Client, room: dict[str, Any], ask_token: Token) -> None:
    path = f"/api/v1/rooms/{room['roomId']}/members"
    member = program.post(path, json={"name": "Gwen", "baseRole": "speaker"}).json()
    token = ask_token("Gwen", secret=member["memberId"], opaqueIdentity=True).json()["token"]

    def change(permissions: dict[str, bool]) -> None:
        body = {"customPermissions": permissions}
        assert program.put(f"{path}/{member['memberId']}", json=body).status_code == 200

    async def run() -> None:
        async with joined(token, publishes=False) as gwen:
            heard = signals(gwen)
            await asyncio.to_thread(change, {"chatWrite": True})
            await gwen.until(lambda me: may_chat(me) and heard)
            assert heard[-1][0] == "meet_participant_permissions_updated"
            await asyncio.to_thread(change, {"meetingJoin": False})
            await asyncio.wait_for(gwen.ended.wait(), 5)

    asyncio.run(run())

"""A real LiveKit that is asked for an egress, and has no service for it: with Redis, and without. Nobody waits longer
than promised, the room is free again, and the reason is a sentence."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from livekit import rtc
from livekit.api import AccessToken, LiveKitAPI, RoomParticipantIdentity, VideoGrants

from meet.supervisor.media import Media, server
from tests import servers
from tests.media.people import claims, joined

KEY, SECRET = "APItest", "a-test-secret-of-32-characters-or-more"
EGRESS = {"MEET_RECORDER": "egress", "MEETING_DEPARTURE_TIMEOUT": "1s"}


@contextmanager
def livekit_with_redis(folder: Path) -> Iterator[str]:
    """Its address; as the embedded one, but with what egresses need."""
    folder.mkdir()
    port = servers.free_port(following=2)
    media = Media(port, KEY, SECRET, webhook_url="http://127.0.0.1:9/")
    with servers.redis(folder) as redis_url:
        address = redis_url.removeprefix("redis://").partition("/")[0]
        file = folder / "livekit.yaml"
        file.write_text(json.dumps({**media.configuration(), "redis": {"address": address}}))
        with servers.running([server(), "--config", file], log=folder / "livekit.log"):
            servers.wait_until(lambda: servers.answers(f"http://127.0.0.1:{port}/"), what="LiveKit answers")
            yield f"ws://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def without_redis(servers_folder: Path) -> Iterator[servers.Installation]:
    with servers.installation(servers_folder / "egress-without-redis", EGRESS) as running:
        yield running


@pytest.fixture(scope="module")
def with_redis(servers_folder: Path) -> Iterator[servers.Installation]:
    with livekit_with_redis(servers_folder / "livekit-with-redis") as url:
        env = {**EGRESS, "LIVEKIT_URL": url, "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}
        with servers.installation(servers_folder / "egress-with-redis", env) as running:
            yield running


def make_room(program: httpx.Client) -> dict[str, Any]:
    created: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "Recorded"}).json()
    return created


def token_of(program: httpx.Client, room: dict[str, Any], link: str = "moderatorUrl") -> str:
    body = {"secret": room[link].partition("secret=")[2], "joinMeeting": True, "participantName": "Ann"}
    return str(program.post(f"/internal-api/v1/rooms/{room['roomId']}/members/token", json=body).json()["token"])


async def record(installation: servers.Installation) -> tuple[httpx.Response, float, dict[str, Any], list[Any]]:
    """With somebody in the meeting: the answer, its seconds, the state of the meeting after it, what people heard."""
    with installation.api() as program:
        room = make_room(program)
        token = token_of(program, room)
        heard: list[Any] = []
        async with joined(token) as ann:
            ann.room.on("data_received", lambda packet: heard.append(json.loads(packet.data)["recording"]))
            began = time.monotonic()
            answer = await asyncio.to_thread(
                program.post, "/api/v1/recordings", json={"roomId": room["roomId"]}, timeout=30
            )
            seconds = time.monotonic() - began
            state = httpx.get(
                f"{installation.url}/internal-api/v1/meetings/{room['roomId']}/recording",
                headers={"X-Room-Member-Token": f"Bearer {token}"},
                trust_env=False,
            ).json()
            await asyncio.sleep(0.5)
    return answer, seconds, state, heard


def test_without_redis_the_answer_comes_at_once_and_says_so(without_redis: servers.Installation) -> None:
    answer, seconds, state, _heard = asyncio.run(record(without_redis))
    assert answer.status_code == 503
    assert answer.json() == {
        "error": "Recording Error",
        "message": "LiveKit is not set up for recording: it has no Redis",
    }
    assert seconds < 3
    assert (state["recording"], state["hasRecordings"]) == (None, False)


def test_without_a_service_no_recorder_is_free_within_twenty_seconds(with_redis: servers.Installation) -> None:
    answer, seconds, state, heard = asyncio.run(record(with_redis))
    assert answer.status_code == 503
    assert answer.json()["message"].startswith("No recorder is free for room 'recorded-")
    assert seconds < 22
    assert (state["recording"], state["hasRecordings"]) == (None, False)
    assert [told["status"] for told in heard] == ["starting", "failed"]
    assert heard[-1]["error"] == "No recorder is free."


def test_a_recorder_that_nobody_sees_is_found_in_the_room(with_redis: servers.Installation) -> None:
    """By it we know that an egress is alive."""

    async def look(url: str, room_id: str) -> str:
        grants = VideoGrants(room_join=True, room=room_id, hidden=True, recorder=True, can_publish=False)
        token = AccessToken(KEY, SECRET).with_identity("EG_here").with_kind("egress").with_grants(grants).to_jwt()
        recorder = rtc.Room()
        await recorder.connect(url, token)
        try:
            async with LiveKitAPI(url.replace("ws", "http", 1), KEY, SECRET) as livekit:
                found = await livekit.room.get_participant(RoomParticipantIdentity(room=room_id, identity="EG_here"))
        finally:
            await recorder.disconnect()
        return found.identity

    with with_redis.api() as program:
        room = make_room(program)
        url = claims(token_of(program, room))["metadata"]["livekitUrl"]
        assert asyncio.run(look(url, room["roomId"])) == "EG_here"

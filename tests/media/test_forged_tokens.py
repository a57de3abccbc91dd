"""LiveKit signs whatever a participant writes about itself with our own secret (decisions.md 1). Replayed here."""

import json
import time
from typing import Any

import httpx
import jwt
import pytest

from tests.media.livekit_client import forged_token
from tests.servers import Installation


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.fixture
def speaker(program: httpx.Client) -> tuple[dict[str, Any], str]:
    """A room, and the join token of somebody with its speaker link."""
    room = program.post("/api/v1/rooms", json={"roomName": "Forgery"}).json()
    secret = room["speakerUrl"].partition("secret=")[2]
    body = {"secret": secret, "joinMeeting": True, "participantName": "Mallory"}
    answer = program.post(f"/internal-api/v1/rooms/{room['roomId']}/members/token", json=body)
    return room, answer.json()["token"]


def test_a_token_that_livekit_signed_again_opens_nothing(
    installation: Installation, speaker: tuple[dict[str, Any], str]
) -> None:
    room, token = speaker
    metadata = json.loads(_claims(token)["metadata"])
    forged = metadata | {
        "permissions": dict.fromkeys(metadata["permissions"], True),
        "badge": "owner",
        "iat": int(time.time() * 1000) + 10 * 365 * 86_400_000,
    }
    replayed = forged_token(metadata["livekitUrl"], token, forged)
    assert json.loads(_claims(replayed)["metadata"])["badge"] == "owner"
    with httpx.Client(base_url=installation.url, trust_env=False) as mallory:
        honest = mallory.get(f"/api/v1/rooms/{room['roomId']}", headers={"X-Room-Member-Token": f"Bearer {token}"})
        assert honest.status_code == 200
        assert "moderatorUrl" not in honest.json()
        for path in (f"/api/v1/rooms/{room['roomId']}", "/internal-api/v1/users/me", "/api/v1/rooms"):
            for header in ("X-Room-Member-Token", "Authorization", "X-Refresh-Token"):
                answer = mallory.get(path, headers={header: f"Bearer {replayed}"})
                assert answer.status_code == 401, (path, header, answer.text)
        refreshed = mallory.post("/internal-api/v1/auth/refresh", headers={"X-Refresh-Token": f"Bearer {replayed}"})
        assert refreshed.status_code == 400


def test_another_room_cannot_be_entered_with_it(
    installation: Installation, program: httpx.Client, speaker: tuple[dict[str, Any], str]
) -> None:
    _room, token = speaker
    other = program.post("/api/v1/rooms", json={"roomName": "Elsewhere"}).json()
    metadata = json.loads(_claims(token)["metadata"]) | {"roomId": other["roomId"]}
    replayed = forged_token(metadata["livekitUrl"], token, metadata)
    answer = httpx.get(
        f"{installation.url}/api/v1/rooms/{other['roomId']}",
        headers={"X-Room-Member-Token": f"Bearer {replayed}"},
        trust_env=False,
    )
    assert answer.status_code == 401

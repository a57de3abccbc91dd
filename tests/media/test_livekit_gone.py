"""The media server stopped: clear answers, nothing half-made, everything repaired when it returns."""

import os
import signal
from typing import Any

import httpx

from tests.media.conftest import Token
from tests.media.people import claims
from tests.servers import Installation, wait_until


def test_joining_answers_503_and_reserves_nothing(
    program: httpx.Client, installation: Installation, ask_token: Token, room: dict[str, Any]
) -> None:
    with installation.frozen("livekit.yaml"):  # the worst way to be gone
        answer = ask_token("Ana")
        assert answer.status_code == 503
        assert answer.json() == {"error": "LiveKit Error", "message": "LiveKit is not available"}
        assert program.get("/readyz").json()["parts"]["livekit"] == "unavailable"
        assert program.get("/healthz").status_code == 200
        assert program.get(f"/api/v1/rooms/{room['roomId']}").json()["status"] == "open"
    assert claims(ask_token("Ana").json()["token"])["name"] == "Ana"


def test_a_meeting_lost_with_the_media_server_is_closed_by_comparison(
    program: httpx.Client, installation: Installation, ask_token: Token, room: dict[str, Any]
) -> None:
    def status() -> str:
        return str(program.get(f"/api/v1/rooms/{room['roomId']}").json()["status"])

    ask_token("Ana")
    wait_until(lambda: status() == "active_meeting", what="the meeting has begun")
    [pid] = installation.processes("livekit.yaml")
    os.kill(pid, signal.SIGKILL)  # the supervisor starts another one, which knows of no meeting
    wait_until(lambda: status() == "open", seconds=40, what="the lost meeting is closed")

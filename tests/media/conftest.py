from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import servers


@pytest.fixture(scope="session")
def installation(servers_folder: Path) -> Iterator[servers.Installation]:
    """What `make run` starts, with its real livekit-server; empty meetings end soon."""
    env = {"MEETING_EMPTY_TIMEOUT": "20s", "MEETING_DEPARTURE_TIMEOUT": "1s"}
    with servers.installation(servers_folder / "installation", env) as running:
        yield running


@pytest.fixture(scope="session")
def program(installation: servers.Installation) -> Iterator[httpx.Client]:
    """An integrator's program with the API key."""
    with installation.api() as client:
        yield client


@pytest.fixture
def room(program: httpx.Client) -> dict[str, Any]:
    created: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "Media"}).json()
    return created


Token = Callable[..., httpx.Response]


@pytest.fixture
def ask_token(program: httpx.Client, room: dict[str, Any]) -> Token:
    """`ask_token("Ana", link="moderatorUrl")`: the answer to somebody at the door."""

    def ask(name: str, *, link: str = "speakerUrl", **body: Any) -> httpx.Response:
        secret = room[link].partition("secret=")[2]
        body = {"secret": secret, "joinMeeting": True, "participantName": name, **body}
        return program.post(f"/internal-api/v1/rooms/{room['roomId']}/members/token", json=body)

    return ask

"""What the console's browser tests share: a page that complains, and rooms made by program."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.e2e.console import recordings
from tests.e2e.console.recordings import Made, Make
from tests.servers import Installation

_numbers = itertools.count(1)
# What the browser and htmx write about answers from 400 on; tests ask for those on purpose.
_REFUSALS = ("Failed to load resource", "Response Status Error Code")


@pytest.fixture(autouse=True)
def _nothing_is_refused(page: Page) -> Iterator[None]:
    """No script fails, and the Content-Security-Policy refuses nothing."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_REFUSALS):
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield
    assert not complaints


@pytest.fixture
def new_room(program: httpx.Client) -> Callable[..., dict[str, Any]]:
    """`new_room()`: a room as the API shows it, with a name of its own unless given."""

    def make(name: str = "") -> dict[str, Any]:
        answer = program.post("/api/v1/rooms", json={"roomName": name or f"Room {next(_numbers)} of a test"})
        assert answer.status_code == 201, answer.text
        room: dict[str, Any] = answer.json()
        return room

    return make


@pytest.fixture(scope="session")
def make_recordings(installation: Installation) -> Iterator[Make]:
    with recordings.making(installation) as make:
        yield make


@pytest.fixture
def new_recordings(make_recordings: Make, new_room: Callable[..., dict[str, Any]]) -> Make:
    """`new_recordings({...}, {...})`: in a room of their own unless a room is given."""

    def make(*wishes: dict[str, Any], room: dict[str, Any] | None = None) -> list[Made]:
        room = room or new_room()
        return make_recordings(*({"roomId": room["roomId"], **wish} for wish in wishes))

    return make


@pytest.fixture
def recording(new_recordings: Make) -> Made:
    return new_recordings({})[0]

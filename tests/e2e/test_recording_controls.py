"""Recording seen from inside the meeting: who starts it, what the others see of it, and how it ends."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from meet import clock
from meet.livekit import gateway, signals
from tests.servers import ROOT, Installation

_AXE = (ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js").read_text()
# What is fading in has less contrast for a moment; what pulses never ends.
_AT_REST = """Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => null)))"""
_VIOLATIONS = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one => one.id))"
_START, _SAVED = 25_000, 60_000  # milliseconds: a start may take 20 s, a file some more
_PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
# Three hours fast.
_WRONG_CLOCK = "{ const now = Date.now; Date.now = () => now() + 3 * 3600_000; }"

Visitor = Callable[..., Page]
Room = dict[str, Any]


@pytest.fixture
def room(program: httpx.Client) -> Room:
    created: Room = program.post("/api/v1/rooms", json={"roomName": "Recorded"}).json()
    return created


@pytest.fixture
def tell(installation: Installation, settings: Settings) -> Iterator[Callable[..., None]]:
    """`tell(room, status="failed", errorCode=1)`: the signal as the server sends it, through the media server."""
    secrets = installation.folder / "data" / "secrets"
    settings.LIVEKIT_HTTP_URL = f"http://127.0.0.1:{installation.port + 1800}"
    settings.LIVEKIT_API_KEY = (secrets / "livekit_api_key").read_text().strip()
    settings.LIVEKIT_API_SECRET = (secrets / "livekit_api_secret").read_text().strip()

    def send(room: Room, **recording: Any) -> None:
        known = {"recordingId": "", "roomId": room["roomId"], "roomName": room["roomName"]}
        signals.recording_updated(room["roomId"], {**known, **recording}, now=clock.now())

    yield send
    gateway._client(settings.LIVEKIT_HTTP_URL).close()
    gateway._client.cache_clear()


def _join(page: Page, url: str, name: str) -> Page:
    page.goto(url)
    page.fill("#participant-name-input", name)
    page.click("#participant-name-submit")
    page.click("#join-button")
    page.wait_for_selector("#layout-container")
    return page


def _press_record(page: Page) -> None:
    page.click("#more-options-btn")
    page.click("#recording-btn")


def _stop(page: Page) -> None:
    page.click("#stop-recording-btn")
    page.get_by_role("dialog").locator(".confirm-button").click()


def _is_recorded(page: Page) -> None:
    expect(page.locator("#recording-tag")).to_have_text(re.compile(r"^REC0:00:\d\d$"), timeout=_START)


def test_everybody_knows_of_a_recording_from_its_start_to_its_end(room: Room, visitor: Visitor) -> None:
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    bo = visitor()
    bo.add_init_script(_WRONG_CLOCK)
    _join(bo, room["speakerUrl"], "Bo")
    _press_record(mo)
    for person in (mo, bo):
        _is_recorded(person)
    # Whoever pressed the button knows.
    expect(mo.locator("#recording-consent")).to_have_count(0)
    expect(bo.locator("#recording-consent")).to_contain_text("This meeting is being recorded")
    bo.click("#recording-consent-ok")
    expect(bo.locator("#recording-consent")).to_have_count(0)

    eva = _join(visitor(), room["speakerUrl"], "Eva")
    _is_recorded(eva)
    eva.click("#recording-consent-leave")
    expect(eva.locator(".disconnected-container")).to_have_attribute("data-reason", "voluntary_leave")

    bo.click("#recording-tag")
    expect(bo.locator("#recording-status")).to_have_text("STARTED")
    expect(bo.locator("#stop-recording-btn")).to_have_count(0)
    mo.click("#activities-panel-btn")
    _stop(mo)
    for person in (mo, bo):
        expect(person.locator("#recording-tag")).to_have_count(0, timeout=_SAVED)
        expect(person.locator("#recording-status")).to_have_text("STOPPED")


def test_the_recordings_are_found_from_the_meeting_the_end_and_the_lobby(room: Room, visitor: Visitor) -> None:
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    mo.click("#activities-panel-btn")
    mo.click("#start-recording-btn")
    _is_recorded(mo)
    _stop(mo)
    expect(mo.locator("#recording-status")).to_have_text("STOPPED", timeout=_SAVED)
    address = f"/room/{room['roomId']}/recordings"
    expect(mo.locator("#view-recordings-btn")).to_have_attribute("href", address)
    expect(mo.locator("#view-recordings-btn")).to_have_attribute("target", "_blank")
    mo.click("#leave-btn")
    mo.click("#leave-option")
    expect(mo.locator(".disconnected-container #view-recordings-btn")).to_have_attribute("href", address)

    ana = visitor()
    ana.goto(room["speakerUrl"])
    expect(ana.locator("#view-recordings-btn")).to_contain_text("This room has recordings")
    # The secret of the link opens the list, too, and is not shown before the press.
    expect(ana.locator("#view-recordings-btn")).to_have_attribute("href", address)
    with ana.expect_request(re.compile(rf"{address}\?secret=.+")):
        ana.click("#view-recordings-btn")


def test_a_start_is_taken_back(room: Room, visitor: Visitor) -> None:
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    mo.click("#activities-panel-btn")
    mo.click("#start-recording-btn")
    expect(mo.locator("#recording-status")).to_have_text("STARTING")
    expect(mo.locator("#recording-tag")).to_have_text("Starting…")
    mo.get_by_role("button", name="Cancel recording").click()
    expect(mo.locator("#recording-status")).to_have_text("STOPPED", timeout=_START)
    expect(mo.locator("#start-recording-btn")).to_be_visible(timeout=_START)
    expect(mo.locator(".toast")).to_have_count(0)


def test_a_stop_is_asked_first(room: Room, visitor: Visitor) -> None:
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    _press_record(mo)
    _is_recorded(mo)
    _press_record(mo)
    expect(mo.get_by_role("dialog")).to_have_accessible_name("Stop the recording?")
    mo.get_by_role("button", name="Keep recording").click()
    _is_recorded(mo)
    _press_record(mo)
    mo.get_by_role("dialog").locator(".confirm-button").click()
    expect(mo.locator("#recording-tag")).to_have_count(0, timeout=_SAVED)


def test_on_a_phone_a_start_is_asked_too(room: Room, visitor: Visitor) -> None:
    mo = _join(visitor(**_PHONE), room["moderatorUrl"], "Mo")
    _press_record(mo)
    expect(mo.get_by_role("dialog")).to_have_accessible_name("Record this meeting?")
    mo.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(mo.locator("#recording-tag")).to_have_count(0)


def test_where_recording_is_off_nothing_speaks_of_it(program: httpx.Client, visitor: Visitor) -> None:
    wish = {"roomName": "Off the record", "config": {"recording": {"enabled": False}}}
    room: Room = program.post("/api/v1/rooms", json=wish).json()
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    mo.click("#more-options-btn")
    expect(mo.locator("#theme-option")).to_be_visible()
    for hook in ("#recording-btn", "#view-recordings-btn", "#activities-panel-btn", "#recording-tag"):
        expect(mo.locator(hook)).to_have_count(0)


def test_a_failure_is_explained_to_those_who_record(room: Room, visitor: Visitor, tell: Callable[..., None]) -> None:
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    bo = _join(visitor(), room["speakerUrl"], "Bo")
    mo.click("#activities-panel-btn")
    tell(room, status="starting")
    for person in (mo, bo):
        expect(person.locator("#recording-tag")).to_have_text("Starting…")
    tell(room, status="failed", errorCode=1, error="No recorder is free.")
    expect(mo.locator(".toast")).to_contain_text("No recorder is free. Try again in a moment.")
    expect(mo.locator("#recording-status")).to_have_text("FAILED")
    expect(bo.locator("#recording-tag")).to_have_count(0)
    expect(bo.locator(".toast")).to_have_count(0)


def test_a_late_word_sets_nothing_back(room: Room, visitor: Visitor, tell: Callable[..., None]) -> None:
    mo = _join(visitor(), room["moderatorUrl"], "Mo")
    mo.click("#activities-panel-btn")
    tell(room, recordingId="r1", status="active", startDate=clock.to_ms(clock.now()))
    _is_recorded(mo)
    tell(room, recordingId="r1", status="starting")
    tell(room, status="starting")
    tell(room, recordingId="r0", status="failed", errorCode=5)
    _is_recorded(mo)
    tell(room, recordingId="r1", status="complete")
    expect(mo.locator("#recording-status")).to_have_text("STOPPED")
    expect(mo.locator("#recording-consent")).to_have_count(0)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 720}, _PHONE["viewport"]])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(
    room: Room, visitor: Visitor, tell: Callable[..., None], size: dict[str, int], theme: str
) -> None:
    bo = _join(visitor(viewport=size, color_scheme=theme), room["speakerUrl"], "Bo")
    tell(room, status="starting")
    bo.click("#recording-tag")
    expect(bo.locator("#recording-status")).to_have_text("STARTING")
    tell(room, recordingId="r1", status="active")
    expect(bo.locator("#recording-consent")).to_be_visible()
    expect(bo.locator("#recording-status")).to_have_text("STARTED")
    bo.evaluate(_AXE)
    bo.evaluate(_AT_REST)
    assert bo.evaluate(_VIOLATIONS) == []
    assert bo.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""The main job: an administrator makes a room, two people open its links and meet, the console shows it."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_in
from tests.servers import wait_until

_FRAMES = """() => {
    const video = document.querySelector('.OV_stream.remote video');
    return video && video.videoWidth > 0 ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
}"""
# The loudest sample that reaches this browser from others within half a second.
_LOUDNESS = """async () => {
    const audio = document.querySelector('audio[data-participant]');
    if (!audio?.srcObject) return 0;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(audio.srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let i = 0; i < 25; i += 1) {
        await new Promise((done) => setTimeout(done, 40));
        analyser.getFloatTimeDomainData(samples);
        loudest = Math.max(loudest, ...samples.map(Math.abs));
    }
    await context.close();
    return loudest;
}"""
_JOIN_TIME = """() => {
    const at = (name) => performance.getEntriesByName(name)[0].startTime;
    return at('meet:first-remote-frame') - at('meet:join-click');
}"""


def _create_room(page: Page, name: str) -> dict[str, str]:
    """Through the form; the links as the share dialog shows them."""
    page.click("#create-room-btn")
    page.fill("#id_name", name)
    page.click("#create-room-button")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return {kind: dialog.locator(f"[data-kind='{kind}'] input").input_value() for kind in ("moderator", "speaker")}


def _join(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.fill("#participant-name-input", name)
    page.click("#participant-name-submit")
    page.click("#join-button")
    page.wait_for_selector("#layout-container")
    page.wait_for_selector("#media-buttons-container")


def _leave(page: Page) -> None:
    page.click("#leave-btn")
    if page.locator("#leave-option").is_visible():
        page.click("#leave-option")
    page.wait_for_selector(".disconnected-container")


def _sees_and_hears(page: Page) -> None:
    """A picture that moves, and a sound."""
    wait_until(lambda: page.evaluate(_FRAMES) > 0, what="a picture has come")
    seen = page.evaluate(_FRAMES)
    wait_until(lambda: page.evaluate(_FRAMES) > seen + 5, what="the picture moves")
    wait_until(lambda: page.evaluate(_LOUDNESS) > 0.01, what="the other one is heard")


def test_two_people_meet_by_the_links_of_a_room_made_in_the_console(
    page: Page, visitor: Callable[..., Page], program: httpx.Client
) -> None:
    sign_in(page)
    links = _create_room(page, "Weekly stand-up")
    room_id = links["speaker"].partition("/room/")[2].partition("?")[0]
    watching = page.context.new_page()
    watching.goto("/rooms")
    watching.evaluate("window.stayed = true")
    status = watching.locator(f"#room-status-{room_id}")
    expect(status).to_have_attribute("data-status", "open")

    ana, bo = visitor(), visitor()
    _join(ana, links["moderator"], "Ana")
    _join(bo, links["speaker"], "Bo")
    for person in (ana, bo):
        assert "secret" not in person.url
        _sees_and_hears(person)
    print(f"\njoin click → first remote frame: {bo.evaluate(_JOIN_TIME):.0f} ms")

    assert program.get(f"/api/v1/rooms/{room_id}").json()["status"] == "active_meeting"
    expect(status).to_have_attribute("data-status", "active_meeting", timeout=10_000)

    _leave(ana)
    _leave(bo)
    wait_until(
        lambda: program.get(f"/api/v1/rooms/{room_id}").json()["status"] == "open", seconds=15, what="the room is open"
    )
    expect(status).to_have_attribute("data-status", "open", timeout=10_000)
    assert watching.evaluate("window.stayed")

"""axe finds nothing on any page, in both themes, on a desktop and on a phone; and no page scrolls sideways."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.recordings import Make
from tests.servers import ROOT, Installation

_AXE = (ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js").read_text()
_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

Step = Callable[[Page], Any]


def _open_menu(page: Page) -> None:
    page.locator("[id^='more-actions-btn-']").first.click()


def _ask_to_delete(page: Page) -> None:
    _open_menu(page)
    page.locator("[id^='delete-room-btn-']").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _ask_to_delete_recording(page: Page) -> None:
    _open_menu(page)
    page.locator("[id^='delete-recording-btn-']").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _share(page: Page) -> None:
    page.get_by_role("link", name="Share").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _prove_it_is_me(page: Page) -> None:
    page.fill("input[type='password']", Installation.PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("img")).to_be_visible()


def _test_a_webhook(page: Page) -> None:
    page.fill("#id_webhook_url", "http://localhost:9/")
    page.click("#test-webhook-btn")
    expect(page.locator("#webhook-result .alert")).to_be_visible()


def _replace_default_key(page: Page) -> None:
    page.click("#replace-default-key-btn")
    expect(page.get_by_role("dialog")).to_be_visible()


def _show_default_key(page: Page) -> None:
    page.click("#default-key-toggle")
    expect(page.locator("#default-key-text")).to_be_visible()


def _make_key(page: Page) -> None:
    page.fill("#id_name", "For axe")
    page.check("#id_scopes_0")
    page.click("#create-key-btn")
    expect(page.locator("#made-key-text")).to_be_visible()


def _make_key_for_nothing(page: Page) -> None:
    page.fill("#id_name", "For axe")
    page.click("#create-key-btn")
    expect(page.get_by_role("alert")).to_be_focused()


def _delete_key(page: Page) -> None:
    page.locator("[id^='delete-key-btn-']").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _delete_key_for_good(page: Page) -> None:
    _delete_key(page)
    page.locator("dialog[open] .confirm-button").click()
    expect(page.locator(".custom-snackbar")).to_be_visible()


def _send_nonsense(page: Page) -> None:
    page.fill("#id_current", "wrong")
    page.fill("#id_new", "short")
    page.fill("#id_confirmed", "other")
    page.locator(".primary-button").click()
    expect(page.locator("[role='alert']")).to_be_visible()


_PAGES: list[tuple[str, str, Step | None]] = [
    ("rooms", "/rooms", None),
    ("rooms, menu open", "/rooms", _open_menu),
    ("rooms, one selected", "/rooms", lambda page: page.locator("td.select-cell input").first.check()),
    ("rooms, deleting", "/rooms", _ask_to_delete),
    ("rooms, sharing", "/rooms", _share),
    ("rooms, filtered", "/rooms?q=nothing+like+this&status=closed", None),
    ("languages", "/rooms", lambda page: page.click("#language-selector-btn")),
    ("account", "/rooms", lambda page: page.click("#profile-btn")),
    ("room", "/rooms/{room}", None),
    ("room, share page", "/rooms/{room}/share", None),
    ("room, deletion page", "/rooms/{room}/delete", None),
    ("room, recording settings", "/rooms/{room}/recording-settings", None),
    ("recordings", "/recordings", None),
    ("recordings, menu open", "/recordings", _open_menu),
    ("recordings, one selected", "/recordings", lambda page: page.locator("td.select-cell input").first.check()),
    ("recordings, days", "/recordings", lambda page: page.click("[popovertarget='days-menu']")),
    ("recordings, deleting", "/recordings", _ask_to_delete_recording),
    ("recordings, sharing", "/recordings", _share),
    ("recordings, filtered", "/recordings?status=aborted&since=2020-01-01&until=2020-01-02&room=x", None),
    ("recording", "/recordings/{recording}", lambda page: page.click(".player-keys summary")),
    ("recording, failed", "/recordings/{failed}", None),
    ("recording, share page", "/recordings/{recording}/share?kind=public", None),
    ("recording, replacing its links", "/recordings/{recording}/share/rotate", None),
    ("recording, deletion page", "/recordings/{recording}/delete", None),
    ("new room", "/rooms/new", None),
    ("API keys, making one", "/api-keys/new", None),
    ("API keys, refused", "/api-keys/new", _make_key_for_nothing),
    ("API keys, made", "/api-keys/new", _make_key),
    ("API keys", "/api-keys", None),
    ("API keys, default shown", "/api-keys", _show_default_key),
    ("API keys, replacing", "/api-keys", _replace_default_key),
    ("API keys, replacing without script", "/api-keys/default/replace", None),
    ("API keys, deleting", "/api-keys", _delete_key),
    ("API keys, deleted", "/api-keys", _delete_key_for_good),
    ("configuration", "/config", None),
    ("configuration, low contrast", "/config", lambda page: page.fill("#id_accent_colour", "#888888")),
    ("configuration, resetting", "/config", lambda page: page.click("#reset-theme-btn")),
    ("configuration, webhook tested", "/config", _test_a_webhook),
    ("webhooks", "/config/webhooks", None),
    ("profile", "/profile", None),
    ("profile, refused", "/profile", _send_nonsense),
    ("two-step sign-in", "/profile/2fa/", None),
    ("two-step sign-in, setting up", "/profile/2fa/totp/activate/", _prove_it_is_me),
    ("API", "/api/v1/", None),
    ("API, rooms", "/api/v1/rooms", None),
    ("API, a room", "/api/v1/rooms/{room}", None),
    ("signing out", "/logout", None),
    ("error inside", "/rooms/no-such-room", None),
]
_OUTSIDE: list[tuple[str, str, Step | None]] = [
    ("login", "/login", None),
    ("API outside", "/api/v1/rooms", None),
    ("error outside", "/room/no-such-room?secret=x", None),
    ("recordings of a room", "{list}", None),
    ("a recording by its link", "{link}", lambda page: page.click(".player-keys summary")),
    ("a recording by a wrong link", "{link}0", None),
]
_LOOKS = [(width, theme) for width in (1280, 360) for theme in ("light", "dark")]


@pytest.fixture
def places(program: httpx.Client, make_recordings: Make) -> dict[str, str]:
    """Where the pages are that need something to be there."""
    room: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "For axe"}).json()
    room_id = room["roomId"]
    failure = {"status": "failed", "error_code": 7, "details": "ENOSPC"}
    made, failed = make_recordings({"roomId": room_id}, {"roomId": room_id, **failure})
    return {
        "room": room_id,
        "recording": made.recording_id,
        "failed": failed.recording_id,
        "list": room["access"]["anonymous"]["recording"]["url"],
        "link": made.public_link,
    }


@pytest.mark.parametrize(("width", "theme"), _LOOKS)
def test_no_page_of_the_console_has_a_violation(
    signed_in_page: Page, places: dict[str, str], width: int, theme: str
) -> None:
    _look(signed_in_page, width, theme)
    signed_in_page.on("dialog", lambda dialog: dialog.accept())  # unsaved changes
    found = [_violations(signed_in_page, *page, places) for page in _PAGES]
    assert not any(found), [part for part in found if part]


@pytest.mark.parametrize(("width", "theme"), _LOOKS)
def test_no_page_outside_of_it_has_a_violation(page: Page, places: dict[str, str], width: int, theme: str) -> None:
    _look(page, width, theme)
    found = [_violations(page, *outside, places) for outside in _OUTSIDE]
    assert not any(found), [part for part in found if part]


def _look(page: Page, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    # Measured in the middle of a fade, every colour is too faint.
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")


def _violations(page: Page, name: str, path: str, step: Step | None, places: dict[str, str]) -> list[str]:
    page.goto(path.format(**places))
    if step:
        step(page)
    page.evaluate(_AXE)
    found = [f"{name}: {one['id']} at {one['nodes'][0]['target']}" for one in page.evaluate(_RUN)]
    too_wide = page.evaluate(_TOO_WIDE)
    return [*found, f"{name}: {too_wide} px too wide"] if too_wide > 0 else found

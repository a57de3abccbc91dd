"""Recordings for whoever has a link, and without script."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_in
from tests.e2e.console.recordings import Made, Make, ask_to_delete, confirm, link, list_link, plays

NewRoom = Callable[..., dict[str, Any]]
Visitor = Callable[..., Page]


def test_a_link_leaves_the_address_and_a_reload_and_another_language_still_open_the_page(
    visitor: Visitor, new_room: NewRoom, new_recordings: Make
) -> None:
    room = new_room()
    [made] = new_recordings({}, room=room)
    page = visitor()
    page.goto(link(room, "recording"))
    row = page.locator(f"#recording-row-{made.recording_id}")
    expect(row).to_be_visible()
    assert page.url.endswith(f"/room/{room['roomId']}/recordings")
    page.reload()
    expect(row).to_be_visible()
    page.click("#language-selector-btn")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(row).to_be_visible()
    assert "secret" not in page.url


def test_playing_takes_the_link_along_to_a_tab_of_its_own_and_back(
    visitor: Visitor, new_room: NewRoom, new_recordings: Make
) -> None:
    room = new_room()
    [made] = new_recordings({}, room=room)
    page = visitor()
    page.goto(link(room, "recording"))
    with page.context.expect_page() as opened:
        page.click(f"#play-recording-btn-{made.recording_id}")
    player = opened.value
    expect(player.locator("ov-recording-video-player")).to_be_visible()
    assert player.url.endswith(made.page)
    plays(player)
    player.reload()
    plays(player)
    player.click("#back-btn")
    expect(player.locator(f"#recording-row-{made.recording_id}")).to_be_visible()
    player.go_back()
    expect(player.locator("ov-recording-video-player")).to_be_visible()


def test_a_moderators_link_shares_and_deletes(
    visitor: Visitor, new_room: NewRoom, new_recordings: Make, program: httpx.Client
) -> None:
    room = new_room()
    kept, gone = new_recordings({}, {}, room=room)
    page = visitor()
    page.goto(list_link(room, "moderator"))
    page.click(f"#share-recording-link-{kept.recording_id}")
    page.locator(".generate-button").click()
    expect(page.locator(".url-input")).to_have_value(re.compile(re.escape(kept.public_link)))
    page.keyboard.press("Escape")
    ask_to_delete(page, gone)
    confirm(page)
    expect(page.locator(f"#recording-row-{gone.recording_id}")).to_have_count(0)
    assert program.get(f"/api/v1/recordings/{gone.recording_id}").status_code == 404
    assert program.get(f"/api/v1/recordings/{kept.recording_id}").status_code == 200


def test_without_a_link_and_an_account_there_is_the_login(visitor: Visitor, recording: Made) -> None:
    page = visitor()
    page.goto(recording.page)
    expect(page.locator("#login-form")).to_be_visible()


def test_a_page_that_may_not_speak_plays_without_sound_and_offers_it(recording: Made, visitor: Visitor) -> None:
    page = visitor()
    # As browsers refuse it where nobody has touched the page yet.
    page.add_init_script(
        """const play = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = function () {
          return this.muted ? play.call(this) : Promise.reject(new DOMException('', 'NotAllowedError'));
        };"""
    )
    page.goto(recording.public_link)
    page.wait_for_function("() => document.querySelector('video').muted && !document.querySelector('video').paused")
    page.get_by_role("button", name="Turn the sound on").click()
    assert not page.locator("video").evaluate("video => video.muted")
    expect(page.get_by_role("button", name="Turn the sound on")).to_be_hidden()


def test_the_pages_work_in_somebody_elses_frame(visitor: Visitor, new_room: NewRoom, new_recordings: Make) -> None:
    room = new_room()
    [made] = new_recordings({}, room=room)
    page = visitor()
    with _host_page(link(room, "recording")) as url:
        page.goto(url)
        frame = page.frame_locator("iframe")
        frame.locator(f"#play-recording-btn-{made.recording_id}").click()
        expect(frame.locator("ov-recording-video-player")).to_be_visible()
        frame.locator("#back-btn").click()
        expect(frame.locator(f"#recording-row-{made.recording_id}")).to_be_visible()


@contextmanager
def _host_page(framed: str) -> Iterator[str]:
    """The address of another site, with the page `framed` in a frame."""

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{framed}" width="800" height="600"></iframe>'.encode())

        def log_message(self, *_words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


# -- Without script --------------------------------------------------------------------------------------------------


@pytest.fixture
def plain_page(visitor: Visitor) -> Page:
    return visitor(java_script_enabled=False)


def test_without_script_recordings_are_found_shared_and_deleted(plain_page: Page, recording: Made) -> None:
    page = plain_page
    sign_in(page)
    page.click("#nav-link-recordings")
    page.get_by_role("button", name="Status").click()
    page.get_by_role("link", name="Ready", exact=True).click()
    page.locator(f"#recording-name-cell-{recording.recording_id} a").click()
    expect(page.locator("video[controls]")).to_be_visible()
    page.click(f"#share-recording-link-{recording.recording_id}")
    page.locator("mat-radio-button[value='private'] input").check()
    page.locator(".generate-button").click()
    expect(page.locator(".url-input")).to_have_value(re.compile(re.escape(recording.private_link)))
    page.go_back()
    page.go_back()
    page.click(f"#more-actions-btn-{recording.recording_id}")
    page.click(f"#delete-recording-btn-{recording.recording_id}")
    page.click(".confirm-button")
    expect(page.get_by_text(re.compile("The recording of .* has been deleted."))).to_be_visible()


def test_without_script_links_open_the_list_and_the_player(
    plain_page: Page, new_room: NewRoom, new_recordings: Make
) -> None:
    page = plain_page
    room = new_room()
    [made] = new_recordings({}, room=room)
    page.goto(list_link(room, "moderator"))
    expect(page.locator(f"#play-recording-btn-{made.recording_id}")).to_be_visible()
    expect(page.locator(f"#share-recording-link-{made.recording_id}")).to_be_hidden()
    page.goto(made.public_link)
    expect(page.locator("video[controls]")).to_be_visible()
    expect(page.locator(".player-tools")).to_be_hidden()

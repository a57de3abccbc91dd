"""Recordings: the list, one of them, and what links open."""

import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import sign_in
from tests.e2e.console import recordings
from tests.e2e.console.recordings import Made
from tests.servers import Installation

NewRoom = Callable[..., dict[str, Any]]
NewRecordings = Callable[..., list[Made]]
Visitor = Callable[..., Page]


@pytest.fixture
def new_recordings(installation: Installation, new_room: NewRoom) -> NewRecordings:
    """`new_recordings({...}, {...})`: in a room of their own unless a room is given."""

    def make(*wishes: dict[str, Any], room: dict[str, Any] | None = None) -> list[Made]:
        room = room or new_room()
        return recordings.make(installation, *({"roomId": room["roomId"], **wish} for wish in wishes))

    return make


@pytest.fixture
def recording(new_recordings: NewRecordings) -> Made:
    return new_recordings({})[0]


def _link(room: dict[str, Any], kind: str) -> str:
    return str(room["access"]["anonymous"][kind]["url"])


def _recordings_link(room: dict[str, Any], kind: str) -> str:
    """Of a role, to the recordings of the room."""
    return _link(room, kind).replace("?secret", "/recordings?secret")


def _ask_to_delete(page: Page, recording: Made) -> None:
    page.click(f"#more-actions-btn-{recording.recording_id}")
    page.click(f"#delete-recording-btn-{recording.recording_id}")


def _confirm(page: Page) -> None:
    page.get_by_role("dialog").locator(".confirm-button").click()


def _plays(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2", timeout=10_000)


# -- The list --------------------------------------------------------------------------------------------------------


def test_a_deleted_recording_leaves_the_list_without_a_reload(
    signed_in_page: Page, new_recordings: NewRecordings, program: httpx.Client
) -> None:
    page = signed_in_page
    other, gone = new_recordings({}, {})
    page.goto("/recordings")
    page.evaluate("window.stayed = true")
    _ask_to_delete(page, gone)
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    _confirm(page)
    expect(page.locator(f"#recording-row-{gone.recording_id}")).to_have_count(0)
    expect(page.locator(".custom-snackbar")).to_contain_text("The recording has been deleted.")
    expect(page.locator(f"#recording-row-{other.recording_id}")).to_be_visible()
    assert page.evaluate("window.stayed")
    assert program.get(f"/api/v1/recordings/{gone.recording_id}").status_code == 404


def test_a_failure_is_told_and_leaves_the_row(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.goto("/recordings")
    page.route("**/api/v1/recordings/*", lambda route: route.fulfill(status=500, json={"error": "Server Error"}))
    _ask_to_delete(page, recording)
    _confirm(page)
    expect(page.get_by_role("alert")).to_contain_text("was not deleted.")
    expect(page.locator(f"#recording-row-{recording.recording_id}")).to_be_visible()


def test_many_are_deleted_together_and_what_was_not_is_told(
    signed_in_page: Page, new_recordings: NewRecordings
) -> None:
    page = signed_in_page
    stubborn, *others = new_recordings({}, {}, {})

    def fail_one(route: Route) -> None:
        deleted = [one.recording_id for one in others]
        route.fulfill(status=400, json={"deleted": deleted, "failed": [{"recordingId": stubborn.recording_id}]})

    page.goto("/recordings")
    page.route("**/api/v1/recordings?recordingIds=*", fail_one)
    for one in (stubborn, *others):
        page.check(f"#select-recording-{one.recording_id}")
    expect(page.locator(".bulk-count")).to_have_text("3 selected")
    page.click("#bulk-delete-btn")
    expect(page.get_by_role("dialog", name="Delete 3 recordings?")).to_be_visible()
    _confirm(page)
    expect(page.locator(".custom-snackbar[data-level='success']")).to_contain_text("2 recordings have been deleted.")
    expect(page.get_by_role("alert")).to_contain_text("was not deleted.")
    expect(page.locator(".bulk-count")).to_have_text("1 selected")


def test_many_are_downloaded_as_one_zip_that_opens(signed_in_page: Page, new_recordings: NewRecordings) -> None:
    page = signed_in_page
    made = new_recordings({}, {})
    page.goto("/recordings")
    for one in made:
        page.check(f"#select-recording-{one.recording_id}")
    with page.expect_download() as download:
        page.click("#bulk-download-btn")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2


def test_what_is_unfinished_becomes_ready_before_ones_eyes(
    signed_in_page: Page, new_recordings: NewRecordings, installation: Installation
) -> None:
    page = signed_in_page
    [made] = new_recordings({"status": "active"})
    page.goto("/recordings")
    status = page.locator(f"#recording-status-{made.recording_id}")
    expect(status).to_contain_text("Recording")
    expect(page.locator(f"#select-recording-{made.recording_id}")).to_have_count(0)
    recordings.make(installation, {"recordingId": made.recording_id, "status": "complete"})
    expect(status).to_contain_text("Ready", timeout=8000)
    expect(page.locator(f"#play-recording-btn-{made.recording_id}")).to_be_visible()


def test_days_are_those_of_the_readers_clock(visitor: Visitor, new_recordings: NewRecordings) -> None:
    page = visitor(timezone_id="Pacific/Auckland")
    sign_in(page)
    # In Auckland it is the 2nd already.
    [made] = new_recordings({"started_at": "2026-03-01T12:00:00Z"})
    page.goto("/recordings")
    page.get_by_role("button", name="Days and room").click()
    page.fill("#since", "2026-03-02")
    page.fill("#until", "2026-03-02")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(f"#recording-row-{made.recording_id}")).to_be_visible()
    page.click("#filter-chip-since")
    expect(page.locator("#filter-chip-until")).to_be_visible()


def test_playing_opens_a_tab_of_its_own(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.goto("/recordings")
    with page.context.expect_page() as opened:
        page.click(f"#play-recording-btn-{recording.recording_id}")
    expect(opened.value.locator("ov-recording-video-player")).to_be_visible()
    _plays(opened.value)


def test_a_phone_loses_nothing(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/recordings")
    row = page.locator(f"#recording-row-{recording.recording_id}")
    for hook in ("play-recording-btn-", "download-recording-btn-", "share-recording-link-", "more-actions-btn-"):
        expect(row.locator(f"#{hook}{recording.recording_id}")).to_be_visible()
    for control in ("#search-input", "[popovertarget='status-menu']", "[popovertarget='days-menu']"):
        expect(page.locator(control)).to_be_visible()
    row.get_by_role("checkbox").check()
    expect(page.locator("#bulk-download-btn")).to_be_visible()
    page.get_by_role("button", name="Order").click()
    expect(page.get_by_role("link", name="Longest first")).to_be_visible()


# -- One of them -----------------------------------------------------------------------------------------------------


def test_the_player_obeys_keys_and_speed(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.goto(f"/recordings/{recording.recording_id}")
    _plays(page)
    video = page.locator("video")
    keys = page.keyboard
    keys.press("Space")
    page.wait_for_function("() => !document.querySelector('video').paused")
    keys.press("Space")
    page.wait_for_function("() => document.querySelector('video').paused")
    page.evaluate("document.querySelector('video').currentTime = 0")
    keys.press("ArrowRight")
    page.wait_for_function("() => Math.abs(document.querySelector('video').currentTime - 5) < 0.5")
    keys.press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('video').currentTime < 0.5")
    keys.press("m")
    assert video.evaluate("video => video.muted")
    keys.press("ArrowUp")
    assert not video.evaluate("video => video.muted")
    keys.press("ArrowDown")
    assert video.evaluate("video => video.volume") < 1
    page.get_by_label("Speed").select_option("2")
    assert video.evaluate("video => video.playbackRate") == 2
    # With the focus on a control of its own, keys are the control's.
    page.get_by_label("Speed").focus()
    keys.press("ArrowUp")
    assert video.evaluate("video => video.playbackRate") == 1.5
    keys.press("f")
    assert page.evaluate("document.fullscreenElement === null")
    video.focus()
    keys.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")


def test_a_file_that_is_refused_says_what_to_do(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.route("**/media?s=*", lambda route: route.fulfill(status=403, json={}))
    page.goto(f"/recordings/{recording.recording_id}")
    failure = page.get_by_role("alert")
    expect(failure).to_contain_text("Reload the page.")
    page.unroute("**/media?s=*")
    failure.get_by_role("button", name="Try again").click()
    _plays(page)


def test_a_file_that_is_no_film_says_what_to_do(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.route("**/media?s=*", lambda route: route.fulfill(status=200, content_type="video/mp4", body=b"no film"))
    page.goto(f"/recordings/{recording.recording_id}")
    expect(page.get_by_role("alert")).to_contain_text("This browser cannot play the file.")


def test_a_link_is_chosen_copied_and_opens_what_it_says(
    signed_in_page: Page, recording: Made, visitor: Visitor
) -> None:
    page = signed_in_page
    page.goto("/recordings")
    page.click(f"#share-recording-link-{recording.recording_id}")
    dialog = page.locator("ov-share-recording-dialog")
    expect(dialog).to_be_visible()
    links = []
    for kind in ("public", "private"):
        dialog.locator(f"mat-radio-button[value='{kind}']").click()
        dialog.locator(".generate-button").click()
        field = dialog.locator(".url-input")
        expect(dialog).to_contain_text("Anyone with this link" if kind == "public" else "Everybody with an account can")
        links.append(field.input_value())
    assert links == [
        f"{page.url.split('/recordings')[0]}{one}" for one in (recording.public_link, recording.private_link)
    ]
    public, private = visitor(), visitor()
    public.goto(links[0])
    expect(public.locator("ov-recording-video-player")).to_be_visible()
    private.goto(links[1])
    expect(private.locator("#login-form")).to_be_visible()
    assert "ecret" not in private.url
    private.fill("#userId-input", Installation.ADMIN)
    private.fill("#password-input", Installation.PASSWORD)
    private.click("#login-button")
    expect(private.locator("ov-recording-video-player")).to_be_visible()


def test_from_its_own_page_one_ends_up_in_the_list(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.goto(f"/recordings/{recording.recording_id}")
    _ask_to_delete(page, recording)
    _confirm(page)
    page.wait_for_url("**/recordings")
    expect(page.locator(".custom-snackbar")).to_contain_text("The recording has been deleted.")


def test_the_page_of_an_unfinished_one_becomes_a_player(
    signed_in_page: Page, new_recordings: NewRecordings, installation: Installation
) -> None:
    page = signed_in_page
    [made] = new_recordings({"status": "ending"})
    page.goto(f"/recordings/{made.recording_id}")
    expect(page.locator("ov-recording-video-player")).to_contain_text("its file is being finished")
    recordings.make(installation, {"recordingId": made.recording_id, "status": "complete"})
    expect(page.locator("video")).to_be_visible(timeout=8000)
    expect(page.locator(".player-tools")).to_be_visible()


def test_the_room_has_its_recordings_and_their_settings(
    signed_in_page: Page, new_room: NewRoom, new_recordings: NewRecordings
) -> None:
    page = signed_in_page
    room = new_room()
    [made] = new_recordings({}, room=room)
    page.goto(f"/rooms/{room['roomId']}")
    expect(page.locator(f"#recording-row-{made.recording_id}")).to_be_visible()
    page.get_by_role("link", name="Recording settings").click()
    page.get_by_role("radio", name="Moderators too").check()
    page.get_by_role("switch", name="Record every meeting automatically").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".custom-snackbar")).to_contain_text("The recording settings have been saved.")
    expect(page.get_by_role("radio", name="Moderators too")).to_be_checked()


# -- By link ---------------------------------------------------------------------------------------------------------


def test_a_link_leaves_the_address_and_a_reload_and_another_language_still_open_the_page(
    visitor: Visitor, new_room: NewRoom, new_recordings: NewRecordings
) -> None:
    room = new_room()
    [made] = new_recordings({}, room=room)
    page = visitor()
    page.goto(_link(room, "recording"))
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
    visitor: Visitor, new_room: NewRoom, new_recordings: NewRecordings
) -> None:
    room = new_room()
    [made] = new_recordings({}, room=room)
    page = visitor()
    page.goto(_link(room, "recording"))
    with page.context.expect_page() as opened:
        page.click(f"#play-recording-btn-{made.recording_id}")
    player = opened.value
    expect(player.locator("ov-recording-video-player")).to_be_visible()
    assert player.url.endswith(made.page)
    _plays(player)
    player.reload()
    _plays(player)
    player.click("#back-btn")
    expect(player.locator(f"#recording-row-{made.recording_id}")).to_be_visible()
    player.go_back()
    expect(player.locator("ov-recording-video-player")).to_be_visible()


def test_a_moderators_link_shares_and_deletes(
    visitor: Visitor, new_room: NewRoom, new_recordings: NewRecordings, program: httpx.Client
) -> None:
    room = new_room()
    kept, gone = new_recordings({}, {}, room=room)
    page = visitor()
    page.goto(_recordings_link(room, "moderator"))
    page.click(f"#share-recording-link-{kept.recording_id}")
    page.locator(".generate-button").click()
    expect(page.locator(".url-input")).to_have_value(re.compile(re.escape(kept.public_link)))
    page.keyboard.press("Escape")
    _ask_to_delete(page, gone)
    _confirm(page)
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


def test_the_pages_work_in_somebody_elses_frame(
    visitor: Visitor, new_room: NewRoom, new_recordings: NewRecordings
) -> None:
    room = new_room()
    [made] = new_recordings({}, room=room)
    page = visitor()
    with _host_page(_link(room, "recording")) as url:
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
    plain_page: Page, new_room: NewRoom, new_recordings: NewRecordings
) -> None:
    page = plain_page
    room = new_room()
    [made] = new_recordings({}, room=room)
    page.goto(_recordings_link(room, "moderator"))
    expect(page.locator(f"#play-recording-btn-{made.recording_id}")).to_be_visible()
    expect(page.locator(f"#share-recording-link-{made.recording_id}")).to_be_hidden()
    page.goto(made.public_link)
    expect(page.locator("video[controls]")).to_be_visible()
    expect(page.locator(".player-tools")).to_be_hidden()

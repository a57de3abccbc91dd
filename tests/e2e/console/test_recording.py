"""One recording in the console: its player, its links, its room."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.console.recordings import Made, Make, ask_to_delete, confirm, plays
from tests.servers import Installation

NewRoom = Callable[..., dict[str, Any]]
Visitor = Callable[..., Page]


def test_the_player_obeys_keys_and_speed(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.goto(f"/recordings/{recording.recording_id}")
    plays(page)
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
    plays(page)


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
    ask_to_delete(page, recording)
    confirm(page)
    page.wait_for_url("**/recordings")
    expect(page.locator(".custom-snackbar")).to_contain_text("The recording has been deleted.")


def test_the_page_of_an_unfinished_one_becomes_a_player(
    signed_in_page: Page, new_recordings: Make, make_recordings: Make
) -> None:
    page = signed_in_page
    [made] = new_recordings({"status": "ending"})
    page.goto(f"/recordings/{made.recording_id}")
    expect(page.locator("ov-recording-video-player")).to_contain_text("its file is being finished")
    make_recordings({"recordingId": made.recording_id, "status": "complete"})
    expect(page.locator("video")).to_be_visible(timeout=8000)
    expect(page.locator(".player-tools")).to_be_visible()


def test_the_room_has_its_recordings_and_their_settings(
    signed_in_page: Page, new_room: NewRoom, new_recordings: Make
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

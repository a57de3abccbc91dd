"""The list of recordings in the console."""

import zipfile
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import sign_in
from tests.e2e.console.recordings import Made, Make, ask_to_delete, confirm, plays

Visitor = Callable[..., Page]


def test_a_deleted_recording_leaves_the_list_without_a_reload(
    signed_in_page: Page, new_recordings: Make, program: httpx.Client
) -> None:
    page = signed_in_page
    other, gone = new_recordings({}, {})
    page.goto("/recordings")
    page.evaluate("window.stayed = true")
    ask_to_delete(page, gone)
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    confirm(page)
    expect(page.locator(f"#recording-row-{gone.recording_id}")).to_have_count(0)
    expect(page.locator(".custom-snackbar")).to_contain_text("The recording has been deleted.")
    expect(page.locator(f"#recording-row-{other.recording_id}")).to_be_visible()
    assert page.evaluate("window.stayed")
    assert program.get(f"/api/v1/recordings/{gone.recording_id}").status_code == 404


def test_a_failure_is_told_and_leaves_the_row(signed_in_page: Page, recording: Made) -> None:
    page = signed_in_page
    page.goto("/recordings")
    page.route("**/api/v1/recordings/*", lambda route: route.fulfill(status=500, json={"error": "Server Error"}))
    ask_to_delete(page, recording)
    confirm(page)
    expect(page.get_by_role("alert")).to_contain_text("was not deleted.")
    expect(page.locator(f"#recording-row-{recording.recording_id}")).to_be_visible()


def test_many_are_deleted_together_and_what_was_not_is_told(signed_in_page: Page, new_recordings: Make) -> None:
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
    confirm(page)
    expect(page.locator(".custom-snackbar[data-level='success']")).to_contain_text("2 recordings have been deleted.")
    expect(page.get_by_role("alert")).to_contain_text("was not deleted.")
    expect(page.locator(".bulk-count")).to_have_text("1 selected")


def test_many_are_downloaded_as_one_zip_that_opens(signed_in_page: Page, new_recordings: Make) -> None:
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
    signed_in_page: Page, new_recordings: Make, make_recordings: Make
) -> None:
    page = signed_in_page
    [made] = new_recordings({"status": "active"})
    page.goto("/recordings")
    status = page.locator(f"#recording-status-{made.recording_id}")
    expect(status).to_contain_text("Recording")
    expect(page.locator(f"#select-recording-{made.recording_id}")).to_have_count(0)
    make_recordings({"recordingId": made.recording_id, "status": "complete"})
    expect(status).to_contain_text("Ready", timeout=8000)
    expect(page.locator(f"#play-recording-btn-{made.recording_id}")).to_be_visible()


def test_days_are_those_of_the_readers_clock(visitor: Visitor, new_recordings: Make) -> None:
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
    plays(opened.value)


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


def test_what_can_be_done_with_many_stands_side_by_side_on_a_phone(visitor: Visitor, recording: Made) -> None:
    page = visitor(viewport={"width": 360, "height": 740}, locale="es-ES")  # whose words are long
    sign_in(page)
    page.goto("/recordings")
    page.check(f"#select-recording-{recording.recording_id}")
    edges = page.locator(".bulk-bar :is(.bulk-count, button)").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect()).flatMap(({ left, right }) => [left, right])"
    )
    assert len(edges) == 10
    assert edges == sorted(edges)
    expect(page.get_by_role("button", name="Eliminar", exact=True)).to_be_visible()

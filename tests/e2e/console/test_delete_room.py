"""Deleting from the list: the question, what stands in the way, and what came of it."""

from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, Route, expect

from tests.servers import wait_until

NewRoom = Callable[..., dict[str, Any]]


def _ask_to_delete(page: Page, room_id: str) -> None:
    page.click(f"#more-actions-btn-{room_id}")
    page.click(f"#delete-room-btn-{room_id}")


def _confirm(page: Page) -> None:
    page.get_by_role("dialog").locator(".confirm-button").click()


def test_a_deleted_room_leaves_the_list_without_a_reload(
    signed_in_page: Page, new_room: NewRoom, program: httpx.Client
) -> None:
    page = signed_in_page
    other, room = new_room(), new_room()
    page.goto("/rooms")
    page.evaluate("window.stayed = true")
    _ask_to_delete(page, room["roomId"])
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    _confirm(page)
    expect(page.locator(f"#room-row-{room['roomId']}")).to_have_count(0)
    expect(page.locator(".custom-snackbar")).to_contain_text(f"The room «{room['roomName']}» has been deleted.")
    expect(page.locator(f"#room-name-cell-{other['roomId']} a")).to_be_focused()
    assert page.evaluate("window.stayed")
    assert program.get(f"/api/v1/rooms/{room['roomId']}").status_code == 404


def test_cancelling_deletes_nothing_and_returns_to_where_one_was(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    room = new_room()
    page.goto("/rooms")
    _ask_to_delete(page, room["roomId"])
    page.keyboard.press("Escape")
    expect(page.locator(f"#more-actions-btn-{room['roomId']}")).to_be_focused()
    expect(page.locator(f"#room-row-{room['roomId']}")).to_be_visible()


def test_a_failure_is_told_and_leaves_the_row(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    room = new_room()
    page.goto("/rooms")
    page.route("**/api/v1/rooms/*", lambda route: route.fulfill(status=500, json={"error": "Internal Server Error"}))
    _ask_to_delete(page, room["roomId"])
    _confirm(page)
    expect(page.get_by_role("alert")).to_contain_text(f"«{room['roomName']}» was not deleted.")
    expect(page.locator(f"#room-row-{room['roomId']}")).to_be_visible()


def test_a_room_in_a_meeting_asks_what_to_do_and_waits_for_its_end(
    signed_in_page: Page, new_room: NewRoom, visitor: Callable[..., Page], program: httpx.Client
) -> None:
    room = new_room()
    guest = visitor()
    guest.goto(room["access"]["anonymous"]["speaker"]["url"])
    guest.fill("#participant-name-input", "Ana")
    guest.click("#participant-name-submit")
    guest.click("#join-button")
    path = f"/api/v1/rooms/{room['roomId']}"
    wait_until(lambda: program.get(path).json()["status"] == "active_meeting", seconds=20, what="the meeting runs")

    page = signed_in_page
    page.goto("/rooms")
    _ask_to_delete(page, room["roomId"])
    _confirm(page)
    question = page.get_by_role("dialog", name=f"«{room['roomName']}» is in use")
    expect(question.get_by_role("radio", name="Wait for its end")).to_be_checked()
    expect(question.get_by_role("group", name="If there are recordings")).to_be_hidden()
    _confirm(page)
    expect(page.locator(".custom-snackbar")).to_contain_text("will be deleted when its meeting ends")
    expect(page.locator(f"#room-status-{room['roomId']}")).to_contain_text("Will be deleted")


def test_bulk_deletion_tells_what_was_deleted_and_what_not(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    rooms = [new_room() for _ in range(3)]
    page.goto("/rooms")
    stubborn = rooms[1]["roomId"]

    def fail(route: Route) -> None:
        route.fulfill(status=500, json={})

    page.route(f"**/api/v1/rooms/{stubborn}", fail)
    expect(page.locator("#bulk-delete-btn")).to_be_hidden()
    for room in rooms:
        page.locator(f"#select-cell-{room['roomId']} input").check()
    expect(page.locator(".bulk-count")).to_have_text("3 selected")
    page.click("#bulk-delete-btn")
    expect(page.get_by_role("dialog", name="Delete 3 rooms?")).to_be_visible()
    _confirm(page)
    expect(page.locator(".custom-snackbar")).to_have_count(2)
    expect(page.locator(".custom-snackbar[data-level='success']")).to_contain_text("2 rooms have been deleted.")
    expect(page.get_by_role("alert")).to_contain_text(f"«{rooms[1]['roomName']}» was not deleted.")
    expect(page.locator(".bulk-count")).to_have_text("1 selected")
    expect(page.locator(f"#room-row-{stubborn}")).to_be_visible()


def test_from_the_rooms_own_page_one_ends_up_in_the_list(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    room = new_room()
    page.goto(f"/rooms/{room['roomId']}")
    _ask_to_delete(page, room["roomId"])
    _confirm(page)
    page.wait_for_url("**/rooms")
    expect(page.locator(".custom-snackbar")).to_contain_text("has been deleted")

"""Finding a room among many."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

NewRoom = Callable[..., dict[str, Any]]


def test_search_and_status_narrow_the_list_and_chips_widen_it_again(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    wanted, other = new_room("Zebra crossing"), new_room("Lion's den")
    page.goto("/rooms")
    page.fill("#search-input", "ZEBRA")
    page.keyboard.press("Enter")
    expect(page.locator(f"#room-row-{wanted['roomId']}")).to_be_visible()
    expect(page.locator(f"#room-row-{other['roomId']}")).to_have_count(0)

    page.get_by_role("button", name="Status").click()
    page.get_by_role("link", name="Closed").click()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.click("#filter-chip-status")
    expect(page.locator(f"#room-row-{wanted['roomId']}")).to_be_visible()
    expect(page.locator("#search-input")).to_have_value("ZEBRA")
    page.click("#clear-all-chip")
    expect(page.locator("#clear-all-chip")).to_have_count(0)
    expect(page.locator(f"#room-row-{other['roomId']}")).to_be_visible()


def test_headings_sort_and_say_how(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    new_room("sorting b"), new_room("Sorting a")
    page.goto("/rooms?q=sorting")
    page.get_by_role("link", name="Name").click()
    expect(page.locator(".name-link")).to_have_text(["Sorting a", "sorting b"])
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Name").click()
    expect(page.locator(".name-link")).to_have_text(["sorting b", "Sorting a"])


def test_clicking_the_name_cell_opens_the_room(signed_in_page: Page, new_room: NewRoom) -> None:
    page = signed_in_page
    room = new_room()
    page.goto("/rooms")
    page.click(f"#room-name-cell-{room['roomId']}", position={"x": 100, "y": 5})
    expect(page).to_have_url(re.compile(f"/rooms/{room['roomId']}$"))
    expect(page.locator("ov-room-detail")).to_be_visible()


@pytest.mark.usefixtures("fifty_more")
def test_load_more_appends_and_the_back_button_brings_all_of_it_back(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/rooms?q=one+of+many")
    expect(page.locator(".room-row")).to_have_count(50)
    page.click("#load-more-btn")
    expect(page.locator(".room-row")).to_have_count(52)
    expect(page.locator(".name-link").nth(50)).to_be_focused()
    expect(page.locator("#load-more-btn")).to_have_count(0)
    page.locator(".name-link").last.click()
    expect(page.locator("ov-room-detail")).to_be_visible()
    page.go_back()
    expect(page.locator(".room-row")).to_have_count(52)
    expect(page.locator("#search-input")).to_have_value("one of many")
    expect(page.locator(".name-link").last).to_be_in_viewport()


@pytest.fixture(scope="session")
def fifty_more(program: httpx.Client) -> None:
    for number in range(52):
        program.post("/api/v1/rooms", json={"roomName": f"One of many {number}"})

"""The API in the browser of somebody who is signed in, and the reference beside it."""

import json
import re

from playwright.sync_api import Page, expect


def test_a_room_is_made_read_and_deleted(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/api/v1/")
    page.click("a[href$='/api/v1/rooms']")
    expect(page.get_by_role("heading", level=1)).to_have_text("List rooms")
    page.fill("#body-POST", json.dumps({"roomName": "From the browser"}))
    page.get_by_role("button", name="POST").click()
    made = page.locator("meet-api-form[data-method=POST] output")
    expect(made).to_contain_text("201 Created")
    room_id = re.search(r'"roomId": "([^"]+)"', made.inner_text())
    assert room_id
    page.goto(f"/api/v1/rooms/{room_id[1]}")
    expect(page.locator(".api-content")).to_contain_text("From the browser")
    page.get_by_role("button", name="DELETE").click()
    expect(page.locator("meet-api-form[data-method=DELETE] output")).to_contain_text("room_deleted")
    page.reload()
    expect(page.locator(".api-content")).to_contain_text("does not exist")


def test_what_is_wrong_with_a_body_is_said(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/meet/api/v1/rooms")
    page.fill("#body-POST", "{")
    page.get_by_role("button", name="POST").click()
    expect(page.locator("meet-api-form[data-method=POST] output")).to_contain_text("Malformed body")


def test_the_reference_shows_every_operation(page: Page) -> None:
    page.goto("/api/v1/docs")
    page.get_by_role("button", name="Expand operation").first.wait_for()
    page.goto("/api/v1/docs#/rooms/createRoom")
    page.reload()
    expect(page.get_by_text("Whoever creates it owns it")).to_be_visible()

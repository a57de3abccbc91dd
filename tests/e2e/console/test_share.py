"""Create a room, hand its links over."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect


def test_a_new_room_opens_its_share_dialog_and_copies_say_so_for_a_moment(signed_in_page: Page) -> None:
    page = signed_in_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#create-room-btn")
    page.fill("#id_name", "Share me")
    page.click("#create-room-button")

    dialog = page.get_by_role("dialog", name="Share «Share me»")
    expect(dialog).to_be_visible()
    expect(page.locator(".custom-snackbar")).to_have_text(re.compile("Share me"))
    assert "?" not in page.url  # reloading does not ask again
    copy = dialog.locator("[data-kind='speaker'] .copy-url-btn")
    copy.click()
    expect(copy).to_have_text("Copied")
    link = dialog.locator("[data-kind='speaker'] .url-input").input_value()
    assert page.evaluate("navigator.clipboard.readText()") == link
    expect(copy).to_have_text("Copy", timeout=4000)

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#share-btn")).to_be_focused()


def test_each_way_in_says_whom_it_is_for_and_shows_its_picture(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/rooms/new")
    page.click("#create-room-button")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Anyone with this link can join and speak")).to_be_visible()
    for kind in ("user", "moderator", "speaker"):
        way = dialog.locator(f"[data-kind='{kind}']")
        if way.get_attribute("open") is None:
            way.locator("summary").click()
        picture = way.get_by_role("img", name="The link as a QR code")
        expect(picture).to_be_visible()
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
        expect(way.get_by_role("link", name="E-mail")).to_have_attribute("href", re.compile("^mailto:.*room"))


def test_create_and_join_goes_straight_to_the_lobby(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/rooms/new")
    page.fill("#id_name", "At once")
    page.get_by_role("button", name="Create and join").click()
    expect(page).to_have_url(re.compile("/room/at_once-"))


def test_the_copy_button_works_where_browsers_hide_the_clipboard(signed_in_page: Page) -> None:
    """Over plain http there is no navigator.clipboard."""
    page = signed_in_page
    page.context.grant_permissions(["clipboard-read"])
    page.goto("/rooms/new")
    page.click("#create-room-button")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('hidden')); }")
    way = page.get_by_role("dialog").locator("[data-kind='speaker']")
    way.locator(".copy-url-btn").click()
    expect(way.locator(".copy-url-btn")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == way.locator(".url-input").input_value()


def test_sharing_a_room_that_is_gone_is_told_in_a_toast(
    signed_in_page: Page, new_room: Callable[..., dict[str, Any]], program: httpx.Client
) -> None:
    page = signed_in_page
    room = new_room()
    page.goto("/rooms")
    program.delete(f"/api/v1/rooms/{room['roomId']}")
    page.locator(f"#room-row-{room['roomId']}").get_by_role("link", name="Share").click()
    expect(page.get_by_role("alert")).to_contain_text("There is nothing here")
    expect(page.locator("#share-dialog")).to_be_hidden()
    expect(page.locator(f"#room-status-{room['roomId']}")).to_contain_text("Deleted", timeout=8000)

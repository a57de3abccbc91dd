"""API keys, as an administrator makes, shows and deletes them."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.servers import Installation


@pytest.fixture
def keys_page(signed_in_page: Page) -> Page:
    signed_in_page.goto("/api-keys")
    return signed_in_page


@pytest.fixture
def opens(console_url: str) -> Callable[[str], bool]:
    def ask(text: str) -> bool:
        answer = httpx.get(f"{console_url}/api/v1/rooms", headers={"X-API-KEY": text}, trust_env=False)
        return answer.status_code == 200

    return ask


def test_the_default_key_comes_and_goes_without_leaving_the_page(keys_page: Page) -> None:
    page = keys_page
    page.evaluate("window.isStillHere = true")
    toggle = page.locator("#default-key-toggle")
    toggle.press("Enter")
    expect(page.locator("#default-key-text")).to_have_value(Installation.API_KEY)
    expect(toggle).to_have_text("Hide")
    expect(toggle).to_be_focused()
    toggle.press("Enter")
    expect(toggle).to_have_text("Show")
    expect(toggle).to_be_focused()
    assert Installation.API_KEY not in page.content()
    assert page.evaluate("window.isStillHere")


def test_replacing_the_default_key_can_be_thought_over(keys_page: Page, opens: Callable[[str], bool]) -> None:
    page = keys_page
    page.click("#replace-default-key-btn")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Webhooks are signed with the new one.")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#replace-default-key-btn")).to_be_focused()
    assert opens(Installation.API_KEY)


def test_a_key_is_made_copied_and_deleted(
    keys_page: Page, context: BrowserContext, opens: Callable[[str], bool]
) -> None:
    page = keys_page
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name").fill("Timetable")
    page.get_by_role("checkbox", name="rooms:read").check()
    page.get_by_role("button", name="Create key").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".copy-url-btn")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == page.locator("#made-key-text").input_value()
    assert text not in page.url
    assert opens(text)
    page.get_by_role("link", name="Done").click()
    row = page.get_by_role("row").filter(has_text="Timetable")
    expect(row).to_contain_text("rooms:read")
    row.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.locator(".custom-snackbar")).to_contain_text("The key «Timetable» has been deleted.")
    assert not opens(text)


def test_a_key_for_nothing_is_refused_at_the_first_box(keys_page: Page) -> None:
    page = keys_page
    page.goto("/api-keys/new")
    page.get_by_label("Name").fill("Idle")
    page.get_by_role("button", name="Create key").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Choose at least one.").click()
    expect(page.get_by_role("checkbox", name="rooms:read")).to_be_focused()

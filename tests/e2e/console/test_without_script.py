"""HTML works without script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import sign_in
from tests.servers import Installation
from tests.workers.receiver import receiving


@pytest.fixture
def plain_page(browser: Browser, browser_context_args: dict[str, object]) -> Iterator[Page]:
    context = browser.new_context(**{**browser_context_args, "java_script_enabled": False})  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_a_room_is_made_shared_and_deleted(plain_page: Page) -> None:
    page = plain_page
    sign_in(page)
    page.click("#create-room-btn")
    page.fill("#id_name", "Plain")
    page.click("#create-room-button")
    expect(page.get_by_role("heading", name="Plain")).to_be_visible()
    expect(page.get_by_text("The room «Plain» is ready.")).to_be_visible()
    page.get_by_role("link", name="Share").click()
    expect(page.locator("[data-kind='speaker'] .url-input")).to_have_value(re.compile("secret="))
    page.get_by_role("link", name="Plain").click()
    page.click("[id^='more-actions-btn-']")
    page.click("[id^='delete-room-btn-']")
    page.click(".confirm-button")
    expect(page.get_by_text("The room «Plain» has been deleted.")).to_be_visible()


def test_the_phone_menu_the_language_and_the_design_work(plain_page: Page) -> None:
    page = plain_page
    sign_in(page)
    page.set_viewport_size({"width": 360, "height": 740})
    page.click("#menu-toggle-btn")
    page.click("#nav-link-config")
    page.get_by_label("Main controls", exact=True).fill("#224466")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The design has been saved.")).to_be_visible()
    page.click("#reset-theme-btn")
    expect(page.get_by_label("Main controls", exact=True)).to_have_value("")
    page.click("#language-selector-btn")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Configuración")).to_be_visible()


def test_a_webhook_is_tested(plain_page: Page) -> None:
    page = plain_page
    sign_in(page)
    page.goto("/config")
    with receiving() as receiver:
        page.get_by_label("Address of the receiver").fill(receiver.url)
        page.get_by_role("button", name="Send test").click()
        expect(page.get_by_text("The receiver took the test event.")).to_be_visible()
        expect(page.get_by_label("Address of the receiver")).to_have_value(receiver.url)


def test_a_key_is_made_and_deleted_and_the_default_one_shown(plain_page: Page) -> None:
    page = plain_page
    sign_in(page)
    page.click("#nav-link-api-keys")
    page.click("#default-key-toggle")
    expect(page.locator("#default-key-text")).to_have_value(Installation.API_KEY)
    page.get_by_role("link", name="Hide").click()
    expect(page.locator("#default-key-text")).to_have_count(0)
    page.click("#new-key-btn")
    page.get_by_label("Name").fill("Plain")
    page.get_by_role("checkbox", name="rooms:read").check()
    page.click("#create-key-btn")
    expect(page.locator("#made-key-text")).to_have_value(re.compile("^ovmeet-[0-9a-f]{32}$"))
    page.get_by_role("link", name="Done").click()
    page.get_by_role("link", name="Delete «Plain»").click()
    page.click(".confirm-button")
    expect(page.get_by_text("The key «Plain» has been deleted.")).to_be_visible()


def test_dark_systems_get_a_dark_page(plain_page: Page) -> None:
    page = plain_page
    page.emulate_media(color_scheme="dark")
    page.goto("/login")
    lightness = page.locator("body").evaluate(
        "body => Math.max(...getComputedStyle(body).backgroundColor.match(/[0-9.]+/g).slice(0, 3).map(Number))"
    )
    assert lightness < 60

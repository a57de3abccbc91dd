"""The door of the console."""

import re

from playwright.sync_api import Page, expect

from tests.servers import Installation


def test_the_button_waits_for_both_fields_and_then_leads_to_the_page_that_was_asked_for(page: Page) -> None:
    page.goto("/config")
    expect(page).to_have_url(re.compile(r"/login\?next=/config$"))
    button = page.locator("#login-form #login-button")
    expect(button).to_be_disabled()
    page.fill("#userId-input", Installation.ADMIN)
    expect(button).to_be_disabled()
    page.fill("#password-input", Installation.PASSWORD)
    expect(button).to_be_enabled()
    button.click()
    expect(page).to_have_url(re.compile("/config$"))


def test_the_password_can_be_shown(page: Page) -> None:
    page.goto("/login")
    page.fill("#password-input", "visible")
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#password-input")).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide password").click()
    expect(page.locator("#password-input")).to_have_attribute("type", "password")


def test_wrong_credentials_are_told_and_the_user_id_stays(page: Page) -> None:
    page.goto("/login")
    page.fill("#userId-input", Installation.ADMIN)
    page.fill("#password-input", "not the password")
    page.click("#login-button")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#userId-input")).to_have_value(Installation.ADMIN)


def test_leaving_ends_the_session(signed_in_page: Page) -> None:
    signed_in_page.click("#logout-btn")
    expect(signed_in_page.locator("#login-form")).to_be_visible()
    signed_in_page.goto("/rooms")
    expect(signed_in_page.locator("#login-form")).to_be_visible()

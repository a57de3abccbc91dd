"""What is around every page: menu, language, theme, session."""

from collections.abc import Callable

from playwright.sync_api import Page, ViewportSize, expect

_PHONE: ViewportSize = {"width": 360, "height": 740}
_BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_on_a_phone_the_menu_is_a_drawer(signed_in_page: Page) -> None:
    page = signed_in_page
    page.set_viewport_size(_PHONE)
    navigation = page.locator("#navigation")
    expect(navigation).to_be_hidden()
    page.click("#menu-toggle-btn")
    expect(navigation).to_be_visible()
    expect(page.locator("#nav-link-rooms")).to_be_focused()
    page.keyboard.press("Escape")
    expect(navigation).to_be_hidden()
    page.click("#menu-toggle-btn")
    page.click("#nav-link-config")
    page.wait_for_url("**/config")
    expect(navigation).to_be_hidden()


def test_on_a_desktop_the_menu_folds_and_stays_folded(signed_in_page: Page) -> None:
    page = signed_in_page
    navigation = page.locator("#navigation")
    expect(navigation).to_have_css("width", "240px")
    page.click("#menu-toggle-btn")
    expect(navigation).to_have_css("width", "64px")
    page.reload()
    expect(navigation).to_have_css("width", "64px")
    page.hover("#nav-link-config")
    expect(page.get_by_text("Configuration", exact=True)).to_be_visible()


def test_the_language_is_chosen_once_for_all_pages(signed_in_page: Page) -> None:
    page = signed_in_page
    page.click("#language-selector-btn")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Salas", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto("/config")
    expect(page.get_by_role("heading", name="Configuración")).to_be_visible()


def test_dark_follows_the_system_until_somebody_chooses(signed_in_page: Page) -> None:
    page = signed_in_page
    light = page.evaluate(_BACKGROUND)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    dark = page.evaluate(_BACKGROUND)
    assert dark != light
    page.click("#theme-toggle-btn")
    assert page.evaluate(_BACKGROUND) == light
    page.reload()
    assert page.evaluate(_BACKGROUND) == light
    # The server knows: the page comes right before any script runs.
    assert 'data-bs-theme="light"' in page.request.get("/rooms").text()


def test_an_ended_session_leads_to_the_login_and_back(signed_in_page: Page, new_room: Callable[[], object]) -> None:
    page = signed_in_page
    # A list with rooms asks for their states.
    new_room()
    page.reload()
    cookies = [cookie for cookie in page.context.cookies() if not cookie["name"].startswith("meet_session")]
    page.context.clear_cookies()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    expect(page.locator("#login-form")).to_be_visible(timeout=10_000)
    assert page.url.endswith("/login?next=/rooms")


def test_below_the_prefix_everything_stays_below_it(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/meet/rooms")
    page.click("#create-room-btn")
    page.click("#create-room-button")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert "/meet/rooms/" in page.url
    page.keyboard.press("Escape")
    page.click("[id^='more-actions-btn-']")
    page.click("[id^='delete-room-btn-']")
    page.get_by_role("dialog").locator(".confirm-button").click()
    page.wait_for_url("**/meet/rooms")

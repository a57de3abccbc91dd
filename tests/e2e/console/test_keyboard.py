"""Nothing needs a pointer."""

from playwright.sync_api import Page, expect


def test_the_first_stop_skips_to_the_content(signed_in_page: Page) -> None:
    page = signed_in_page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_room_is_made_shared_and_deleted_by_keyboard_alone(signed_in_page: Page) -> None:
    page = signed_in_page
    keys = page.keyboard
    page.locator("#create-room-btn").focus()
    keys.press("Enter")
    page.wait_for_url("**/rooms/new")
    _tab_to(page, "#id_name")
    keys.type("By keyboard")
    keys.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    _tab_to(page, "[data-kind='speaker'] .copy-url-btn")
    keys.press("Enter")
    expect(dialog.locator("[data-kind='speaker'] .copy-url-btn")).to_have_text("Copied")
    keys.press("Escape")

    expect(page.locator("#share-btn")).to_be_focused()
    keys.press("Tab")
    keys.press("ArrowDown")
    expect(page.locator("[id^='delete-room-btn-']")).to_be_focused()
    keys.press("Enter")
    expect(dialog).to_be_visible()
    keys.press("Tab")
    expect(dialog.locator(".confirm-button")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url("**/rooms")
    expect(page.locator(".custom-snackbar")).to_contain_text("By keyboard")


def test_arrows_walk_a_menu_and_escape_returns_to_its_button(signed_in_page: Page) -> None:
    page = signed_in_page
    page.locator("#profile-btn").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Profile")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Two-step sign-in")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Profile")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#profile-menu")).to_be_hidden()
    expect(page.locator("#profile-btn")).to_be_focused()


def test_every_stop_of_a_page_shows_where_it_is(signed_in_page: Page) -> None:
    page = signed_in_page
    page.goto("/config")
    for _ in range(20):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            """() => {
                const style = getComputedStyle(document.activeElement);
                const label = document.activeElement.nextElementSibling;
                const own = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
                return own || (label && getComputedStyle(label).outlineStyle !== 'none');
            }"""
        )
        assert shown, page.evaluate("document.activeElement.outerHTML")


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(30):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} by Tab")

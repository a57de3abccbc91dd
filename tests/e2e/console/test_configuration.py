"""The look of the meeting pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

_COLOUR = "element => getComputedStyle(element).backgroundColor"


@pytest.fixture
def config_page(signed_in_page: Page) -> Iterator[Page]:
    """As delivered before and after."""
    page = signed_in_page
    page.goto("/config")
    yield page
    page.goto("/config")
    page.click("#reset-theme-btn")
    page.click("#reset-dialog .confirm-button")
    expect(page.locator(".custom-snackbar")).to_contain_text("back to how it was delivered")


def test_the_preview_follows_every_change_and_saving_reaches_the_meeting(config_page: Page) -> None:
    page = config_page
    expect(page.locator(".save-state")).to_be_empty()
    page.get_by_role("switch", name="Use your own design").check()
    page.get_by_label("Highlights & accents", exact=True).fill("#123456")
    button = page.locator(".preview[data-base='light'] .mini-join")
    assert button.evaluate(_COLOUR) == "rgb(18, 52, 86)"
    expect(page.locator("[data-variable='accent-action-color'] .colour-picker")).to_have_value("#123456")
    expect(page.locator(".save-state")).to_have_text("Not saved yet")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".custom-snackbar")).to_contain_text("The design has been saved.")
    assert "--ov-accent-action-color: #123456" in page.request.get("/theme.css").text()


def test_a_picked_colour_is_written_into_its_field(config_page: Page) -> None:
    page = config_page
    page.get_by_label("Meeting background: choose").fill("#334455")
    expect(page.get_by_label("Meeting background", exact=True)).to_have_value("#334455")


def test_text_that_reads_badly_is_told_and_repaired_with_one_click(config_page: Page) -> None:
    page = config_page
    field = page.locator("[data-variable='primary-action-color']")
    expect(field.locator(".contrast-fix")).to_be_hidden()
    page.get_by_label("Main controls", exact=True).fill("#808080")
    expect(field.locator(".contrast")).to_have_attribute("data-low", "")
    field.locator(".contrast-fix").click()
    expect(field.locator(".contrast")).not_to_have_attribute("data-low", "")
    expect(page.locator(".save-state")).to_have_text("Not saved yet")


def test_undo_brings_back_what_was_saved(config_page: Page) -> None:
    page = config_page
    undo = page.get_by_role("button", name="Undo changes")
    expect(undo).to_be_disabled()
    accent = page.get_by_label("Highlights & accents", exact=True)
    accent.fill("#ff0000")
    undo.click()
    expect(accent).to_have_value("")
    expect(page.locator(".save-state")).to_be_empty()


def test_leaving_with_changes_asks_first(config_page: Page) -> None:
    page = config_page
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", leave)
    page.get_by_label("Main controls", exact=True).fill("#ff0000")
    page.click("#nav-link-rooms")
    page.wait_for_url("**/rooms")
    assert asked == ["beforeunload"]


def test_nonsense_is_refused_at_its_field_and_summed_up_on_top(config_page: Page) -> None:
    page = config_page
    accent = page.get_by_label("Highlights & accents", exact=True)
    accent.fill("reddish")
    page.get_by_role("button", name="Save", exact=True).click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Not a hex colour").click()
    expect(accent).to_be_focused()
    expect(accent).to_have_attribute("aria-invalid", "true")

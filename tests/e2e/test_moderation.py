"""Moderators and the people they moderate, each in a browser of their own."""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect


def _join(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.fill("#participant-name-input", name)
    page.click("#participant-name-submit")
    page.click("#join-button")
    page.wait_for_selector("#layout-container")


def _row(page: Page, name: str) -> Locator:
    """Somebody in the open list of people."""
    return page.locator("[data-participant-id]").filter(has_text=name)


@pytest.fixture
def meeting(program: httpx.Client, visitor: Callable[..., Page]) -> tuple[Page, Page]:
    """Mo by the moderators' link and Bo by the speakers', each with the list of people open."""
    room: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "Moderated"}).json()
    mo, bo = visitor(), visitor()
    for page, link, name in ((mo, "moderatorUrl", "Mo"), (bo, "speakerUrl", "Bo")):
        _join(page, room[link], name)
        page.click("#participants-panel-btn")
    return mo, bo


def test_a_promotion_shows_on_both_sides_and_opens_what_moderators_have(meeting: tuple[Page, Page]) -> None:
    mo, bo = meeting
    expect(_row(bo, "Mo")).to_be_visible()
    expect(bo.locator("[id^='moderation-controls-']")).to_have_count(0)
    _row(mo, "Bo").locator("[id^='make-moderator-btn-']").click()
    expect(bo.get_by_text("You are a moderator of this meeting now").first).to_be_visible()
    for page in meeting:
        expect(_row(page, "Bo").locator(".moderator-badge")).to_be_visible()
    # A moderator by right is nobody's to demote or to send out.
    expect(bo.locator("[id^='moderation-controls-']")).to_have_count(0)
    bo.click("#leave-btn")
    expect(bo.locator("#end-meeting-option")).to_be_visible()
    bo.keyboard.press("Escape")

    _row(mo, "Bo").locator("[id^='remove-moderator-btn-']").click()
    for page in meeting:
        expect(_row(page, "Bo").locator(".moderator-badge")).to_have_count(0)
    expect(_row(mo, "Bo").locator("[id^='make-moderator-btn-']")).to_be_visible()


def test_somebody_is_removed_after_a_question(meeting: tuple[Page, Page]) -> None:
    mo, bo = meeting
    remove = _row(mo, "Bo").locator("[id^='kick-participant-btn-']")
    expect(remove).to_have_accessible_name("Remove Bo from the meeting")
    remove.press("Enter")
    dialog = mo.get_by_role("dialog")
    expect(dialog).to_have_accessible_name("Remove Bo from the meeting?")
    mo.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(_row(mo, "Bo")).to_be_visible()
    remove.click()
    dialog.locator(".confirm-button").click()
    expect(bo.locator(".disconnected-container")).to_contain_text(re.compile("removed"))
    expect(_row(mo, "Bo")).to_have_count(0)


def test_a_promoted_moderator_ends_the_meeting_for_all(meeting: tuple[Page, Page]) -> None:
    mo, bo = meeting
    _row(mo, "Bo").locator("[id^='make-moderator-btn-']").click()
    expect(_row(bo, "Bo").locator(".moderator-badge")).to_be_visible()
    bo.click("#leave-btn")
    bo.click("#end-meeting-option")
    bo.get_by_role("dialog").locator(".confirm-button").click()
    for page in meeting:
        expect(page.locator(".disconnected-container")).to_be_visible()

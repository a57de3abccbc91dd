"""Where events are sent, on the configuration page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.workers.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def config_page(signed_in_page: Page) -> Iterator[Page]:
    """Without a webhook before and after."""
    page = signed_in_page
    page.goto("/config")
    yield page
    page.goto("/config")
    page.get_by_role("switch", name="Send events").uncheck()
    page.get_by_label("Address of the receiver").fill("")
    page.click("#save-webhook-btn")
    expect(page.locator(".custom-snackbar")).to_contain_text("The webhook has been saved.")


def test_an_address_is_tested_without_leaving_the_page_and_then_saved(config_page: Page, receiver: Receiver) -> None:
    page = config_page
    page.evaluate("window.isStillHere = true")
    page.get_by_label("Address of the receiver").fill(receiver.url)
    result = page.locator("#webhook-result")
    page.get_by_role("button", name="Send test").click()
    expect(result).to_contain_text("The receiver took the test event.")
    assert [request.body["event"] for request in receiver.requests] == ["testEvent"]
    receiver.status = 503
    page.get_by_role("button", name="Send test").click()
    expect(result).to_contain_text("answered «503 Service Unavailable» instead of success")
    assert page.evaluate("window.isStillHere")
    page.get_by_role("switch", name="Send events").check()
    page.get_by_role("button", name="Save webhook").click()
    expect(page.locator(".custom-snackbar")).to_contain_text("The webhook has been saved.")
    expect(page.get_by_role("switch", name="Send events")).to_be_checked()
    expect(page.get_by_label("Address of the receiver")).to_have_value(receiver.url)


def test_events_without_an_address_are_refused_at_the_field(config_page: Page) -> None:
    page = config_page
    page.get_by_role("switch", name="Send events").check()
    page.get_by_role("button", name="Save webhook").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Events need an address to go to").click()
    expect(page.get_by_label("Address of the receiver")).to_be_focused()

"""/config: where events are sent, in the console."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from meet.http import Outcome
from meet.webhooks import endpoints
from meet.webhooks.endpoints import Choice
from meet.webhooks.models import Endpoint
from tests.conftest import Console
from tests.pages import Page, submit
from tests.webhooks.conftest import Receiver

URL = "https://hooks.example/in"
SAVE, TEST = "/config/webhooks", "/config/webhooks/test"


@pytest.fixture
def client(console: Console, admin: User) -> Client:
    return console(admin)


def result(answer: Any) -> str:
    """What stands in the answer about a test."""
    assert answer.status_code == 200
    text = str(answer.content.decode())
    assert "alert-success" in text or "alert-danger" in text
    return text


def test_the_card_shows_what_is_stored(client: Client) -> None:
    endpoints.configure(Choice(enabled=True, url=URL), now=clock.now())
    page = Page(client.get("/config"))
    assert page.by_id("webhooks")
    switch, address = page.by_id("id_webhook_enabled"), page.by_id("id_webhook_url")
    assert switch is not None
    assert "checked" in switch
    assert address is not None
    assert address["value"] == URL


def test_no_two_elements_of_the_page_share_an_id(client: Client) -> None:
    ids = Page(client.get("/config")).ids("")
    ids = [element_id for element_id in ids if element_id]
    assert len(set(ids)) == len(ids)


def test_an_address_is_saved_and_switched_on(client: Client) -> None:
    answer = submit(client, SAVE, {"enabled": "on", "url": URL})
    assert (answer.status_code, answer["Location"]) == (302, "/config")
    endpoint = Endpoint.objects.get()
    assert (endpoint.is_contract, endpoint.enabled, endpoint.url) == (True, True, URL)
    assert Page(client.get("/config")).toasts == 1
    assert client.get("/config").content.decode().count(URL) == 1


@pytest.mark.parametrize("url", [URL, ""])
def test_switched_off_it_may_have_an_address_or_none(client: Client, url: str) -> None:
    submit(client, SAVE, {"enabled": "on", "url": URL})
    assert submit(client, SAVE, {"url": url}).status_code == 302
    endpoint = Endpoint.objects.get()
    assert (endpoint.enabled, endpoint.url) == (False, url)


@pytest.mark.parametrize("url", ["", "hooks.example", "ftp://hooks.example", "http://", "http://x/" + "y" * 2000])
def test_what_is_wrong_is_told_and_nothing_is_saved(client: Client, url: str) -> None:
    answer = submit(client, SAVE, {"enabled": "on", "url": url})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.has_element("meet-form-errors")
    field = page.by_id("id_webhook_url")
    assert field is not None
    assert field["aria-invalid"] == "true"
    assert field.get("value", "") == url
    assert not Endpoint.objects.exists()


def test_a_neighbouring_container_is_a_receiver(client: Client) -> None:
    assert submit(client, SAVE, {"enabled": "on", "url": "http://receiver:8080/"}).status_code == 302


# -- Testing ---------------------------------------------------------------------------------------------------------


def test_a_test_is_sent_to_the_address_in_the_form_and_saves_nothing(
    client: Client, api_key: str, receiver: Receiver
) -> None:
    assert "The receiver took the test event." in result(submit(client, TEST, {"url": URL}))
    assert [url for url, _, _ in receiver.requests] == [URL]
    assert not Endpoint.objects.exists()


def test_without_script_the_result_is_a_page_with_the_form_as_it_was(
    client: Client, api_key: str, receiver: Receiver
) -> None:
    page = Page(submit(client, TEST, {"url": URL}))
    assert page.has_element("main")
    assert page.by_id("webhook-form")
    assert page.values()["url"] == URL


def test_with_script_it_is_only_the_result(client: Client, api_key: str, receiver: Receiver) -> None:
    answer = submit(client, TEST, {"url": URL}, **{"HX-Request": "true"})
    assert "The receiver took the test event." in result(answer)
    assert not Page(answer).has_element("form")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(503, "503 Service Unavailable"), "answered «503 Service Unavailable» instead of success"),
        (Outcome(302, "302 Found"), "answered «302 Found» instead of success"),
        (Outcome(None, "Request timed out after 5 seconds"), "did not answer within 5 seconds"),
        (Outcome(None, "Domain name could not be resolved"), "no host of that name"),
        (Outcome(None, "Connection refused by server"), "Nothing listens"),
        (Outcome(None, "Connection reset by server"), "hung up"),
        (Outcome(None, "SSL/TLS certificate error"), "certificate is not valid"),
        (Outcome(None, "Network error: the address is not allowed"), "may not send to that address"),
        (Outcome(None, "Network error: No route to host"), "No route to host"),
        (Outcome(500, "500 <script>"), "500 &lt;script&gt;"),
    ],
)
def test_what_went_wrong_is_said_in_words(
    client: Client, api_key: str, receiver: Receiver, outcome: Outcome, words: str
) -> None:
    receiver.answer = outcome
    text = result(submit(client, TEST, {"url": URL}, **{"HX-Request": "true"}))
    assert words in text
    assert "alert-danger" in text


@pytest.mark.parametrize("url", ["", "hooks.example"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_address_is_needed(client: Client, receiver: Receiver, url: str, headers: dict[str, str]) -> None:
    assert "alert-danger" in result(submit(client, TEST, {"url": url}, **headers))
    assert not receiver.requests


def test_without_a_key_the_card_and_the_test_say_so(client: Client, receiver: Receiver) -> None:
    assert "There is no API key" in client.get("/config").content.decode()
    assert "There is no API key" in result(submit(client, TEST, {"url": URL}))
    assert not receiver.requests


def test_with_a_key_nobody_is_warned(client: Client, api_key: str) -> None:
    assert "There is no API key" not in client.get("/config").content.decode()


# -- Who may ---------------------------------------------------------------------------------------------------------


def test_a_link_alone_sends_nothing(client: Client, receiver: Receiver) -> None:
    assert client.get(TEST).status_code == 405
    assert not receiver.requests


def test_only_administrators_choose_and_test(console: Console, olga: User, max_: User, receiver: Receiver) -> None:
    for user in (olga, max_):
        client = console(user)
        assert client.get(SAVE).status_code == 403
        assert submit(client, SAVE, {"url": URL}).status_code == 403
        assert submit(client, TEST, {"url": URL}).status_code == 403
    assert not receiver.requests
    assert not Endpoint.objects.exists()


def test_visitors_are_taken_to_the_login(db: None) -> None:
    assert Client().get(SAVE)["Location"] == "/login?next=/config/webhooks"

"""POST /internal-api/v1/config/webhooks/test: anybody may have an address tried out (rest-api.md 6.3)."""

import hashlib
import hmac
from threading import BoundedSemaphore
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import ApiKey, User
from meet import clock, http
from meet.http import Outcome
from meet.webhooks import trial
from meet.webhooks.models import Endpoint, Event
from tests.conftest import Api
from tests.webhooks.conftest import Receiver
from tests.workers.receiver import receiving

PATH = "/internal-api/v1/config/webhooks/test"
URL = "https://hooks.example/in"
NO_KEY = "There are no API keys configured yet. Please, create one to use webhooks."


def error(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    assert list(body) == ["error", "message"]
    return answer.status_code, body["error"], body["message"]


# -- What is sent ----------------------------------------------------------------------------------------------------


def test_a_receiver_that_takes_it_is_valid(anonymous: Api, api_key: str, receiver: Receiver) -> None:
    answer = anonymous.post(PATH, {"url": URL})
    assert (answer.status_code, answer.json()) == (200, {"message": "Webhook URL is valid"})
    [(url, body, headers)] = receiver.requests
    stamp = headers["X-Timestamp"]
    assert url == URL
    assert body.decode() == (
        f'{{"event":"testEvent","creationDate":{stamp},"data":{{"message":"This is a test webhook event"}}}}'
    )
    assert abs(int(stamp) - clock.to_ms(clock.now())) < 10_000
    signature = hmac.new(api_key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers == {"Content-Type": "application/json", "X-Timestamp": stamp, "X-Signature": signature}


def test_nothing_is_stored_and_nobody_else_is_told(anonymous: Api, api_key: str, receiver: Receiver) -> None:
    Endpoint.objects.create(url="https://other.example/", enabled=True, created_at=clock.now())
    anonymous.post(PATH, {"url": URL})
    assert [url for url, _, _ in receiver.requests] == [URL]
    assert not Event.objects.exists()
    assert Endpoint.objects.count() == 1


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer stale"}, {"X-API-KEY": "wrong"}, {"X-Room-Member-Token": "Bearer x"}]
)
def test_no_credential_helps_or_hinders(api_key: str, receiver: Receiver, headers: dict[str, str]) -> None:
    assert Api(headers).post(PATH, {"url": URL}).status_code == 200


# -- What may come of it ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome(500, "500 Internal Server Error"), "Server error (500 Internal Server Error)"),
        (Outcome(503, "503 Service Unavailable"), "Server error (503 Service Unavailable)"),
        (Outcome(400, "400 Bad Request"), "Client error (400 Bad Request)"),
        (Outcome(404, "404 Not Found"), "Client error (404 Not Found)"),
        (Outcome(499, "499"), "Client error (499)"),
        (Outcome(301, "301 Moved Permanently"), "Unexpected response (301)"),
        (Outcome(304, "304 Not Modified"), "Unexpected response (304)"),
        *[
            (Outcome(None, reason), reason)
            for reason in (
                "Request timed out after 5 seconds",
                "Domain name could not be resolved",
                "Connection refused by server",
                "Connection reset by server",
                "SSL/TLS certificate error",
                "Network error: No route to host",
                "Connection failed: illegal status line",
            )
        ],
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_went_wrong_is_told_in_the_contracts_words(
    anonymous: Api, api_key: str, receiver: Receiver, outcome: Outcome, reason: str
) -> None:
    receiver.answer = outcome
    answer = anonymous.post(PATH, {"url": URL})
    assert error(answer) == (400, "Webhook Error", f"Webhook URL '{URL}' is invalid: {reason}")
    assert len(receiver.requests) == 1


def test_without_a_key_nothing_can_be_signed(anonymous: Api, admin: User, receiver: Receiver) -> None:
    assert error(anonymous.post(PATH, {"url": URL})) == (400, "Webhook Error", NO_KEY)
    assert not receiver.requests


def test_a_key_that_cannot_be_read_any_more_signs_nothing(anonymous: Api, api_key: str, receiver: Receiver) -> None:
    ApiKey.objects.update(sealed="sealed with a key that is lost")
    assert error(anonymous.post(PATH, {"url": URL})) == (400, "Webhook Error", NO_KEY)
    assert not receiver.requests


@pytest.mark.parametrize(
    ("body", "issues"),
    [
        (None, [("", "Required")]),
        ({}, [("url", "Required")]),
        ({"url": 5}, [("url", "Expected string, received number")]),
        ({"url": ""}, [("url", "Must be a valid URL"), ("url", "URL must start with http:// or https://")]),
        ({"url": "file:///etc/passwd"}, [("url", "URL must start with http:// or https://")]),
        ({"url": "https://"}, [("url", "Must be a valid URL")]),
    ],
)
def test_an_address_is_checked_before_anything_is_sent(
    anonymous: Api, db: None, receiver: Receiver, body: Any, issues: list[tuple[str, str]]
) -> None:
    answer = anonymous.post(PATH, body)
    assert answer.status_code == 422
    assert [(entry["field"], entry["message"]) for entry in answer.json()["details"]] == issues
    assert not receiver.requests


# -- Receivers nearby ------------------------------------------------------------------------------------------------


@pytest.mark.enable_socket
def test_a_receiver_on_this_machine_can_be_tested(anonymous: Api, api_key: str) -> None:
    with receiving() as local:
        url = local.url.replace("127.0.0.1", "localhost")
        assert anonymous.post(PATH, {"url": url}).status_code == 200
        assert local.requests[0].body["event"] == "testEvent"
        local.status = 418
        reason = "Client error (418 I'm a Teapot)"
        answer = anonymous.post(PATH, {"url": url})
        assert error(answer) == (400, "Webhook Error", f"Webhook URL '{url}' is invalid: {reason}")


@pytest.mark.enable_socket
def test_unless_the_operator_forbids_its_network(anonymous: Api, api_key: str, settings: Settings) -> None:
    settings.MEET_WEBHOOK_FORBIDDEN_NETWORKS = ["127.0.0.0/8", "::1/128"]
    with receiving() as local:
        answer = anonymous.post(PATH, {"url": local.url})
    reason = "Network error: the address is not allowed"
    assert error(answer) == (400, "Webhook Error", f"Webhook URL '{local.url}' is invalid: {reason}")
    assert not local.requests


# -- Nobody's tool ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rate_limits")
def test_a_client_may_test_twenty_times_in_five_minutes(anonymous: Api, api_key: str, receiver: Receiver) -> None:
    answers = [anonymous.post(PATH, {"url": URL}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[0]["RateLimit-Policy"] == "20;w=300"
    assert error(answers[20]) == (429, "Too Many Requests", "Too many requests, please try again later")
    assert len(receiver.requests) == 20


def test_silent_receivers_take_no_more_than_a_few_threads(
    anonymous: Api, api_key: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_AT_ONCE", BoundedSemaphore(1))
    monkeypatch.setattr(trial, "_PATIENCE", 0.01)
    meanwhile: list[Any] = []

    def silent(url: str, body: bytes, *, headers: Any) -> Outcome:
        meanwhile.append(anonymous.post(PATH, {"url": URL}))
        return receiver.post(url, body, headers=headers)

    monkeypatch.setattr(http, "post", silent)
    assert anonymous.post(PATH, {"url": URL}).status_code == 200
    assert (meanwhile[0].status_code, meanwhile[0]["Retry-After"]) == (429, "5")
    monkeypatch.setattr(http, "post", receiver.post)
    assert anonymous.post(PATH, {"url": URL}).status_code == 200


def test_no_connection_to_the_database_is_held_meanwhile(
    anonymous: Api, api_key: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def post(url: str, body: bytes, *, headers: Any) -> Outcome:
        order.append("sent")
        return receiver.post(url, body, headers=headers)

    monkeypatch.setattr(http, "post", post)
    monkeypatch.setattr(trial, "release_connection", lambda: order.append("released"))
    anonymous.post(PATH, {"url": URL})
    assert order == ["released", "sent"]

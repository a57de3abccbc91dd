"""Trying an address out: one signed event, whether webhooks are enabled or not (rest-api.md 6.3)."""

from datetime import datetime
from http import HTTPStatus
from threading import BoundedSemaphore

from accounts.models import ApiKey
from meet import clock, http
from meet.db import release_connection
from meet.errors import DomainError, TooManyRequests
from meet.webhooks import signing
from meet.webhooks.outbox import as_json

# Anybody may ask, and a silent receiver takes five seconds: that many threads and no more wait for receivers.
_AT_ONCE = BoundedSemaphore(8)
_PATIENCE = 1.0


class WebhookError(DomainError):
    def __init__(self, message: str) -> None:
        super().__init__("Webhook Error", HTTPStatus.BAD_REQUEST, message)


class NothingToSignWith(WebhookError):
    def __init__(self) -> None:
        super().__init__("There are no API keys configured yet. Please, create one to use webhooks.")


class ReceiverFailed(WebhookError):
    def __init__(self, url: str, outcome: http.Outcome) -> None:
        super().__init__(f"Webhook URL '{url}' is invalid: {_reason(outcome)}")
        self.outcome = outcome


def send_test(url: str, *, now: datetime) -> None:
    """Sends a test event to `url`, once. Raises `WebhookError` unless the receiver takes it."""
    key = ApiKey.objects.default()
    text = key.text if key else None
    if text is None:
        raise NothingToSignWith
    created = clock.to_ms(now)
    data = {"message": "This is a test webhook event"}
    body = as_json({"event": "testEvent", "creationDate": created, "data": data})
    release_connection()
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise TooManyRequests("Too many requests, please try again later", headers={"Retry-After": "5"})
    try:
        outcome = http.post(url, body.encode(), headers=signing.headers(body, timestamp_ms=created, key=text))
    finally:
        _AT_ONCE.release()
    if not outcome.is_success:
        raise ReceiverFailed(url, outcome)


def _reason(outcome: http.Outcome) -> str:
    if outcome.status is None:
        return outcome.reason
    if outcome.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"Server error ({outcome.reason})"
    if outcome.status >= HTTPStatus.BAD_REQUEST:
        return f"Client error ({outcome.reason})"
    return f"Unexpected response ({outcome.status})"

"""The far end of a webhook, for tests that only ask what reaches it."""

from typing import Any

import pytest

from meet import http
from meet.http import Outcome


class Receiver:
    """Remembers what it was sent and answers as told."""

    def __init__(self) -> None:
        self.answer = Outcome(204, "204 No Content")
        self.requests: list[tuple[str, bytes, dict[str, str]]] = []

    def post(self, url: str, body: bytes, *, headers: Any) -> Outcome:
        self.requests.append((url, body, dict(headers)))
        return self.answer


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    made = Receiver()
    monkeypatch.setattr(http, "post", made.post)
    return made

"""Two programs at once: one key is one piece of work, on both databases."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import ApiKey
from meet import clock
from meet.idempotency.models import IdempotentCall
from rooms.models import Room
from tests.factories import make_user
from tests.idempotency.conftest import AtOnce

ROOMS = "/api/v1/rooms"


@pytest.fixture
def headers(database_of_threads: None) -> dict[str, str]:
    key = ApiKey.replace_default(by=make_user("admin", role="admin"), now=clock.now())  # type: ignore[arg-type]
    return {"X-API-KEY": str(key.text), "Idempotency-Key": "one"}


def until_answered(headers: dict[str, str]) -> tuple[Any, int]:
    """What a careful program does: the answer, and how often it was told to wait."""
    waits = 0
    while True:
        answer = Client(headers=headers).post(ROOMS, data={"roomName": "Twins"}, content_type="application/json")
        if answer.status_code != 409 or waits > 500:
            return answer, waits
        assert answer.json()["message"] == "A request with this Idempotency-Key is still being processed"
        assert answer["Retry-After"] == "1"
        waits += 1


def test_twenty_creates_with_one_key_make_one_room(headers: dict[str, str], at_once: AtOnce) -> None:
    answers = [answer for answer, _waits in at_once(lambda: until_answered(headers), 20)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({answer["Location"] for answer in answers}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers].count(None) == 1
    assert Room.objects.count() == 1


def test_twenty_keys_make_twenty_rooms(headers: dict[str, str], at_once: AtOnce) -> None:
    keys = iter([f"key {number}" for number in range(20)])
    answers = at_once(lambda: until_answered({**headers, "Idempotency-Key": next(keys)})[0], 20)
    assert {answer.status_code for answer in answers} == {201}
    assert Room.objects.count() == IdempotentCall.objects.count() == 20

"""Events are written with the change they tell of, in the exact text that is signed and sent (rest-api.md 6.1)."""

import json
from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.models import ApiKey
from meet import clock
from meet.webhooks.models import Delivery, Endpoint, Event
from meet.webhooks.outbox import as_json, emit

NOW = datetime(2026, 5, 1, 12, 30, 15, 123000, tzinfo=UTC)


@pytest.fixture
def endpoint(api_key: str) -> Endpoint:
    return Endpoint.objects.create(url="http://hooks.example/", enabled=True, created_at=clock.now())


def test_an_event_is_the_compact_json_that_javascript_would_write(endpoint: Endpoint) -> None:
    emit("meetingStarted", {"roomName": "Ünï 🎉", "size": 1, "ok": True, "none": None}, room_id="r", now=NOW)
    assert Event.objects.get().body == (
        '{"event":"meetingStarted","creationDate":1777638615123,'
        '"data":{"roomName":"Ünï 🎉","size":1,"ok":true,"none":null}}'
    )


def test_the_keys_stand_in_the_order_of_the_contract(endpoint: Endpoint) -> None:
    emit("meetingEnded", {"z": 1, "a": 2}, room_id="r", now=NOW)
    body = json.loads(Event.objects.get().body)
    assert list(body) == ["event", "creationDate", "data"]
    assert list(body["data"]) == ["z", "a"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, 2]}, '{"a":[1,2]}'),
        ("</script>\u2028", '"</script>\u2028"'),
        ('"\\\n\t\b\f', '"\\"\\\\\\n\\t\\b\\f"'),
        ("\x01\x7f", '"\\u0001\x7f"'),
        (1795000000000, "1795000000000"),
        (2.5, "2.5"),
    ],
)
def test_json_is_javascripts(value: object, text: str) -> None:
    assert as_json(value) == text


@pytest.mark.parametrize(("value", "text"), [(30.0, "30"), (-0.5, "-0.5"), (1e15, "1000000000000000")])
def test_whole_numbers_are_written_without_a_point(value: float, text: str) -> None:
    """Receivers sign what their JSON.stringify makes of the body; an encoding may have been given as 1280.0."""
    assert as_json({"n": [value]}) == f'{{"n":[{text}]}}'


def test_every_enabled_endpoint_gets_a_delivery_that_is_due_at_once(endpoint: Endpoint) -> None:
    second = Endpoint.objects.create(url="https://second.example/", enabled=True, created_at=NOW)
    Endpoint.objects.create(url="https://off.example/", enabled=False, created_at=NOW)
    Endpoint.objects.create(url="", enabled=True, created_at=NOW)
    emit("meetingStarted", {}, room_id="r", now=NOW)
    assert set(Delivery.objects.values_list("endpoint", "status", "attempts", "due_at")) == {
        (endpoint.pk, "pending", 0, NOW),
        (second.pk, "pending", 0, NOW),
    }


def test_without_an_endpoint_nothing_is_written(api_key: str) -> None:
    emit("meetingStarted", {}, room_id="r", now=NOW)
    assert not Event.objects.exists()


def test_without_a_key_to_sign_with_the_event_is_dropped(endpoint: Endpoint) -> None:
    ApiKey.objects.all().delete()
    emit("meetingStarted", {}, room_id="r", now=NOW)
    assert not Event.objects.exists()


def test_a_change_that_is_taken_back_takes_its_event_with_it(endpoint: Endpoint) -> None:
    def change_ones_mind() -> None:
        with transaction.atomic():
            emit("meetingStarted", {}, room_id="r", now=NOW)
            assert Delivery.objects.exists()
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_ones_mind()
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_without_a_transaction_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="belongs into the transaction"):
        emit("meetingStarted", {}, room_id="r", now=NOW)

"""Sending what the outbox holds: signed, repeated, given up (rest-api.md 6.2, decisions.md 19)."""

import hashlib
import hmac
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

import pytest
import time_machine

from accounts.models import ApiKey
from meet import clock, http
from meet.http import Outcome
from meet.webhooks import delivery, tasks
from meet.webhooks.models import Delivery, Endpoint, Event
from tests.webhooks.conftest import Receiver

NOW = clock.now()
BODY = '{"event":"meetingStarted","creationDate":1,"data":{"roomName":"Ü"}}'
OK, REFUSED = Outcome(204, "204 No Content"), Outcome(None, "Connection refused by server")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def waiting(api_key: str, receiver: Receiver) -> int:
    """A delivery that is due now."""
    endpoint = Endpoint.objects.create(url="http://hooks.example/in", enabled=True, created_at=NOW)
    event = Event.objects.create(kind="meetingStarted", room_id="r", created_at=NOW, body=BODY)
    return int(Delivery.objects.create(event=event, endpoint=endpoint, due_at=NOW).pk)


def stored() -> Delivery:
    return Delivery.objects.get()


def signature(stamp: str, key: str) -> str:
    return hmac.new(key.encode(), f"{stamp}.{BODY}".encode(), hashlib.sha256).hexdigest()


# -- The request -----------------------------------------------------------------------------------------------------


def test_the_request_is_the_one_of_the_contract(waiting: int, receiver: Receiver, api_key: str) -> None:
    assert delivery.attempt(waiting, 0, now=NOW) is None
    [(url, body, headers)] = receiver.requests
    assert url == "http://hooks.example/in"
    assert body == BODY.encode()
    stamp = str(clock.to_ms(NOW))
    assert headers == {
        "Content-Type": "application/json",
        "X-Timestamp": stamp,
        "X-Signature": signature(stamp, api_key),
    }
    assert (stored().status, stored().attempts, stored().last_status) == ("delivered", 1, 204)


def test_within_a_minute_every_attempt_is_the_same_request(waiting: int, receiver: Receiver) -> None:
    receiver.answer = REFUSED
    for number, after in enumerate([0, 0.3, 0.9, 2.1, 4.5, 9.3]):
        delivery.attempt(waiting, number, now=NOW + after * SECOND)
    delivery.attempt(waiting, 6, now=NOW + MINUTE)
    assert len(receiver.requests) == 7
    assert len({str(request) for request in receiver.requests}) == 1


def test_later_attempts_carry_a_fresh_stamp_over_the_same_body(waiting: int, receiver: Receiver, api_key: str) -> None:
    """Receivers refuse old ones."""
    later = NOW + MINUTE + clock.MILLISECOND
    delivery.attempt(waiting, 0, now=later)
    [(_, body, headers)] = receiver.requests
    assert body == BODY.encode()
    assert headers["X-Timestamp"] == str(clock.to_ms(later))
    assert headers["X-Signature"] == signature(headers["X-Timestamp"], api_key)


def test_the_key_of_today_signs_what_was_written_yesterday(waiting: int, receiver: Receiver) -> None:
    new = str(ApiKey.replace_default(by=None, now=NOW).text)
    delivery.attempt(waiting, 0, now=NOW)
    [(_, _, headers)] = receiver.requests
    assert headers["X-Signature"] == signature(headers["X-Timestamp"], new)


# -- Repetition ------------------------------------------------------------------------------------------------------


def test_the_waits_are_those_of_the_contract_and_then_our_own_for_a_day(waiting: int, receiver: Receiver) -> None:
    receiver.answer = REFUSED
    waits: list[timedelta] = []
    moment = NOW
    number = 0
    while (wait := delivery.attempt(waiting, number, now=moment)) is not None:
        waits.append(wait)
        moment += wait
        number += 1
    milliseconds = [wait / clock.MILLISECOND for wait in waits[:5]]
    assert milliseconds == [300, 600, 1200, 2400, 4800]
    assert waits == sorted(waits)
    assert timedelta(hours=12) < sum(waits, timedelta()) < timedelta(days=2)
    assert stored().status == "failed"
    assert stored().attempts == len(receiver.requests) == len(waits) + 1


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410, 429, 500, 503])
def test_whatever_is_not_two_hundred_is_repeated(waiting: int, receiver: Receiver, status: int) -> None:
    receiver.answer = Outcome(status, f"{status} Some reason")
    assert delivery.attempt(waiting, 0, now=NOW) == 300 * clock.MILLISECOND
    assert (stored().status, stored().last_status, stored().last_reason) == (
        "pending", status, f"{status} Some reason",
    )  # fmt: skip


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_two_hundred_and_its_kin_are_delivered(waiting: int, receiver: Receiver, status: int) -> None:
    receiver.answer = Outcome(status, "fine")
    assert delivery.attempt(waiting, 0, now=NOW) is None
    assert stored().status == "delivered"


def test_an_attempt_after_a_failure_succeeds(waiting: int, receiver: Receiver) -> None:
    receiver.answer = REFUSED
    delivery.attempt(waiting, 0, now=NOW)
    receiver.answer = OK
    assert delivery.attempt(waiting, 1, now=NOW + SECOND) is None
    assert stored().status == "delivered"


def test_without_a_key_an_attempt_waits_for_one(waiting: int, receiver: Receiver) -> None:
    ApiKey.objects.all().delete()
    assert delivery.attempt(waiting, 0, now=NOW) is not None
    assert not receiver.requests
    assert stored().status == "pending"
    ApiKey.replace_default(by=None, now=NOW)
    delivery.attempt(waiting, 1, now=NOW + SECOND)
    assert stored().status == "delivered"


def test_an_endpoint_that_was_switched_off_gets_nothing_more(waiting: int, receiver: Receiver) -> None:
    Endpoint.objects.update(enabled=False)
    assert delivery.attempt(waiting, 0, now=NOW) is None
    assert not receiver.requests
    assert (stored().status, stored().last_reason) == ("failed", "The webhook was switched off")


def test_a_changed_address_is_where_the_next_attempt_goes(waiting: int, receiver: Receiver) -> None:
    Endpoint.objects.update(url="http://new.example/")
    delivery.attempt(waiting, 0, now=NOW)
    assert receiver.requests[0][0] == "http://new.example/"


# -- Claims ----------------------------------------------------------------------------------------------------------


def test_an_attempt_that_is_asked_for_twice_is_made_once(waiting: int, receiver: Receiver) -> None:
    receiver.answer = REFUSED
    assert delivery.attempt(waiting, 0, now=NOW) is not None
    assert delivery.attempt(waiting, 0, now=NOW) is None
    assert len(receiver.requests) == 1


def test_two_workers_at_the_same_moment_make_one_attempt(
    waiting: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second starts while the first is still waiting for the answer."""

    def slow(url: str, body: bytes, *, headers: Any) -> Outcome:
        monkeypatch.setattr(http, "post", receiver.post)
        assert delivery.attempt(waiting, 0, now=NOW) is None
        return receiver.post(url, body, headers=headers)

    monkeypatch.setattr(http, "post", slow)
    delivery.attempt(waiting, 0, now=NOW)
    assert len(receiver.requests) == 1


def test_what_is_delivered_or_given_up_is_never_sent_again(waiting: int, receiver: Receiver) -> None:
    for status in ("delivered", "failed"):
        Delivery.objects.update(status=status)
        assert delivery.attempt(waiting, 0, now=NOW) is None
    assert not receiver.requests


def test_a_delivery_that_is_gone_is_nothing_to_do(api_key: str, receiver: Receiver) -> None:
    assert delivery.attempt(12345, 0, now=NOW) is None


def test_a_worker_that_dies_in_the_middle_leaves_the_row_due(
    waiting: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_arguments: Any, **_options: Any) -> Outcome:
        raise SystemExit

    monkeypatch.setattr(http, "post", dies)
    with pytest.raises(SystemExit):
        delivery.attempt(waiting, 0, now=NOW)
    assert delivery.take_due(now=NOW + 19 * SECOND) == []
    assert delivery.take_due(now=NOW + 21 * SECOND) == [(waiting, 1)]
    monkeypatch.setattr(http, "post", receiver.post)
    delivery.attempt(waiting, 1, now=NOW + 21 * SECOND)
    assert stored().status == "delivered"


def test_a_late_answer_does_not_undo_what_a_newer_attempt_has_found(
    waiting: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ran out while the first was waiting."""

    def slow(_url: str, _body: bytes, *, headers: Any) -> Outcome:
        monkeypatch.setattr(http, "post", receiver.post)
        later = NOW + 21 * SECOND
        assert delivery.take_due(now=later) == [(waiting, 1)]
        delivery.attempt(waiting, 1, now=later)
        return REFUSED

    monkeypatch.setattr(http, "post", slow)
    assert delivery.attempt(waiting, 0, now=NOW) is None, "the newer one decides what comes next"
    assert (stored().status, stored().attempts, stored().last_status) == ("delivered", 2, 204)


# -- Slow receivers --------------------------------------------------------------------------------------------------


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    calls: list[tuple[int, ...]] = []
    monkeypatch.setattr(tasks, "hurry", lambda _task, *ids, countdown=0: calls.append(ids))
    return calls


def more(number: int) -> list[int]:
    """As many further deliveries that are due."""
    endpoint = Endpoint.objects.get()
    events = [
        Event.objects.create(kind="meetingStarted", room_id="r", created_at=NOW, body=BODY) for _ in range(number)
    ]
    return [int(Delivery.objects.create(event=event, endpoint=endpoint, due_at=NOW).pk) for event in events]


def test_receivers_that_let_us_wait_keep_two_of_the_four_threads_at_most(
    waiting: int, receiver: Receiver, woken: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    others = more(3)
    running = [0]
    most = [0]

    def slow(url: str, body: bytes, *, headers: Any) -> Outcome:
        running[0] += 1
        most[0] = max(most[0], running[0])
        if others:
            tasks.deliver(others.pop(0), 0)  # another thread, while this one is waiting
        running[0] -= 1
        return receiver.post(url, body, headers=headers)

    monkeypatch.setattr(http, "post", slow)
    with time_machine.travel(NOW, tick=False):
        tasks.deliver(waiting, 0)
    assert most == [2]
    assert len(receiver.requests) == 2
    for late in Delivery.objects.filter(status="pending"):
        assert (late.attempts, late.last_attempt_at) == (0, None), "it is not an attempt to wait for one's turn"


def test_what_found_no_place_is_put_off_for_a_second_and_swept_up_then(
    waiting: int, receiver: Receiver, busy: None
) -> None:
    with time_machine.travel(NOW, tick=False):
        tasks.deliver(waiting, 0)
    assert receiver.requests == []
    assert delivery.take_due(now=NOW + SECOND - clock.MILLISECOND) == []
    assert delivery.take_due(now=NOW + SECOND) == [(waiting, 0)]


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    places = BoundedSemaphore(1)
    places.acquire()
    monkeypatch.setattr(tasks, "_SENDING", places)


@pytest.mark.parametrize("columns", [{"attempts": 1}, {"status": "delivered"}])
def test_only_what_still_waits_is_put_off(waiting: int, busy: None, columns: dict[str, Any]) -> None:
    Delivery.objects.update(**columns)
    tasks.deliver(waiting, 0)
    assert stored().due_at == NOW


@pytest.mark.usefixtures("receiver")
def test_a_place_that_is_free_again_is_given_to_whoever_was_put_off(waiting: int, woken: list[tuple[int, ...]]) -> None:
    first, second, repeated = more(3)
    soon = NOW + SECOND
    Delivery.objects.filter(pk__in=(first, second)).update(due_at=soon)
    Delivery.objects.filter(pk=repeated).update(due_at=NOW + 300 * clock.MILLISECOND, attempts=1)
    with time_machine.travel(NOW, tick=False):
        tasks.deliver(waiting, 0)
        tasks.deliver(waiting, 0)
    assert woken == [(first, 0), (second, 0)], "and repeated attempts keep their distance"


def test_a_sender_that_fails_gives_its_place_back(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any, **_options: Any) -> Outcome:
        raise MemoryError

    monkeypatch.setattr(http, "post", fails)
    for number in range(3):
        Delivery.objects.update(attempts=number)
        with pytest.raises(MemoryError):
            tasks.deliver(waiting, number)


# -- Sweep -----------------------------------------------------------------------------------------------------------


def test_the_sweep_hands_out_what_is_due_once(waiting: int) -> None:
    assert delivery.take_due(now=NOW) == [(waiting, 0)]
    assert delivery.take_due(now=NOW) == []


@pytest.mark.parametrize(
    ("columns", "is_due"),
    [
        ({"due_at": NOW + SECOND}, False),
        ({"status": "delivered"}, False),
        ({"status": "failed"}, False),
        ({"attempts": 3}, True),
    ],
)
def test_only_what_is_waiting_and_due_is_handed_out(waiting: int, columns: dict[str, Any], is_due: bool) -> None:
    Delivery.objects.update(**columns)
    assert bool(delivery.take_due(now=NOW)) is is_due


def test_a_sweep_wakes_the_workers_with_the_right_attempts(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Delivery.objects.update(attempts=4, due_at=NOW - MINUTE)
    woken: list[tuple[int, ...]] = []
    monkeypatch.setattr(tasks, "hurry", lambda _task, *ids, countdown=0: woken.append(ids))
    tasks.sweep()
    assert woken == [(waiting, 4)]


@pytest.mark.parametrize(("number", "countdown"), [(0, 0.3), (4, 4.8), (5, None)])
def test_short_waits_stay_with_the_worker_and_long_ones_are_the_sweeps(
    waiting: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, number: int, countdown: float | None
) -> None:
    receiver.answer = REFUSED
    Delivery.objects.update(attempts=number)
    woken: list[float] = []
    monkeypatch.setattr(tasks, "hurry", lambda _task, *_ids, countdown=0: woken.append(countdown))
    tasks.deliver(waiting, number)
    assert woken == ([] if countdown is None else [countdown])


@pytest.mark.parametrize(("age", "kept"), [(29, 1), (31, 0)])
def test_events_are_forgotten_with_their_deliveries_after_thirty_days(waiting: int, age: int, kept: int) -> None:
    moment: datetime = NOW + timedelta(days=age)
    assert delivery.forget(now=moment) == 1 - kept
    assert Event.objects.count() == Delivery.objects.count() == kept

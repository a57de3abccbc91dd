"""Stored events are processed once, in order of their coming, however often somebody tries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from livekit.protocol.webhook import WebhookEvent

from accounts.models import User
from meet import clock
from meet.livekit import inbox
from meet.livekit.models import InboundEvent
from rooms.models import Meeting, Room
from tests.factories import make_room
from tests.livekit.wire import event_body, signature

NOW = clock.now()
SECOND = timedelta(seconds=1)

Handler = Callable[..., None]


def stored(
    event_id: str = "EV_1", *, kind: str = "room_started", room_id: str = "weekly-1", now: datetime = NOW
) -> int:
    body = event_body(kind, room_id, event_id=event_id)
    event = inbox.receive(body.encode(), signature(body), now=now)
    assert event is not None
    return event.pk


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch, db: None) -> list[str]:
    """The ids of the events that reached the handler, in order."""
    ids: list[str] = []
    use(monkeypatch, lambda event, *, now: ids.append(event.id))
    return ids


def use(monkeypatch: pytest.MonkeyPatch, handler: Handler) -> None:
    monkeypatch.setattr(inbox, "_handlers", lambda _kind: [handler])


def test_an_event_is_handled_once(handled: list[str]) -> None:
    event = stored()
    assert inbox.process(event, now=NOW) is True
    assert inbox.process(event, now=NOW) is False
    assert handled == ["EV_1"]
    assert InboundEvent.objects.get().processed_at == NOW


def test_an_event_that_does_not_exist_is_nothing_to_do(handled: list[str]) -> None:
    assert inbox.process(12345, now=NOW) is False


def test_the_handler_reads_what_livekit_sent(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[WebhookEvent] = []

    def see(event: WebhookEvent, *, now: datetime) -> None:
        seen.append(event)

    use(monkeypatch, see)
    participant = {"sid": "PA_1", "identity": "ann", "kind": "SIP", "joinedAt": "1795000000", "unknownField": 1}
    body = event_body("participant_joined", "weekly-1", participant=participant)
    event = inbox.receive(body.encode(), signature(body), now=NOW)
    assert event
    inbox.process(event.pk, now=NOW)
    assert (seen[0].room.name, seen[0].participant.identity, seen[0].participant.joined_at) == (
        "weekly-1", "ann", 1795000000,
    )  # fmt: skip


def test_each_kind_reaches_its_own_handler(olga: User) -> None:
    room = make_room(olga)
    assert inbox.process(stored(room_id=room.room_id), now=NOW)
    assert Meeting.objects.get().room == room


# -- Failure ---------------------------------------------------------------------------------------------------------


def test_a_handler_that_fails_leaves_no_effect_and_the_event_due_again(
    olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(olga)

    def half_way(event: WebhookEvent, *, now: datetime) -> None:
        Room.objects.filter(pk=room.pk).update(name="changed")
        raise RuntimeError("tripped over itself")

    use(monkeypatch, half_way)
    assert inbox.process(stored(), now=NOW) is False
    room.refresh_from_db()
    assert room.name == "Weekly stand-up"
    event = InboundEvent.objects.get()
    assert event.processed_at is None
    assert event.attempts == 1
    assert event.error == "RuntimeError: tripped over itself"


def test_each_failure_waits_longer_up_to_ten_minutes(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(event: WebhookEvent, *, now: datetime) -> None:
        raise RuntimeError("x" * 5000)

    use(monkeypatch, fails)
    event = stored()
    waits = []
    for _ in range(14):
        inbox.process(event, now=NOW)
        waits.append((InboundEvent.objects.get().due_at - NOW).total_seconds())
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 600
    assert len(InboundEvent.objects.get().error) == 2000


def test_an_event_that_fails_for_ever_keeps_failing_quietly(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """And does not hold up the others, however often it has failed."""
    good: list[str] = []

    def picky(event: WebhookEvent, *, now: datetime) -> None:
        if event.id == "EV_1":
            raise RuntimeError
        good.append(event.id)

    use(monkeypatch, picky)
    for number in (1, 2):
        stored(f"EV_{number}", now=NOW - timedelta(minutes=1))
    InboundEvent.objects.filter(event_id="EV_1").update(attempts=5000)
    assert inbox.sweep(now=NOW) == 1
    assert good == ["EV_2"]


def test_an_event_that_failed_succeeds_later(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(event: WebhookEvent, *, now: datetime) -> None:
        raise RuntimeError

    use(monkeypatch, fails)
    event = stored()
    inbox.process(event, now=NOW)
    use(monkeypatch, lambda event, *, now: None)
    assert inbox.process(event, now=NOW + SECOND) is True


def test_a_kind_that_nobody_handles_any_more_stays_with_the_reason(db: None) -> None:
    event = stored()
    InboundEvent.objects.update(kind="room_vanished")
    assert inbox.process(event, now=NOW) is False
    assert InboundEvent.objects.get().error.startswith("KeyError")


# -- Sweep -----------------------------------------------------------------------------------------------------------


def test_the_sweep_takes_what_nobody_processed_oldest_first(handled: list[str]) -> None:
    for number in (3, 1, 2):
        stored(f"EV_{number}", room_id=f"weekly-{number}", now=NOW - number * timedelta(minutes=1))
    assert inbox.sweep(now=NOW) == 3
    assert handled == ["EV_3", "EV_2", "EV_1"]
    assert inbox.sweep(now=NOW) == 0


def test_an_event_waits_for_those_of_its_room_that_came_before_it(handled: list[str]) -> None:
    """Two workers are woken at once, and the second is faster."""
    first, other, second = stored("EV_1"), stored("EV_x", room_id="other-1"), stored("EV_2")
    assert inbox.process(second, now=NOW) is True
    assert handled == ["EV_1", "EV_2"]
    assert inbox.process(first, now=NOW) is False
    assert inbox.process(other, now=NOW) is True


def test_an_event_does_not_wait_for_one_that_fails(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails_on_the_first(event: WebhookEvent, *, now: datetime) -> None:
        if event.id == "EV_1":
            raise RuntimeError

    use(monkeypatch, fails_on_the_first)
    stored("EV_1")
    assert inbox.process(stored("EV_2"), now=NOW) is True


def test_the_sweep_leaves_fresh_events_to_their_wake_up(handled: list[str]) -> None:
    stored()
    assert inbox.sweep(now=NOW + SECOND) == 0
    assert inbox.sweep(now=NOW + 2 * SECOND) == 1


def test_the_sweep_leaves_failures_their_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def fails(event: WebhookEvent, *, now: datetime) -> None:
        calls.append(event.id)
        raise RuntimeError

    use(monkeypatch, fails)
    stored(now=NOW - timedelta(hours=1))
    assert inbox.sweep(now=NOW) == 0
    assert inbox.sweep(now=NOW) == 0
    assert len(calls) == 1


def test_one_bad_event_does_not_hold_up_the_others(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    good: list[str] = []

    def picky(event: WebhookEvent, *, now: datetime) -> None:
        if event.id == "EV_1":
            raise RuntimeError
        good.append(event.id)

    use(monkeypatch, picky)
    for number in (1, 2, 3):
        stored(f"EV_{number}", now=NOW - timedelta(minutes=1))
    assert inbox.sweep(now=NOW) == 2
    assert good == ["EV_2", "EV_3"]


def test_a_sweep_takes_no_more_than_a_hundred_at_once(handled: list[str]) -> None:
    columns: dict[str, Any] = {
        "kind": "room_started", "room_name": "r", "body": {}, "received_at": NOW, "due_at": NOW,
    }  # fmt: skip
    InboundEvent.objects.bulk_create(InboundEvent(event_id=f"EV_{number}", **columns) for number in range(120))
    assert inbox.sweep(now=NOW) == 100
    assert inbox.sweep(now=NOW) == 20


# -- Forgetting ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "is_processed", "is_kept"), [(31, True, False), (29, True, True), (31, False, True)])
def test_only_old_and_processed_events_are_forgotten(age: int, is_processed: bool, is_kept: bool) -> None:
    received = NOW - timedelta(days=age)
    stored(now=received)
    if is_processed:
        InboundEvent.objects.update(processed_at=received)
    assert inbox.forget(now=NOW) == (0 if is_kept else 1)
    assert InboundEvent.objects.exists() is is_kept


@pytest.mark.django_db
def test_more_than_a_batch_is_forgotten_at_once() -> None:
    old = NOW - timedelta(days=40)
    columns: dict[str, Any] = {"kind": "x", "room_name": "r", "body": {}, "received_at": old, "due_at": old}
    InboundEvent.objects.bulk_create(
        InboundEvent(event_id=f"EV_{number}", processed_at=old, **columns) for number in range(250)
    )
    assert inbox.forget(now=NOW) == 250

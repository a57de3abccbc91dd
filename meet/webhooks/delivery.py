"""Sending what the outbox holds: six quick attempts as in the contract, then patient ones for a day."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import F, QuerySet

from accounts.models import ApiKey
from meet import clock, http
from meet.webhooks import signing
from meet.webhooks.models import Delivery, Event

log = structlog.get_logger(__name__)

_BATCH = 100
_KEEP = timedelta(days=30)
# Longer than an attempt can take: a worker that died in the middle leaves the row due after this.
_LEASE = timedelta(seconds=20)
# Waits after each failed attempt: those of the contract (seconds), then our own.
_WAITS = [timedelta(milliseconds=ms) for ms in (300, 600, 1200, 2400, 4800)] + [
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)
]
# Receivers refuse time stamps older than two minutes; up to here every attempt is the same request.
_SAME_REQUEST_FOR = timedelta(seconds=60)
# How long a delivery waits for others to be sent.
_TURN = timedelta(seconds=1)
_SWITCHED_OFF = http.Outcome(None, "The webhook was switched off")


def attempt(delivery_id: int, number: int, *, now: datetime) -> timedelta | None:
    """Makes attempt `number` (from 0), unless somebody else did. Returns the wait until the next, None for no more."""
    claimed = Delivery.objects.filter(pk=delivery_id, status=Delivery.Status.PENDING, attempts=number).update(
        due_at=now + _LEASE, attempts=F("attempts") + 1, last_attempt_at=now
    )
    if not claimed:
        return None
    delivery = Delivery.objects.select_related("event", "endpoint").get(pk=delivery_id)
    is_wanted = delivery.endpoint.enabled
    outcome = _send(delivery.event, delivery.endpoint.url, now=now) if is_wanted else _SWITCHED_OFF
    wait = _WAITS[number] if is_wanted and not outcome.is_success and number < len(_WAITS) else None
    if not outcome.is_success:
        log.warning("webhook not delivered", kind=delivery.event.kind, attempt=number, reason=outcome.reason)
    return wait if _note(delivery_id, outcome, attempts=number + 1, wait=wait) else None


def _note(delivery_id: int, outcome: http.Outcome, *, attempts: int, wait: timedelta | None) -> bool:
    """Writes what became of the attempt that made it `attempts`; False if the lease ran out and a newer one goes on."""
    changes: dict[str, Any] = {"last_status": outcome.status, "last_reason": outcome.reason[:300]}
    if outcome.is_success:
        changes["status"] = Delivery.Status.DELIVERED
    elif wait is None:
        changes["status"] = Delivery.Status.FAILED
    else:
        changes["due_at"] = clock.now() + wait
    claimed = Delivery.objects.filter(pk=delivery_id, status=Delivery.Status.PENDING, attempts=attempts)
    return bool(claimed.update(**changes))


def postpone(delivery_id: int, number: int, *, now: datetime) -> None:
    """Leaves attempt `number` to a later sweep, unless somebody else makes it already."""
    Delivery.objects.filter(pk=delivery_id, status=Delivery.Status.PENDING, attempts=number).update(due_at=now + _TURN)


def _send(event: Event, url: str, *, now: datetime) -> http.Outcome:
    key = ApiKey.objects.default()
    text = key.text if key else None
    if text is None:
        return http.Outcome(None, "There is no API key to sign it with")
    stamp = event.created_at if now - event.created_at <= _SAME_REQUEST_FOR else now
    return http.post(
        url, event.body.encode(), headers=signing.headers(event.body, timestamp_ms=clock.to_ms(stamp), key=text)
    )


def take_due(*, now: datetime) -> list[tuple[int, int]]:
    """Ids and attempt numbers of what is due, put off for the length of a lease so that a slow worker is not
    handed the same rows again and again."""
    return _taken(Delivery.objects.filter(due_at__lte=now), at_most=_BATCH, now=now)


def take_postponed(*, now: datetime) -> list[tuple[int, int]]:
    """The next one that waits for its turn only. Repeated attempts keep their distance and are left alone."""
    return _taken(Delivery.objects.filter(attempts=0, due_at__lte=now + _TURN), at_most=1, now=now)


def _taken(waiting: QuerySet[Delivery], *, at_most: int, now: datetime) -> list[tuple[int, int]]:
    pending = waiting.filter(status=Delivery.Status.PENDING)
    rows = list(pending.order_by("due_at", "id").values_list("pk", "attempts")[:at_most])
    return [
        (pk, attempts) for pk, attempts in rows if pending.filter(pk=pk, attempts=attempts).update(due_at=now + _LEASE)
    ]


def forget(*, now: datetime) -> int:
    """Deletes events of long ago with their deliveries, a batch at a time; returns how many."""
    total = 0
    while True:
        old = list(Event.objects.filter(created_at__lt=now - _KEEP).values_list("pk", flat=True)[:_BATCH])
        Event.objects.filter(pk__in=old).delete()
        total += len(old)
        if len(old) < _BATCH:
            return total

"""LiveKit's webhooks: taken in within milliseconds, processed by a worker, looked for again by a sweep.

LiveKit keeps an event for about 15 seconds, and a slow answer holds up the next ones of the same room: the request
only verifies and inserts. Processing may run late, twice or out of order; the handlers bear that.
"""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import jwt
import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from google.protobuf.json_format import ParseDict, ParseError
from livekit.api import TokenVerifier, WebhookReceiver
from livekit.protocol.webhook import WebhookEvent
from prometheus_client import Counter

from meet import clock
from meet.livekit.handlers import HANDLERS
from meet.livekit.models import InboundEvent

log = structlog.get_logger(__name__)

WEBHOOKS = Counter("meet_livekit_webhooks", "Webhook requests of LiveKit by what became of them", ["outcome"])

_BATCH = 100
_KEEP = timedelta(days=30)
_LONGEST_WAIT = timedelta(minutes=10)
# A wake-up normally comes within milliseconds; the sweep takes what nobody has touched for this long.
_GRACE = timedelta(seconds=2)


def receive(body: bytes, authorization: str, *, now: datetime) -> InboundEvent | None:
    """Stores the event of a webhook request. None when it is not LiveKit's, of no interest, or already here."""
    event = _verified(body, authorization)
    if event is None:
        WEBHOOKS.labels("unverified").inc()
        return None
    if event.event not in HANDLERS or _is_foreign(event):
        WEBHOOKS.labels("ignored").inc()
        return None
    try:
        with transaction.atomic():
            stored = InboundEvent.objects.create(
                event_id=event.id,
                kind=event.event,
                room_name=(event.room.name or event.egress_info.room_name).replace("\0", "\ufffd"),
                # PostgreSQL has no null character, and participants choose what their metadata says.
                body=json.loads(body.replace(rb"\u0000", rb"\ufffd")),
                received_at=now,
                due_at=now + _GRACE,
            )
    except IntegrityError:  # LiveKit repeats what it believes unanswered
        WEBHOOKS.labels("duplicate").inc()
        return None
    WEBHOOKS.labels("stored").inc()
    return stored


def _is_foreign(event: WebhookEvent) -> bool:
    """Whether another application made this room on the same media server. Rooms without metadata may be ours: other
    tools can open them by id; the handlers look whether the id exists."""
    if not event.room.metadata:
        return False
    try:
        return bool(json.loads(event.room.metadata)["createdBy"] != settings.MEET_NAME_ID)
    except (ValueError, KeyError, TypeError):
        return True


def _verified(body: bytes, authorization: str) -> WebhookEvent | None:
    receiver = WebhookReceiver(TokenVerifier(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET))
    try:
        event = receiver.receive(body.decode(), authorization)
    except (jwt.InvalidTokenError, ParseError, ValueError) as error:
        log.warning("LiveKit webhook refused", reason=type(error).__name__)
        return None
    except Exception as error:  # the receiver raises bare Exception for a missing or wrong body hash
        log.warning("LiveKit webhook refused", reason=str(error))
        return None
    return event if event.id else None


def process(event_id: int, *, now: datetime) -> bool:
    """Handles one stored event, whoever comes first; False when there was nothing to do or it failed. Events of the
    same room that came before it and that nobody has tried yet go first: two workers would else swap them."""
    room_name = InboundEvent.objects.filter(pk=event_id).values("room_name")
    before = InboundEvent.objects.filter(room_name__in=room_name, pk__lt=event_id, processed_at=None, attempts=0)
    for earlier in list(before.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        _process(earlier, now=now)
    return _process(event_id, now=now)


def _process(event_id: int, *, now: datetime) -> bool:
    """The claim, the effects and the mark «processed» commit together: a worker killed half-way leaves the row due."""
    try:
        with transaction.atomic():
            claimed = InboundEvent.objects.filter(pk=event_id, processed_at=None).update(processed_at=now)
            if not claimed:
                return False
            event = InboundEvent.objects.get(pk=event_id)
            message = _message(event.body)
            for handle in _handlers(event.kind):
                handle(message, now=now)
    except Exception as error:  # whatever a handler trips over, the event must stay in the inbox with the reason
        _postpone(event_id, error, now=now)
        return False
    return True


def _handlers(kind: str) -> list[Callable[..., None]]:
    return [import_string(name) for name in HANDLERS[kind]]


def _message(body: dict[str, Any]) -> WebhookEvent:
    return ParseDict(body, WebhookEvent(), ignore_unknown_fields=True)


def _postpone(event_id: int, error: Exception, *, now: datetime) -> None:
    event = InboundEvent.objects.get(pk=event_id)
    log.exception("LiveKit event not processed", kind=event.kind, event_id=event.event_id, attempts=event.attempts + 1)
    wait = min(timedelta(seconds=2 ** min(event.attempts, 10)), _LONGEST_WAIT)
    InboundEvent.objects.filter(pk=event_id).update(
        attempts=event.attempts + 1, due_at=now + wait, error=f"{type(error).__name__}: {error}"[:2000]
    )


def sweep(*, now: datetime) -> int:
    """Processes what is due, oldest first; returns how many succeeded."""
    due = InboundEvent.objects.filter(processed_at=None, due_at__lte=now).order_by("due_at", "id")
    return sum(process(event_id, now=clock.now()) for event_id in list(due.values_list("pk", flat=True)[:_BATCH]))


def forget(*, now: datetime) -> int:
    """Deletes what was processed long ago, a batch at a time; returns how many."""
    total = 0
    while True:
        old = InboundEvent.objects.filter(received_at__lt=now - _KEEP).exclude(processed_at=None)
        deleted, _ = InboundEvent.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_BATCH])).delete()
        total += deleted
        if deleted < _BATCH:
            return total

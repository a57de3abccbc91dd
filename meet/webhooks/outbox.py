"""Events: written with the change they tell of, so that neither is ever without the other."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from accounts.models import ApiKey
from meet import clock
from meet.webhooks.models import Delivery, Endpoint, Event

log = structlog.get_logger(__name__)


def as_json(value: Any) -> str:
    """JSON as JavaScript's JSON.stringify writes it: many receivers sign their own re-serialisation."""
    return json.dumps(_without_point_zero(value), separators=(",", ":"), ensure_ascii=False)


def _without_point_zero(value: Any) -> Any:
    """JavaScript knows one kind of number, and writes the whole ones without a point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _without_point_zero(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_point_zero(item) for item in value]
    return value


def emit(kind: str, data: Mapping[str, Any], *, room_id: str, now: datetime) -> None:
    """Notes the event for every enabled endpoint. Call it inside the transaction of the change."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("emit() belongs into the transaction of the change it tells of")
    endpoints = list(Endpoint.objects.filter(enabled=True).exclude(url=""))
    if not endpoints:
        return
    if ApiKey.objects.default() is None:
        log.warning("webhook event dropped: no API key to sign it with", kind=kind, room_id=room_id)
        return
    event = Event.objects.create(
        kind=kind,
        room_id=room_id,
        created_at=now,
        body=as_json({"event": kind, "creationDate": clock.to_ms(now), "data": data}),
    )
    for endpoint in endpoints:
        Delivery.objects.create(event=event, endpoint=endpoint, due_at=now)

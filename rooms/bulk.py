"""Deletion of many rooms in a handful of queries, each by the same decision as one alone (rest-api.md 3.2)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from django.db import transaction

from accounts.actor import Actor
from meet.errors import DomainError
from meet.livekit import gateway
from rooms import lifecycle
from rooms.access import managed_rooms
from rooms.deletion import Decision, Facts, Policy, decide
from rooms.errors import DeletionConflict, RoomNotFound
from rooms.models import Meeting, Room

log = structlog.get_logger(__name__)

_BATCH = 100


@dataclass
class Report:
    """What became of each room, in the order in which they were named."""

    done: list[tuple[Room, Decision]] = field(default_factory=list)
    failed: list[tuple[str, DomainError]] = field(default_factory=list)


def delete_all(
    actor: Actor, room_ids: Sequence[str], policy: Policy, *, now: datetime, is_rehearsal: bool = False
) -> Report:
    """Each room by itself: what cannot be deleted does not keep the others from it. A rehearsal stores nothing; the
    rooms in its report show what would be."""
    report = Report()
    for start in range(0, len(room_ids), _BATCH):
        batch = room_ids[start : start + _BATCH]
        rooms, refusals = managed_rooms(actor, batch)
        decisions = _rehearsed(rooms, policy, now=now) if is_rehearsal else _deleted(rooms, policy, now=now)
        by_id = {room.room_id: room for room in rooms}
        for room_id in batch:
            outcome = refusals.get(room_id) or decisions.get(room_id) or RoomNotFound(room_id)
            if isinstance(outcome, Decision):
                report.done.append((by_id[room_id], outcome))
            else:
                report.failed.append((room_id, outcome))
    return report


Outcomes = dict[str, Decision | DomainError]


def _rehearsed(rooms: Sequence[Room], policy: Policy, *, now: datetime) -> Outcomes:
    outcomes: Outcomes = {}
    for room, outcome in _decided(rooms, policy):
        outcomes[room.room_id] = outcome
        if isinstance(outcome, Decision):
            lifecycle.settle(room, outcome, policy, now=now)
    return outcomes


def _deleted(rooms: Sequence[Room], policy: Policy, *, now: datetime) -> Outcomes:
    outcomes: Outcomes = {}
    settled: list[Room] = []
    with transaction.atomic():
        # Always in the same order: two that delete the same rooms wait for each other instead of for ever.
        held = Room.objects.select_for_update(no_key=True).filter(pk__in=[room.pk for room in rooms]).order_by("pk")
        for row, outcome in _decided(list(held), policy):
            outcomes[row.room_id] = outcome
            if isinstance(outcome, Decision):
                lifecycle.settle(row, outcome, policy, now=now)
                settled.append(row)
        _save(settled, now=now)
    _end_meetings([row for row in settled if getattr(outcomes[row.room_id], "ends_meeting", False)], now=now)
    _bring_up_to_date(rooms, settled)
    return outcomes


def _decided(rooms: Sequence[Room], policy: Policy) -> Iterator[tuple[Room, Decision | DomainError]]:
    """The facts of all of them in two queries."""
    in_meeting = set(Meeting.objects.filter(room__in=rooms, ended_at=None).values_list("room__pk", flat=True))
    with_recordings = set(_recordings().filter(room__in=rooms).values_list("room__pk", flat=True))
    for room in rooms:
        room.has_open_meeting = room.pk in in_meeting
        facts = Facts(has_meeting=room.has_open_meeting, has_recordings=room.pk in with_recordings)
        decision = decide(facts, policy)
        is_refused = decision.status is HTTPStatus.CONFLICT
        yield room, DeletionConflict(decision.code, decision.text(room.room_id)) if is_refused else decision


def _recordings() -> Any:
    """Those that are not deleted; the package of recordings stands above this one."""
    return Room.recordings.rel.related_model._default_manager


def _save(rows: Sequence[Room], *, now: datetime) -> None:
    """One statement for all rooms that end up the same."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in rows:
        alike[tuple(getattr(row, column) for column in lifecycle.SETTLED)].append(row.pk)
    for values, pks in alike.items():
        Room.objects.filter(pk__in=pks).update(**dict(zip(lifecycle.SETTLED, values, strict=True)))
    buried = [row.pk for row in rows if row.deleted_at]
    if buried:
        with_them = _recordings().filter(room__in=buried)
        # In the order in which others lock many of them.
        list(with_them.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        with_them.update(deleted_at=now)


def _end_meetings(rows: Sequence[Room], *, now: datetime) -> None:
    """The wishes are stored first. LiveKit is asked for one after the other until it does not answer; what is left
    `reconciliation` repeats."""
    if not rows:
        return
    Meeting.objects.filter(room__in=rows, ended_at=None, end_requested_at=None).update(end_requested_at=now)
    for row in rows:
        try:
            lifecycle.end_meeting(row, now=now)
        except gateway.LiveKitUnavailable as error:
            log.warning("meetings not ended yet, will be repeated", reason=error.reason)
            return
        except gateway.LiveKitError as error:
            log.warning("meeting not ended yet, will be repeated", room_id=row.room_id, reason=error.reason)


def _bring_up_to_date(rooms: Sequence[Room], settled: Sequence[Room]) -> None:
    """By what is stored: a meeting that was not there any more may have taken its room along already."""
    rows = {row.pk: row for row in Room.with_deleted.with_status().filter(pk__in=[row.pk for row in settled])}
    for room in rooms:
        if room.pk in rows:
            for column in (*lifecycle.SETTLED, "has_open_meeting"):
                setattr(room, column, getattr(rows[room.pk], column))

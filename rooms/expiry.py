"""Rooms past their date go by themselves, by the policies they were made with (rest-api.md 3.5)."""

from datetime import datetime

import structlog

from rooms import lifecycle
from rooms.deletion import Policy
from rooms.errors import DeletionConflict, RoomNotFound
from rooms.models import EndAction, MeetingPolicy, RecordingsPolicy, Room

log = structlog.get_logger(__name__)

_BATCH = 100


def sweep(*, now: datetime) -> int:
    """Deletes what is due, oldest first; returns for how many rooms something was done. A room that was closed instead
    comes by again at each run, without harm."""
    due = Room.objects.filter(expires_at__lt=now).exclude(closed_at__isnull=False, recordings__isnull=False)
    rooms = list(due.exclude(on_meeting_end=EndAction.DELETE).order_by("expires_at", "id").distinct()[:_BATCH])
    return sum(_expire(room, now=now) for room in rooms)


def _expire(room: Room, *, now: datetime) -> bool:
    policy = Policy(MeetingPolicy(room.expiry_with_meeting), RecordingsPolicy(room.expiry_with_recordings))
    try:
        decision = lifecycle.delete(room, policy, now=now)
    except (DeletionConflict, RoomNotFound) as reason:
        log.info("expired room stays", room_id=room.room_id, reason=str(reason))
        return False
    log.info("expired room", room_id=room.room_id, outcome=decision.code)
    return True

"""Rooms past their date go by themselves, by the policies they were made with (rest-api.md 3.5)."""

from datetime import datetime

import structlog
from django.db.models import Exists, OuterRef, Q

from rooms import lifecycle
from rooms.deletion import Policy
from rooms.errors import DeletionConflict, RoomNotFound
from rooms.models import EndAction, MeetingPolicy, RecordingsPolicy, Room

log = structlog.get_logger(__name__)

_BATCH = 100


def sweep(*, now: datetime) -> int:
    """Deletes what is due, oldest first; returns for how many rooms something was done. A room that was closed
    instead of deleted, for its recordings, is left alone."""
    recordings = Room.recordings.rel.related_model._default_manager.filter(room=OuterRef("pk"))
    kept = Q(Exists(recordings), closed_at__isnull=False)
    due = Room.objects.filter(~kept, expires_at__lt=now).exclude(on_meeting_end=EndAction.DELETE)
    rooms = list(due.order_by("expires_at", "id")[:_BATCH])
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

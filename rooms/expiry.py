"""Rooms past their date go by themselves, by the policies they were made with (rest-api.md 3.5)."""

from datetime import datetime

import structlog
from django.db import Error as DatabaseError
from django.db.models import Exists, OuterRef, Q

from rooms import lifecycle
from rooms.deletion import Policy
from rooms.errors import DeletionConflict, RoomNotFound
from rooms.models import EndAction, MeetingPolicy, RecordingsPolicy, Room

log = structlog.get_logger(__name__)

_BATCH = 100
_BATCHES = 10  # a run ends before the next two begin


def sweep(*, now: datetime) -> int:
    """Deletes what is due, oldest first; returns for how many rooms something was done. A room that was closed
    instead of deleted, for its recordings, is left alone."""
    recordings = Room.recordings.rel.related_model._default_manager.filter(room=OuterRef("pk"))
    kept = Q(Exists(recordings), closed_at__isnull=False)
    due = Room.objects.filter(~kept, expires_at__lt=now).exclude(on_meeting_end=EndAction.DELETE)
    done, behind = 0, Q()
    for _ in range(_BATCHES):
        rooms = list(due.filter(behind).order_by("expires_at", "id")[:_BATCH])
        done += sum(_expire(room, now=now) for room in rooms)
        if len(rooms) < _BATCH:
            break
        # What could not be deleted must not stand at the head of every batch.
        last = rooms[-1]
        behind = Q(expires_at__gt=last.expires_at) | Q(expires_at=last.expires_at, pk__gt=last.pk)
    return done


def _expire(room: Room, *, now: datetime) -> bool:
    policy = Policy(MeetingPolicy(room.expiry_with_meeting), RecordingsPolicy(room.expiry_with_recordings))
    try:
        decision = lifecycle.delete(room, policy, now=now)
    except (DeletionConflict, RoomNotFound) as reason:
        log.info("expired room stays", room_id=room.room_id, reason=str(reason))
        return False
    except DatabaseError:
        log.exception("expired room not deleted yet", room_id=room.room_id)
        return False
    log.info("expired room", room_id=room.room_id, outcome=decision.code)
    return True

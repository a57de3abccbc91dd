"""The end of what was deleted: its file goes, then its row, and a receipt stays (decisions.md 10)."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from recordings import storage
from recordings.models import IN_PROGRESS, DeletionReason, DeletionReceipt, Recording, RecordingQuerySet
from recordings.recorders import local_files
from recordings.storage import StorageError, StorageUnavailable
from rooms.models import Room

log = structlog.get_logger(__name__)

_BATCH = 100
_BATCHES = 10  # a run ends before many others have begun
# Longer than a deletion takes: a process that died in the middle leaves the row due after this.
_LEASE = timedelta(minutes=5)
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
# Long enough for late events of LiveKit to find their room.
_KEEP_ROOMS = timedelta(days=1)


def purge_recordings(*, now: datetime) -> int:
    """Takes away what is due, oldest first; returns how many recordings. What cannot be taken away stays due; a storage
    that cannot be reached is not asked for the others."""
    gone = 0
    for _ in range(_BATCHES):
        due = list(_due(now=now)[:_BATCH])
        for recording in due:
            try:
                gone += _purge(recording, now=now)
            except StorageError as error:
                _postpone(recording, error, now=now)
                if isinstance(error, StorageUnavailable):
                    return gone
        if len(due) < _BATCH:
            break
    return gone


def purge_rooms(*, now: datetime) -> int:
    """Deletes the rows of rooms deleted a day ago that have no recordings left; returns how many rooms."""
    has_recordings = Exists(Recording.with_deleted.filter(room=OuterRef("pk")))
    gone = Room.with_deleted.filter(~has_recordings, deleted_at__lt=now - _KEEP_ROOMS).order_by("deleted_at")
    ids = list(gone.values_list("pk", flat=True)[:_BATCH])
    Room.with_deleted.filter(pk__in=ids).delete()
    return len(ids)


def _due(*, now: datetime) -> RecordingQuerySet:
    """Those that go on are stopped first (`sweep.stop_unwanted`)."""
    over = Recording.with_deleted.exclude(deleted_at=None).exclude(status__in=IN_PROGRESS)
    due = over.filter(Q(purge_at=None) | Q(purge_at__lte=now))
    return due.select_related("room").order_by("deleted_at", "pk")


def _purge(recording: Recording, *, now: datetime) -> bool:
    """Whether it was this call that took it away. Raises `StorageError`."""
    claimed = Recording.with_deleted.filter(pk=recording.pk, purge_at=recording.purge_at)
    attempts = recording.purge_attempts + 1
    if not claimed.update(purge_at=now + _LEASE, purge_attempts=attempts):
        return False
    recording.purge_attempts = attempts
    storage.delete(recording.key)
    if storage.size(recording.key) is not None:
        raise StorageError("The file is still there after its deletion")
    local_files.discard(recording.uid)
    with transaction.atomic():
        deleted, _rows = Recording.with_deleted.filter(pk=recording.pk).delete()
        if deleted:
            _leave_receipt(recording, now=now)
    return bool(deleted)


def _postpone(recording: Recording, error: StorageError, *, now: datetime) -> None:
    log.warning("deleted recording not purged yet", recording=str(recording), reason=error.message)
    wait = _WAITS[min(recording.purge_attempts, len(_WAITS)) - 1]
    Recording.with_deleted.filter(pk=recording.pk).update(purge_at=now + wait)


def _leave_receipt(recording: Recording, *, now: datetime) -> None:
    DeletionReceipt.objects.create(
        uid=recording.uid,
        recording_id=recording.recording_id or "",
        room_id=recording.room.room_id,
        room_name=recording.room_name,
        key=recording.key,
        size=recording.size,
        recorded_at=recording.started_at,
        deleted_at=recording.deleted_at or now,
        deleted_by=recording.deleted_by,
        reason=recording.deletion_reason or DeletionReason.WITH_ROOM,
        gone_at=now,
    )
    log.info("recording purged", recording=str(recording))

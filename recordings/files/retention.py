"""How long recordings are kept: days from their end on, of the installation or of their room.

The room's own days win, be they fewer or more: whoever runs the installation says what is usual, whoever manages a room
knows what is in it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.conf import settings

from recordings.models import IN_PROGRESS, DeletionReason, Recording, RecordingQuerySet
from rooms.models import Room

log = structlog.get_logger(__name__)

_BATCH = 100
_BATCHES = 10  # of each span in a run; the next one goes on


def deletes_on(recording: Recording) -> datetime | None:
    """From when on the sweep takes it away; None if it stays, or goes on. Its room is read already."""
    days = recording.room.recording_retention_days or settings.MEET_RECORDING_RETENTION_DAYS
    if not days or recording.is_in_progress or recording.ended_at is None:
        return None
    return recording.ended_at + timedelta(days=days)


def sweep(*, now: datetime) -> int:
    """Makes tombstones of the recordings that were kept for long enough; returns how many."""
    count = 0
    for rows in _due(now=now):
        for _ in range(_BATCHES):
            batch = list(rows.order_by("ended_at").values_list("pk", flat=True)[:_BATCH])
            count += rows.filter(pk__in=batch).update(deleted_at=now, deletion_reason=DeletionReason.RETENTION)
            if len(batch) < _BATCH:
                break
    if count:
        log.info("recordings kept for long enough deleted", count=count)
    return count


def _due(*, now: datetime) -> Iterator[RecordingQuerySet]:
    """For each span of days that there is. There are few, and a date of its own finds the rows by an index."""
    over = Recording.objects.exclude(status__in=IN_PROGRESS)
    usual = settings.MEET_RECORDING_RETENTION_DAYS
    if usual:
        yield over.filter(room__recording_retention_days=None, ended_at__lte=now - timedelta(days=usual))
    own = Room.objects.filter(recording_retention_days__isnull=False)
    for days in own.values_list("recording_retention_days", flat=True).distinct():
        yield over.filter(room__recording_retention_days=days, ended_at__lte=now - timedelta(days=int(days or 0)))

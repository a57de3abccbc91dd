"""Deletion of recordings: a tombstone at once, the file later (rest-api.md 5.6, decisions.md 10)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from meet.errors import DomainError
from recordings import lifecycle
from recordings.access import recordings_for
from recordings.errors import NotStopped, RecordingNotFound
from recordings.models import DeletionReason, Recording
from rooms.access import Caller
from rooms.permissions import Permission

_BATCH = 100


def delete(recording: Recording, *, by: str, now: datetime) -> None:
    """From now on there is no such recording. `by` is for the receipt. Raises `NotStopped` while it is going on."""
    with lifecycle.held(recording.pk) as row:
        _expect_deletable(row)
        row.deleted_at, row.deleted_by, row.deletion_reason = now, by, DeletionReason.REQUEST


def rehearse(recording: Recording) -> None:
    """Raises what `delete` would."""
    _expect_deletable(recording)


@dataclass
class Report:
    """What became of each recording, in the order in which they were named."""

    deleted: list[str] = field(default_factory=list)
    failed: list[tuple[str, DomainError]] = field(default_factory=list)


def delete_all(
    caller: Caller, recording_ids: Sequence[str], *, by: str, now: datetime, is_rehearsal: bool = False
) -> Report:
    """Each by itself: what cannot be deleted does not keep the others from it. A rehearsal stores nothing."""
    report = Report()
    once = list(dict.fromkeys(recording_ids))
    for start in range(0, len(once), _BATCH):
        batch = once[start : start + _BATCH]
        found, refusals = recordings_for(caller, batch, need=Permission.recordingDelete)
        rows = list(found.values())
        refusals |= _refusals(rows) if is_rehearsal else _deleted(rows, by=by, now=now)
        for recording_id in batch:
            if recording_id in refusals:
                report.failed.append((recording_id, refusals[recording_id]))
            else:
                report.deleted.append(recording_id)
    return report


def _deleted(recordings: Sequence[Recording], *, by: str, now: datetime) -> dict[str, DomainError]:
    """Makes tombstones of those that can be deleted; why the others cannot, by id."""
    if not recordings:
        return {}
    with transaction.atomic():
        # Always in the same order: two that delete the same recordings wait for each other instead of for ever.
        held = Recording.with_deleted.select_for_update(no_key=True).filter(pk__in=[one.pk for one in recordings])
        rows = list(held.order_by("pk"))
        refusals = _refusals(rows)
        free = [row.pk for row in rows if row.recording_id not in refusals]
        told = {"deleted_at": now, "deleted_by": by, "deletion_reason": DeletionReason.REQUEST}
        Recording.objects.filter(pk__in=free).update(**told)
    return refusals


def _refusals(rows: Sequence[Recording]) -> dict[str, DomainError]:
    refusals: dict[str, DomainError] = {}
    for row in rows:
        try:
            _expect_deletable(row)
        except DomainError as error:
            refusals[str(row.recording_id)] = error
    return refusals


def _expect_deletable(row: Recording) -> None:
    if row.deleted_at:
        raise RecordingNotFound(str(row.recording_id))
    if row.is_in_progress:
        raise NotStopped(str(row.recording_id))

"""The life of a recording: one machine, whichever recorder (rest-api.md 2.6, 5.3).

Recorders report; reports come twice, late and out of order. What a report changes is decided purely; the change, its
webhook and its line in the log commit together. The room is free again as soon as the recorder has stopped; the file
may take longer to be stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from meet.webhooks.outbox import emit
from recordings.failures import Failure
from recordings.models import WITH_FILE, Recording, RecordingEvent, RecordingStatus
from recordings.representation import recording_object

Kind = RecordingEvent.Kind

# How long a recording may stay as it is (decisions.md 31).
START_WITHIN = timedelta(seconds=20)
SIGN_OF_LIFE_WITHIN = {
    Recording.Backend.BROWSER: timedelta(seconds=45),
    Recording.Backend.EGRESS: timedelta(seconds=90),
}
FINISH_WITHIN = timedelta(minutes=10)
DELIVER_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Report:
    """What a recorder says of a recording. Final statuses say that it has stopped; `complete` and `limit_reached`,
    that there is a file. `duration` in seconds, `size` in bytes."""

    status: RecordingStatus
    egress_id: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration: float | None = None
    size: int | None = None
    failure: Failure | None = None
    details: str = ""
    layout: str | None = None
    encoding: Any = None


@contextmanager
def held(pk: int) -> Iterator[Recording]:
    """The row as it is by now, deleted or not; what changes of it is saved at the end. Raises
    `Recording.DoesNotExist`."""
    with transaction.atomic():
        rows = Recording.with_deleted.select_for_update(of=("self",), no_key=True).select_related("room")
        row = rows.get(pk=pk)
        before = _values(row)
        yield row
        changed = [name for name, value in _values(row).items() if value != before[name]]
        if changed:
            row.save(update_fields=[*changed, "room_name_key"])


def _values(row: Recording) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def note(pk: int, report: Report, *, now: datetime) -> Recording:
    """Takes in what a recorder reports; the recording as it is then. What does not lead further changes nothing."""
    with held(pk) as row:
        if report.egress_id:
            identify(row, report.egress_id, now=now)
        if not leads_further(row, report):
            return row
        _copy(row, report)
        if not report.status.is_final:
            _advance(row, report.status, now=now)
        elif report.status in WITH_FILE:
            _recorder_has_stopped(row, report, now=now)
        else:
            _end(row, report.status, now=now, details=report.details)
    return row


def leads_further(row: Recording, report: Report) -> bool:
    """Ranks only rise, and a recorder stops once."""
    status = RecordingStatus(row.status)
    if status.is_final or row.released_at:
        return False
    return report.status.rank > status.rank


def identify(row: Recording, egress_id: str, *, now: datetime) -> None:
    """From now on it is a recording, and the world is told of it. The caller holds the row."""
    if row.egress_id:
        return
    row.egress_id = egress_id
    row.recording_id = f"{row.room.room_id}--{egress_id}--{row.uid}"
    if row.started_at is None:
        row.started_at = now
    _log(row, Kind.STARTING, now=now)
    _tell(row, "recordingStarted", now=now)


def sign_of_life(pk: int, *, now: datetime) -> None:
    """The recorder is at work."""
    rows = Recording.with_deleted.filter(pk=pk, status=RecordingStatus.ACTIVE, released_at=None)
    for backend, patience in SIGN_OF_LIFE_WITHIN.items():
        rows.filter(backend=backend).update(deadline_at=now + patience)


def request_stop(row: Recording, *, by: str, now: datetime) -> None:
    """The wish is stored, and shown, before the recorder is asked. The caller holds the row."""
    if row.stop_requested_at is None:
        row.stop_requested_at = now
        _log(row, Kind.STOP_REQUESTED, now=now, by=by)
    if row.status == RecordingStatus.ACTIVE:
        _advance(row, RecordingStatus.ENDING, now=now)


def lose_recorder(row: Recording, *, now: datetime, failure: Failure = Failure.RECORDER_DIED) -> None:
    """Nothing more comes of it: the room is free, and whoever has the file may still finish it. One that had not begun
    has none, and whoever waits for it is told so. The caller holds the row."""
    _fail_with(row, failure)
    _log(row, Kind.RECORDER_LOST, now=now, details=failure.sentence)
    if row.status == RecordingStatus.STARTING:
        _end(row, RecordingStatus.FAILED, now=now)
        return
    row.released_at = row.released_at or now
    row.ended_at = row.ended_at or now
    if row.status != RecordingStatus.ENDING:
        _advance(row, RecordingStatus.ENDING, now=now)
    row.deadline_at = now + FINISH_WITHIN


def awaits_rescue(row: Recording) -> bool:
    """Whether it was given up as lost, and may yet turn out to have a file."""
    return row.status == RecordingStatus.ENDING and row.released_at is not None and row.deliver_at is None


def rescued(pk: int, report: Report, *, now: datetime) -> Recording:
    """A file was found of a recording whose recorder had been lost; without a `failure` nothing of it is missing."""
    with held(pk) as row:
        if not awaits_rescue(row):
            return row
        if report.failure is None:
            row.error_code, row.error = None, ""
        _copy(row, report)
        _log(row, Kind.RESCUED, now=now, details=report.details)
        _await_delivery(row, report.status, now=now)
    return row


def fail_start(pk: int, failure: Failure, *, now: datetime) -> Recording:
    """Unless its recorder is at work by now."""
    with held(pk) as row:
        if row.status == RecordingStatus.STARTING:
            _fail_with(row, failure)
            _end(row, RecordingStatus.FAILED, now=now)
    return row


def delivered(pk: int, *, size: int, now: datetime) -> Recording:
    """The storage has the whole file."""
    with held(pk) as row:
        if row.status == RecordingStatus.ENDING and row.deliver_at:
            row.size = size
            _end(row, RecordingStatus(row.outcome), now=now)
    return row


def give_up(pk: int, failure: Failure, *, now: datetime, details: str = "") -> Recording:
    """Its time is over."""
    with held(pk) as row:
        if not RecordingStatus(row.status).is_final:
            _fail_with(row, failure)
            row.details = details or row.details
            _end(row, RecordingStatus.FAILED, now=now, details=details)
    return row


def note_undelivered(pk: int, reason: str, *, again_at: datetime, now: datetime) -> None:
    with held(pk) as row:
        if row.deliver_at:
            row.deliver_at = again_at
            _log(row, Kind.DELIVERY_FAILED, now=now, details=reason)


def lose_file(row: Recording, details: str, *, now: datetime) -> None:
    """The storage has not got the file any more that it had. The caller holds the row."""
    _fail_with(row, Failure.FILE_LOST)
    _log(row, Kind.FILE_LOST, now=now, details=details)


def find_file(row: Recording, *, failure: Failure | None, now: datetime) -> None:
    """It has it again; `failure` is what was the matter before. The caller holds the row."""
    row.error_code, row.error = (int(failure), failure.sentence) if failure else (None, "")
    _log(row, Kind.FILE_FOUND, now=now)


# -- One step --------------------------------------------------------------------------------------------------------


def _advance(row: Recording, status: RecordingStatus, *, now: datetime) -> None:
    row.status = status
    if status is RecordingStatus.ACTIVE:
        row.deadline_at = now + SIGN_OF_LIFE_WITHIN[Recording.Backend(row.backend)]
    else:
        row.deadline_at = now + FINISH_WITHIN
    _log(row, Kind(status.value), now=now)
    _tell(row, "recordingUpdated", now=now)


def _recorder_has_stopped(row: Recording, report: Report, *, now: datetime) -> None:
    row.released_at = now
    row.ended_at = row.ended_at or now
    if row.status != RecordingStatus.ENDING:
        _advance(row, RecordingStatus.ENDING, now=now)
    _await_delivery(row, report.status, now=now)


def _await_delivery(row: Recording, outcome: RecordingStatus, *, now: datetime) -> None:
    row.outcome = outcome
    row.deliver_at = now
    row.deadline_at = now + DELIVER_WITHIN


def _end(row: Recording, status: RecordingStatus, *, now: datetime, details: str = "") -> None:
    row.status = status
    row.released_at = row.released_at or now
    row.ended_at = row.ended_at or now
    row.deadline_at = row.deliver_at = None
    _log(row, Kind(status.value), now=now, details=details)
    _tell(row, "recordingEnded", now=now)


def _copy(row: Recording, report: Report) -> None:
    """What the report says; what it does not say stays."""
    row.room_name = row.room.name
    for name in ("started_at", "ended_at", "duration", "size", "layout", "encoding"):
        value = getattr(report, name)
        if value is not None:
            setattr(row, name, value)
    row.details = report.details or row.details
    if report.failure:
        _fail_with(row, report.failure)


def _fail_with(row: Recording, failure: Failure) -> None:
    row.error_code, row.error = int(failure), failure.sentence


def _log(row: Recording, kind: RecordingEvent.Kind, *, now: datetime, by: str = "", details: str = "") -> None:
    RecordingEvent.objects.create(recording=row, kind=kind, at=now, by=by, details=details)


def _tell(row: Recording, event: str, *, now: datetime) -> None:
    """Programs by webhook, the people in the meeting by a signal; nobody of what is deleted, or has no id yet."""
    if row.deleted_at or not row.recording_id:
        return
    row.signal_due_at = now
    emit(event, recording_object(row), room_id=row.room.room_id, now=now)

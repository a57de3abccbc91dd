"""What finds again whatever was missed: lost wake-ups, silent recorders, wishes nobody heard, people not yet told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from django.db import DatabaseError

from meet.errors import DomainError
from meet.livekit import gateway, signals
from recordings import starting, stopping
from recordings.failures import Failure
from recordings.lifecycle import give_up, held, request_stop
from recordings.models import IN_PROGRESS, Recording, RecordingStatus
from recordings.recorders import recorder_of
from recordings.recorders.embedded import hosts_there
from recordings.representation import recording_object

log = structlog.get_logger(__name__)

_BATCH = 100
# A signal that could not be sent for this long is of no use to anybody.
_TELL_WITHIN = timedelta(minutes=1)
# A wish to stop is repeated after this.
_STOP_AGAIN_AFTER = timedelta(seconds=5)


def untaken() -> list[int]:
    """Starts that no recorder has taken yet; their wake-up may be lost."""
    rows = Recording.objects.filter(
        backend=Recording.Backend.BROWSER, status=RecordingStatus.STARTING, host="", stop_requested_at=None
    )
    return list(rows.exclude(egress_id=None).values_list("pk", flat=True)[:_BATCH])


def undelivered(*, now: datetime) -> list[tuple[int, str]]:
    """Files that are due in the storage, each with the machine it lies on, which must be there; empty for those of an
    egress service."""
    rows = Recording.with_deleted.filter(deliver_at__lte=now, host__in=["", *hosts_there(now=now)])
    return list(rows.order_by("deliver_at").values_list("pk", "host")[:_BATCH])


def left_behind(*, now: datetime) -> list[tuple[int, str]]:
    """Recordings whose recorder was lost, and whose file its machine, which is there again, may still have."""
    ending = Recording.with_deleted.filter(status=RecordingStatus.ENDING, backend=Recording.Backend.BROWSER)
    rows = ending.filter(deliver_at=None, host__in=hosts_there(now=now)).exclude(released_at=None)
    return list(rows.values_list("pk", "host")[:_BATCH])


def judge_overdue(*, now: datetime) -> int:
    """Brings everything whose deadline has passed to its end; returns how many were overdue."""
    rows = Recording.with_deleted.filter(deadline_at__lt=now).select_related("room").order_by("deadline_at")
    return _each(rows[:_BATCH], _judge, now=now)


def _judge(recording: Recording, *, now: datetime) -> None:
    if recording.egress_id is None:
        # No recorder has taken it, or the process died that had asked one.
        starting.give_back(recording, now=now)
    elif recording.status == RecordingStatus.STARTING:
        starting.time_out(recording, now=now)
    elif recording.deliver_at:
        give_up(recording.pk, Failure.STORAGE_REFUSED, now=now)
    elif recording.released_at is None:
        recorder_of(recording).look_after(recording, now=now)
    else:
        give_up(recording.pk, recording.failure or Failure.RECORDER_DIED, now=now)


def stop_unwanted(*, now: datetime) -> int:
    """Has recorders stop that should have: what was deleted meanwhile, and whose recorder did not hear."""
    live = Recording.with_deleted.filter(released_at=None, status__in=IN_PROGRESS).select_related("room")
    deleted = live.exclude(deleted_at=None).filter(stop_requested_at=None)
    _each(deleted[:_BATCH], _want_over, now=now)
    return _each(live.filter(stop_requested_at__lt=now - _STOP_AGAIN_AFTER)[:_BATCH], stopping.tell, now=now)


def _want_over(recording: Recording, *, now: datetime) -> None:
    with held(recording.pk) as row:
        request_stop(row, by="", now=now)


def tell_people(*, now: datetime) -> int:
    """Signals to the meetings how their recordings are by now; what is too old to matter is let go."""
    due = Recording.objects.filter(signal_due_at__lte=now).select_related("room").order_by("signal_due_at")
    return _each(due[:_BATCH], tell, now=now)


def tell(recording: Recording, *, now: datetime) -> None:
    claimed = Recording.with_deleted.filter(pk=recording.pk, signal_due_at=recording.signal_due_at)
    try:
        signals.recording_updated(recording.room.room_id, recording_object(recording), now=now)
    except gateway.LiveKitError as error:
        log.warning("people not told of the recording", recording_id=recording.recording_id, reason=error.reason)
        if recording.signal_due_at and now - recording.signal_due_at < _TELL_WITHIN:
            return
    claimed.update(signal_due_at=None)


class Act(Protocol):
    def __call__(self, recording: Recording, /, *, now: datetime) -> None: ...


def _each(recordings: Iterable[Recording], act: Act, *, now: datetime) -> int:
    """One that cannot be put right does not keep the others from it."""
    count = 0
    for recording in recordings:
        try:
            act(recording, now=now)
        except (DomainError, DatabaseError, Recording.DoesNotExist) as error:
            log.warning("recording not put right yet", recording=str(recording), reason=str(error))
        count += 1
    return count

"""What news of an egress means to its recording, whichever way they came: as an event, in an answer, from a list."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from livekit.protocol.egress import EgressInfo

from recordings import lifecycle
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import WITH_FILE, Recording, RecordingStatus
from recordings.recorders.egress import info as egress_info
from rooms.models import Room

_AT_WORK = (RecordingStatus.STARTING, RecordingStatus.ACTIVE)


class Outcome(StrEnum):
    NOTED = "noted"
    # The recording has come to its end before.
    LATE = "late"
    # We asked for it once, and have no use for it any more: it has to stop.
    UNWANTED = "unwanted"
    # Somebody else's.
    FOREIGN = "foreign"


@dataclass(frozen=True)
class News:
    outcome: Outcome
    recording: Recording | None = None


def take_in(info: EgressInfo, *, now: datetime, is_over: bool = False) -> News:
    """Twice, late and in any order. `is_over` as in `egress_info.report`."""
    report = egress_info.report(info, is_over=is_over)
    recording = _recording_of(info)
    try:
        if recording:
            return _take_in(recording, report, now=now)
    except Recording.DoesNotExist:  # taken back this very moment
        pass
    is_unwanted = report.status in _AT_WORK and _was_asked_for(info)
    return News(Outcome.UNWANTED if is_unwanted else Outcome.FOREIGN)


def _recording_of(info: EgressInfo) -> Recording | None:
    """By the key, then by the egress id: events may be here before the answer that tells us the id."""
    if not info.egress_id or info.stream_results:
        return None
    rows = Recording.with_deleted.filter(backend=Recording.Backend.EGRESS).select_related("room")
    uid = egress_info.uid(info)
    found: Recording | None = rows.filter(uid=uid).first() if uid else rows.filter(egress_id=info.egress_id).first()
    return found if found and found.egress_id in (None, info.egress_id) else None


def _was_asked_for(info: EgressInfo) -> bool:
    is_ours = egress_info.uid(info) is not None and not info.stream_results
    return is_ours and Room.with_deleted.filter(room_id=info.room_name).exists()


def _take_in(recording: Recording, report: Report, *, now: datetime) -> News:
    if report.failure is Failure.NOBODY_THERE and recording.stop_requested_at:
        # It had no time to see anybody.
        report = replace(report, failure=Failure.CANCELLED)
    if lifecycle.awaits_rescue(recording) and report.status.is_final:
        return News(Outcome.NOTED, _rescue(recording, report, now=now))
    if recording.released_at:
        return News(Outcome.UNWANTED if report.status in _AT_WORK else Outcome.LATE, recording)
    return News(Outcome.NOTED, lifecycle.note(recording.pk, report, now=now))


def _rescue(recording: Recording, report: Report, *, now: datetime) -> Recording:
    """The file is whole as a rule: it was us who had lost sight of its recorder."""
    if report.status in WITH_FILE:
        return lifecycle.rescued(recording.pk, report, now=now)
    failure = report.failure or Failure.RECORDER_DIED
    return lifecycle.give_up(recording.pk, failure, now=now, details=report.details)

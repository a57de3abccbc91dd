"""Our recordings compared with the egresses that LiveKit has: events and answers may have been lost, services have died
(rest-api.md 3.5, decisions.md 31).

If LiveKit does not answer, nothing changes: an error is not an empty list. One row that cannot be put right does not
keep the others from it.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import Q
from livekit.protocol.egress import EgressInfo

from meet.livekit import gateway, signals
from recordings import lifecycle
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import IN_PROGRESS, Recording, RecordingQuerySet, RecordingStatus
from recordings.recorders.egress import info as egress_info
from recordings.recorders.egress.news import News, Outcome, take_in
from recordings.representation import recording_object, start_signal
from rooms.models import Room

log = structlog.get_logger(__name__)

_BATCH = 100
# What a service that died left behind stays listed as active for ever.
_FORGOTTEN_AFTER = timedelta(hours=24)
_STALE_AFTER = timedelta(minutes=5)
# Whose meeting has just ended, ends by itself in a moment, and its file is whole.
_GRACE = timedelta(minutes=1)


def compare(*, now: datetime) -> None:
    """Notes how the egresses of our recordings are, takes in those whose start nobody told us of, and has those stop
    that nobody waits for any more."""
    if settings.MEET_RECORDER != Recording.Backend.EGRESS and not _unfinished().exists():
        return
    try:
        active = gateway.egresses(active=True)
    except gateway.LiveKitError as error:
        log.warning("recordings not compared with LiveKit", reason=error.reason)
        return
    for info in active:
        _put_right(info, now=now)
    listed = {info.egress_id for info in active}
    for recording in _unfinished().exclude(egress_id=None).order_by("pk")[:_BATCH]:
        if recording.egress_id not in listed:
            _look_again(recording, now=now)


def look_up(recording: Recording, *, now: datetime) -> None:
    """Notes how its egress is by now. Raises `LiveKitError`."""
    found = gateway.egresses(egress_id=str(recording.egress_id))
    if found:
        _note(found[0], now=now)
    elif recording.status in (RecordingStatus.ACTIVE, RecordingStatus.ENDING):
        disappear(recording, now=now)


def disappear(recording: Recording, *, now: datetime) -> None:
    """LiveKit does not know its egress any more: there will be no news of it."""
    details = f"LiveKit has no egress '{recording.egress_id}'"
    report = Report(RecordingStatus.ABORTED, failure=Failure.RECORDER_DIED, details=details)
    lifecycle.note(recording.pk, report, now=now)


def _unfinished() -> RecordingQuerySet:
    """Those whose recorder has not stopped as far as we know, and those that may have a file after all."""
    waiting = Q(released_at=None) | Q(status=RecordingStatus.ENDING, deliver_at=None)
    rows = Recording.with_deleted.filter(waiting, backend=Recording.Backend.EGRESS, status__in=IN_PROGRESS)
    return rows.select_related("room", "meeting")


def _put_right(info: EgressInfo, *, now: datetime) -> None:
    try:
        news = _note(info, now=now)
        if news.outcome is Outcome.UNWANTED and not egress_info.was_silent(info, since=now - _FORGOTTEN_AFTER):
            _send_away(info, news.recording, now=now)
    except (gateway.LiveKitError, DatabaseError) as error:
        log.warning("egress not put right yet", egress_id=info.egress_id, reason=str(error))


def _look_again(recording: Recording, *, now: datetime) -> None:
    try:
        look_up(recording, now=now)
    except (gateway.LiveKitError, DatabaseError) as error:
        log.warning("recording not compared with LiveKit", recording=str(recording), reason=str(error))


def _note(info: EgressInfo, *, now: datetime) -> News:
    news = take_in(info, now=now)
    if news.outcome is Outcome.NOTED and news.recording and news.recording.released_at is None:
        _examine(news.recording, info, now=now)
    return news


def _examine(recording: Recording, info: EgressInfo, *, now: datetime) -> None:
    """That LiveKit lists it says little: who is in the room, is alive."""
    if _is_stale(recording, info, now=now):
        report = Report(RecordingStatus.ABORTED, failure=Failure.RECORDER_DIED, details="Its meeting is over")
        lifecycle.note(recording.pk, report, now=now)
        gateway.stop_egress(info.egress_id)
    elif recording.status == RecordingStatus.ACTIVE and _is_in_the_room(info):
        lifecycle.sign_of_life(recording.pk, now=now)


def _is_stale(recording: Recording, info: EgressInfo, *, now: datetime) -> bool:
    """Whether it has missed the end of its meeting (rest-api.md 3.5)."""
    if recording.status == RecordingStatus.STARTING or not egress_info.was_silent(info, since=now - _STALE_AFTER):
        return False
    meeting = recording.meeting
    is_over = meeting is None or (meeting.ended_at is not None and meeting.ended_at < now - _GRACE)
    return is_over and not gateway.rooms([info.room_name])


def _is_in_the_room(info: EgressInfo) -> bool:
    try:
        gateway.participant(info.room_name, info.egress_id)
    except gateway.NotFound:
        return False
    return True


def _send_away(info: EgressInfo, recording: Recording | None, *, now: datetime) -> None:
    """People who saw a recording start, and nobody else, are told that it has come to nothing."""
    gateway.stop_egress(info.egress_id)
    log.warning("unwanted egress stopped", egress_id=info.egress_id, room_id=info.room_name)
    room = Room.objects.filter(room_id=info.room_name).first()
    if room is None or Recording.objects.filter(room=room, released_at=None).exists():
        return
    if recording is None:
        signals.recording_updated(room.room_id, start_signal(room.room_id, failure=Failure.TIMED_OUT), now=now)
    elif recording.status == RecordingStatus.FAILED and not recording.deleted_at:
        signals.recording_updated(room.room_id, recording_object(recording), now=now)

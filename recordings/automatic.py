"""Rooms that record their meetings by themselves: from the first camera, microphone or screen on, and once more should
the recording be lost (issue 5, decisions.md 30)."""

from collections.abc import Iterator
from datetime import datetime

import structlog
from django.core.cache import cache
from django.db.models import Count, Q

from meet.errors import DomainError
from meet.livekit import gateway
from recordings import starting
from recordings.models import Recording, RecordingStatus
from rooms.models import Meeting

log = structlog.get_logger(__name__)

BY = "automatic"
_BATCH = 100
_MOST = 2
# Between two attempts that are refused: the people in the meeting are told of each.
_PAUSE = 60  # seconds
_LOST = (RecordingStatus.FAILED, RecordingStatus.ABORTED)


def start_due(*, now: datetime) -> list[Recording]:
    """Starts what should run; the recordings on their way. A meeting whose recording somebody has stopped stays
    unrecorded."""
    waiting = {meeting.room.room_id: meeting for meeting in _waiting()}
    if not waiting:
        return []
    try:
        live = gateway.rooms(waiting)
    except gateway.LiveKitError as error:
        log.warning("automatic recordings not started", reason=error.reason)
        return []
    return list(_started([waiting[room.name] for room in live if room.num_publishers], now=now))


def _waiting() -> list[Meeting]:
    """Meetings that run in such rooms and are not recorded: not yet, or not any more for a loss."""
    mine = Q(recordings__started_by=BY)
    meetings = Meeting.objects.filter(ended_at=None, end_requested_at=None, room__auto_recording=True)
    meetings = meetings.filter(room__deleted_at=None, room__config__recording__enabled=True)
    counted = meetings.annotate(
        started=Count("recordings", filter=mine),
        # Whose end nobody asked for; a file that was saved up to there ends no meeting either.
        lost=Count("recordings", filter=mine & Q(recordings__stop_requested_at=None) & _is_lost()),
        running=Count("recordings", filter=Q(recordings__released_at=None)),
    )
    return [
        meeting
        for meeting in counted.select_related("room").order_by("pk")[:_BATCH]
        if not meeting.running and meeting.started == meeting.lost and meeting.started < _MOST
        if not cache.get(_refusal(meeting))
    ]


def _is_lost() -> Q:
    return Q(recordings__status__in=_LOST) | Q(recordings__error_code__isnull=False)


def _started(meetings: list[Meeting], *, now: datetime) -> Iterator[Recording]:
    for meeting in meetings:
        try:
            yield starting.request(meeting.room, starting.Wish(by=BY), now=now)
        except DomainError as error:
            cache.set(_refusal(meeting), error.message, timeout=_PAUSE)
            log.warning("automatic recording not started", room_id=meeting.room.room_id, reason=error.message)


def _refusal(meeting: Meeting) -> str:
    return f"automatic-recording-refused:{meeting.pk}"

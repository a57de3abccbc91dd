"""Rooms that record their meetings by themselves: from the first camera, microphone or screen on, and once more should
the recording be lost (issue 5, decisions.md 30)."""

from collections.abc import Iterator

import structlog
from django.core.cache import cache
from django.db.models import Count, F, Q

from meet import clock
from meet.errors import DomainError
from meet.livekit import gateway
from recordings import starting
from recordings.failures import Failure
from recordings.models import Recording, RecordingStatus
from rooms.models import Meeting

log = structlog.get_logger(__name__)

BY = "automatic"
_BATCH = 100
_MOST = 2
# Between two attempts that are refused: the people in the meeting are told of each.
_PAUSE = 60  # seconds
_LOST = (RecordingStatus.FAILED, RecordingStatus.ABORTED)


def start_due() -> Iterator[Recording]:
    """Starts what should run, and yields each recording as soon as it is on its way. A meeting whose recording somebody
    has stopped stays unrecorded, also when they have deleted it."""
    waiting = {meeting.room.room_id: meeting for meeting in _waiting()}
    if not waiting:
        return
    try:
        live = gateway.rooms(waiting)
    except gateway.LiveKitError as error:
        log.warning("automatic recordings not started", reason=error.reason)
        return
    yield from _started([waiting[room.name] for room in live if room.num_publishers])


def _waiting() -> list[Meeting]:
    """Meetings that run in such rooms and are not recorded: not yet, or not any more for a loss."""
    mine = Q(recordings__started_by=BY)
    meetings = Meeting.objects.filter(ended_at=None, end_requested_at=None, room__auto_recording=True)
    meetings = meetings.filter(room__deleted_at=None, room__config__recording__enabled=True)
    counted = meetings.annotate(
        # Of recordings that are purged by now nothing is known but that they were.
        lost=Count("recordings", filter=mine & _ended_by_itself()),
        running=Count("recordings", filter=Q(recordings__released_at=None)),
    )
    due = counted.filter(running=0, auto_recordings=F("lost"), auto_recordings__lt=_MOST)
    return [
        meeting for meeting in due.select_related("room").order_by("pk")[:_BATCH] if not cache.get(_refusal(meeting))
    ]


def _ended_by_itself() -> Q:
    """Before the meeting did, and nobody had asked for it; a file that was saved up to there ends no meeting either."""
    is_lost = Q(recordings__status__in=_LOST) | Q(recordings__error_code__isnull=False)
    return Q(recordings__stop_requested_at=None) & is_lost & ~Q(recordings__error_code=Failure.LIMIT)


def _started(meetings: list[Meeting]) -> Iterator[Recording]:
    for meeting in meetings:
        turn = Meeting.objects.filter(pk=meeting.pk)
        if not turn.filter(auto_recordings=meeting.auto_recordings).update(auto_recordings=F("auto_recordings") + 1):
            continue
        try:
            yield starting.request(meeting.room, starting.Wish(by=BY), now=clock.now())
        except DomainError as error:
            turn.update(auto_recordings=F("auto_recordings") - 1)
            cache.set(_refusal(meeting), error.message, timeout=_PAUSE)
            log.warning("automatic recording not started", room_id=meeting.room.room_id, reason=error.message)


def _refusal(meeting: Meeting) -> str:
    return f"automatic-recording-refused:{meeting.pk}"

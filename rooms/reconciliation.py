"""Our meetings and the people in them compared with LiveKit's: events may have been lost (rest-api.md 3.5).

If LiveKit does not answer, nothing changes: an error is not an empty list. One row that cannot be put right does not
keep the others from it.
"""

from datetime import datetime, timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import transaction
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.models import Room as LiveKitRoom

from meet import clock
from meet.livekit import gateway
from rooms import lifecycle, presence
from rooms.models import Meeting, Participation

log = structlog.get_logger(__name__)

# What is younger than this may be known to one side only, with its event still on the way.
_SETTLING = timedelta(seconds=10)


def compare_meetings(*, now: datetime) -> None:
    """Ends what LiveKit no longer has, begins what it has, repeats wishes that it has not heard."""
    settled = now - _SETTLING
    ours = {
        meeting.livekit_sid: meeting
        for meeting in Meeting.objects.filter(ended_at=None, started_at__lt=settled).select_related("room")
    }
    try:
        live = gateway.rooms()
    except gateway.LiveKitError as error:
        log.warning("meetings not compared with LiveKit", reason=error.reason)
        return
    sids = {room.sid for room in live}
    for meeting in ours.values():
        try:
            _put_right(meeting, is_live=meeting.livekit_sid in sids, now=now)
        except (gateway.LiveKitError, DatabaseError) as error:
            log.warning("meeting not put right yet", room_id=meeting.room.room_id, reason=str(error))
    for room in live:
        if room.sid not in ours and _began(room) <= settled:
            try:
                _open_run(room, now=now)
            except DatabaseError as error:
                log.warning("meeting not put right yet", room_id=room.name, reason=str(error))


def _put_right(meeting: Meeting, *, is_live: bool, now: datetime) -> None:
    if not is_live:
        # Tokens issued since it was last in doubt are for the next run.
        lifecycle.close_run(meeting.room.room_id, sid=meeting.livekit_sid, now=now, at=now - _SETTLING)
    elif meeting.end_requested_at:
        lifecycle.end_meeting(meeting.room, now=now)


def _open_run(live: LiveKitRoom, *, now: datetime) -> None:
    with transaction.atomic():
        room = lifecycle.locked(live.name)
        if room:
            lifecycle.meeting_started(room, sid=live.sid, now=now, began=_began(live))


def _began(live: LiveKitRoom) -> datetime:
    """To the millisecond: by its whole second a run would be older than one that ended within it, and count as late
    news."""
    return clock.from_ms(live.creation_time_ms or live.creation_time * 1000)


def compare_participants(*, now: datetime) -> None:
    """Notes who has come and who has gone in each running meeting."""
    settled = now - _SETTLING
    for meeting in Meeting.objects.filter(ended_at=None, started_at__lt=settled).select_related("room"):
        try:
            present = gateway.participants(meeting.room.room_id)
            _note(meeting, present, now=now)
        except gateway.LiveKitUnavailable as error:
            log.warning("participants not compared with LiveKit", reason=error.reason)
            return
        except (gateway.LiveKitError, DatabaseError) as error:
            log.info("participants not compared", room_id=meeting.room.room_id, reason=str(error))


def _note(meeting: Meeting, present: list[ParticipantInfo], *, now: datetime) -> None:
    settled = now - _SETTLING
    sids = {person.sid for person in present}
    noted = Participation.objects.filter(meeting=meeting)
    gone = [row for row in noted.filter(left_at=None, joined_at__lt=settled) if row.sid not in sids]
    known = set(noted.filter(sid__in=sids).values_list("sid", flat=True))
    new = [person for person in present if person.sid not in known and person.joined_at <= settled.timestamp()]
    if not gone and not new:
        return
    with transaction.atomic():
        room = lifecycle.locked(meeting.room.room_id)
        if room is None or not Meeting.objects.filter(pk=meeting.pk, ended_at=None).exists():
            return
        for row in gone:
            presence.left(row, reason="lost", now=now)
        for person in new:
            presence.joined(room, meeting, person, now=now)

"""What LiveKit's events mean to rooms. Each runs in the transaction that marks it processed; all bear coming twice,
late and out of order."""

from datetime import UTC, datetime

from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

from meet import clock
from rooms import lifecycle, presence
from rooms.models import Meeting, Participation, Room


def room_started(event: WebhookEvent, *, now: datetime) -> None:
    room = lifecycle.locked(event.room.name)
    if room:
        _started(room, event, now=now)


def room_finished(event: WebhookEvent, *, now: datetime) -> None:
    room = lifecycle.locked(event.room.name)
    if room is None:
        return
    # When its start was lost, or comes later, the run is noted whole now; a later start finds it known.
    _started(room, event, now=now)
    meeting = Meeting.objects.get(livekit_sid=event.room.sid)
    # LiveKit counts in whole seconds, rounded down.
    ended = datetime.fromtimestamp(event.created_at + 1, UTC)
    lifecycle.meeting_ended(room, meeting, reason=Meeting.EndReason.FINISHED, now=now, at=ended)


def participant_joined(event: WebhookEvent, *, now: datetime) -> None:
    room = lifecycle.locked(event.room.name)
    if room:
        _joined(room, event, now=now)


def participant_left(event: WebhookEvent, *, now: datetime) -> None:
    room = lifecycle.locked(event.room.name)
    if room is None:
        return
    # Left before we heard of the joining: noted whole, so that the late joining changes nothing.
    _joined(room, event, now=now)
    participation = Participation.objects.filter(sid=event.participant.sid, meeting__room=room).first()
    if participation:
        reason = DisconnectReason.Name(event.participant.disconnect_reason).lower()
        presence.left(participation, reason=reason, now=now)


def _joined(room: Room, event: WebhookEvent, *, now: datetime) -> None:
    if event.participant.kind != ParticipantInfo.STANDARD:
        return
    meeting = Meeting.objects.filter(livekit_sid=event.room.sid).first() or _started(room, event, now=now)
    if meeting and not meeting.ended_at:
        presence.joined(room, meeting, event.participant, now=now)


def _started(room: Room, event: WebhookEvent, *, now: datetime) -> Meeting | None:
    made = event.room.creation_time_ms or event.room.creation_time * 1000
    return lifecycle.meeting_started(room, sid=event.room.sid, now=now, began=clock.from_ms(made) if made else None)

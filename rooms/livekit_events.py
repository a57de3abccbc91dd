"""What LiveKit's events mean to rooms. Each runs in the transaction that marks it processed; all bear coming twice,
late and out of order."""

from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from livekit.protocol.models import DisconnectReason, ParticipantInfo
from livekit.protocol.webhook import WebhookEvent

from meet import clock
from rooms import lifecycle
from rooms.admission import admit_stranger
from rooms.models import Admission, Badge, Meeting, Participation, Room


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
    ended = datetime.fromtimestamp(event.created_at, UTC)
    lifecycle.meeting_ended(room, meeting, reason=Meeting.EndReason.FINISHED, now=now, at=ended)


def participant_joined(event: WebhookEvent, *, now: datetime) -> None:
    if event.participant.kind != ParticipantInfo.STANDARD:
        return
    room = lifecycle.locked(event.room.name)
    if room is None or Participation.objects.filter(sid=event.participant.sid).exists():
        return
    meeting = Meeting.objects.filter(livekit_sid=event.room.sid).first() or _started(room, event, now=now)
    if meeting is None or meeting.ended_at:
        return
    admission = _admission(room, event.participant, meeting=meeting, now=now)
    Participation.objects.create(
        admission=admission,
        meeting=meeting,
        sid=event.participant.sid,
        joined_at=now,
        # An operator's own tool keeps the rights that its token gave it; who was banned is sent out again.
        restricted_at=None if admission.permissions or admission.banned_at else now,
    )


def participant_left(event: WebhookEvent, *, now: datetime) -> None:
    if event.participant.kind != ParticipantInfo.STANDARD:
        return
    room = lifecycle.locked(event.room.name)
    if room is None:
        return
    participation = Participation.objects.filter(sid=event.participant.sid, meeting__room=room).first()
    if participation is None:
        # Left before we heard of the joining: noted whole, so that the late joining changes nothing.
        participant_joined(event, now=now)
        participation = Participation.objects.filter(sid=event.participant.sid).first()
        if participation is None:
            return
    reason = DisconnectReason.Name(event.participant.disconnect_reason).lower()
    Participation.objects.filter(pk=participation.pk, left_at=None).update(left_at=now, reason=reason[:40])
    others = Participation.objects.filter(admission=participation.admission_id, left_at=None)
    if not others.exists():
        Admission.objects.filter(pk=participation.admission_id, released_at=None).update(released_at=now)


def _started(room: Room, event: WebhookEvent, *, now: datetime) -> Meeting | None:
    made = event.room.creation_time_ms or event.room.creation_time * 1000
    return lifecycle.meeting_started(room, sid=event.room.sid, now=now, began=clock.from_ms(made) if made else None)


def _admission(room: Room, participant: ParticipantInfo, *, meeting: Meeting, now: datetime) -> Admission:
    """The admission that let this participant in; people sent by an operator's own tool get one now."""
    admission = Admission.objects.filter(room=room, identity=participant.identity).order_by("-issued_at").first()
    if admission is None:
        return admit_stranger(room, identity=participant.identity, name=participant.name, now=now)
    row = Admission.objects.filter(pk=admission.pk)
    meetings = set(admission.participations.values_list("meeting_id", flat=True))
    if meetings and meeting.pk not in meetings:
        # A token opens the next meeting as well; what was decided about its holder was for the one before. With no
        # meeting yet, whoever promoted or banned them was quicker than LiveKit's report.
        row.filter(promoted=True).update(promoted=False, badge=Badge.OTHER, permissions=F("base_permissions"))
        if admission.is_stranger:
            row.update(banned_at=None)
            admission.banned_at = None
    if admission.released_at and not admission.banned_at:
        # Released by the end of the run before: whoever is connected is in, unless the name is taken by now.
        try:
            with transaction.atomic():
                row.update(released_at=None)
        except IntegrityError:
            pass
    return admission

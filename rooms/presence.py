"""Who is in a meeting: connections as LiveKit reports them. The caller holds the room's lock."""

from datetime import datetime

from django.db import IntegrityError, transaction
from livekit.protocol.models import ParticipantInfo

from rooms.models import Admission, Badge, CaptionListener, Meeting, Participation, Room


def joined(room: Room, meeting: Meeting, participant: ParticipantInfo, *, now: datetime) -> None:
    """Notes a connection; recorders, agents and what is known already change nothing."""
    if participant.kind != ParticipantInfo.STANDARD or Participation.objects.filter(sid=participant.sid).exists():
        return
    admission = _admission(room, participant, now=now)
    Participation.objects.create(
        admission=admission,
        meeting=meeting,
        sid=participant.sid,
        joined_at=now,
        # An operator's own tool keeps the rights that its token gave it.
        restricted_at=None if admission.permissions else now,
    )


def left(participation: Participation, *, reason: str, now: datetime) -> None:
    """Notes the end of a connection; with the last one of an admission its name is free again, and nobody reads its
    captions."""
    Participation.objects.filter(pk=participation.pk, left_at=None).update(left_at=now, reason=reason[:40])
    others = Participation.objects.filter(admission=participation.admission_id, left_at=None)
    if not others.exists():
        admission = participation.admission
        Admission.objects.filter(pk=admission.pk, released_at=None).update(released_at=now)
        CaptionListener.objects.filter(room=admission.room_id, identity=admission.identity).delete()


def _admission(room: Room, participant: ParticipantInfo, *, now: datetime) -> Admission:
    """The admission that let this participant in; people sent by an operator's own tool get one now."""
    admission = Admission.objects.filter(room=room, identity=participant.identity).order_by("-issued_at").first()
    if admission is None:
        return _admit_stranger(room, participant, now=now)
    if admission.released_at:
        # Released by the end of the run before: whoever is connected is in, unless the name is taken by now.
        try:
            with transaction.atomic():
                Admission.objects.filter(pk=admission.pk).update(released_at=None)
        except IntegrityError:
            pass
    return admission


def _admit_stranger(room: Room, participant: ParticipantInfo, *, now: datetime) -> Admission:
    """Without rights in our eyes, and without a claim to the name they bring."""
    return Admission.objects.create(
        room=room,
        identity=participant.identity[:100],
        name=(participant.name or participant.identity)[:100],
        base_permissions=0,
        permissions=0,
        badge=Badge.OTHER,
        issued_at=now,
        expires_at=now,
        released_at=now,
    )

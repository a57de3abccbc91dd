"""Who is in a meeting: connections as LiveKit reports them. The caller holds the room's lock."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from livekit.protocol.models import ParticipantInfo

from meet.errors import Forbidden
from rooms.admission import admit_stranger, ban, bring_up_to_date
from rooms.errors import RoomNotFound
from rooms.models import Admission, Badge, CaptionListener, Meeting, Participation, Room


def joined(room: Room, meeting: Meeting, participant: ParticipantInfo, *, now: datetime) -> None:
    """Notes a connection; recorders, agents and what is known already change nothing."""
    if participant.kind != ParticipantInfo.STANDARD or Participation.objects.filter(sid=participant.sid).exists():
        return
    admission = _admission(room, participant, meeting=meeting, now=now)
    if not admission.is_stranger and not admission.banned_at:
        # The token may be older than a change of what its holder may do.
        try:
            admission = bring_up_to_date(admission)
        except (Forbidden, RoomNotFound):
            ban(Admission.objects.filter(pk=admission.pk), now=now)
            admission.banned_at = now
    Participation.objects.create(
        admission=admission,
        meeting=meeting,
        sid=participant.sid,
        joined_at=now,
        # An operator's own tool keeps the rights that its token gave it; who was banned is sent out again.
        restricted_at=None if admission.permissions or admission.banned_at else now,
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

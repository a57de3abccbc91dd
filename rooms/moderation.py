"""What is decided about people in a meeting: that they are sent out, or get other rights (rest-api.md 7.2).

LiveKit has no way to take a token back: whoever was sent out could come in again with theirs until it expires. So the
admission is the ban list (decisions.md 2). `banned_at` makes that token worthless here, and a connection made with it
is ended as soon as LiveKit reports it. A token asked for anew lifts the ban: the contract lets people who were sent
out come back through the door, where links can be switched off and members be removed. People sent by an operator's
own tool, which asks us for nothing, are banned for the meeting.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction

from meet.livekit import gateway, signals
from rooms import lifecycle
from rooms.access import badge_for
from rooms.admission import admission_of, ban, grant
from rooms.errors import ParticipantNotFound
from rooms.models import Admission, Badge, Member, Room
from rooms.permissions import Permission
from rooms.telling import tell_at_best

log = structlog.get_logger(__name__)


# -- Sending out -----------------------------------------------------------------------------------------------------


def kick(room: Room, identity: str, *, now: datetime) -> None:
    """Sends somebody out; a guest may be named by either id. 404 unless connected; with LiveKit out of reach 503, and
    it is done as soon as it can be."""
    with transaction.atomic():
        lifecycle.locked(room.room_id)
        admission = admission_of(room, identity)
        banned = ban(Admission.objects.filter(pk=admission.pk), now=now) if admission else []
    try:
        gateway.remove_participant(room.room_id, admission.identity if admission else identity)
    except gateway.NotFound as error:
        # Nobody to send out, and so nobody to keep out.
        Admission.objects.filter(pk__in=[row.pk for row in banned], banned_at=now).update(banned_at=None)
        raise ParticipantNotFound(room.room_id, identity) from error


# -- Other rights ----------------------------------------------------------------------------------------------------


def ban_members(members: Iterable[Member], *, now: datetime) -> list[Admission]:
    """Inside the transaction that takes their membership; hand the result to `tell_at_best`. Owners and admins are
    there in their own right."""
    return ban(Admission.objects.filter(member__in=list(members)).exclude(badge__in=_OWN_RIGHT), now=now)


def apply_rights(member: Member, *, now: datetime) -> list[Admission]:
    """Inside the transaction that changes the member's rights: gives them to whoever came in as that member. Returns
    those who may be connected, for `tell_of_rights`."""
    admissions = Admission.objects.filter(member=member).exclude(badge__in=_OWN_RIGHT)
    if Permission.meetingJoin not in member.permissions:
        return ban(admissions, now=now)
    grant(admissions, member.permissions, badge_for(member.room, member.permissions), room=member.room)
    return list(admissions.filter(released_at=None, banned_at=None).select_related("room", "member__user", "user"))


_OWN_RIGHT = (Badge.OWNER, Badge.ADMIN)


def tell_of_rights(member: Member, people: Iterable[Admission], *, now: datetime) -> None:
    """After the commit, at best: sends them out, or signals them to ask for a new token."""
    if Permission.meetingJoin not in member.permissions:
        tell_at_best(people, now=now)
        return
    for admission in people:
        if tell_at_best([admission], now=now):
            _signal(admission, now=now)


def _signal(admission: Admission, *, now: datetime) -> None:
    try:
        signals.permissions_updated(admission.room.room_id, admission.identity, now=now)
    except gateway.LiveKitError as error:
        log.warning("permissions signal not sent", room_id=admission.room.room_id, reason=error.reason)

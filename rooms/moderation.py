"""What the server does to people in a meeting: tells LiveKit what they may do, and sends them out (rest-api.md 7.2).

LiveKit has no way to take a token back: whoever was sent out could come in again with theirs until it expires. So the
admission is the ban list (decisions.md 2). `banned_at` makes that token worthless here, and a connection made with it
is ended as soon as LiveKit reports it. A token asked for anew lifts the ban: the contract lets people who were sent
out come back through the door, where links can be switched off and members be removed. People sent by an operator's
own tool, which asks us for nothing, are banned for the meeting.

What must hold is stored before LiveKit is asked: a connection whose `restricted_at` is empty has yet to be told, and
the sweep repeats it until LiveKit has heard.
"""

import json
from collections.abc import Iterable
from datetime import datetime

import structlog
from django.db import transaction
from livekit.protocol.models import ParticipantPermission

from meet.livekit import gateway, signals
from rooms import lifecycle
from rooms.access import badge_for
from rooms.admission import admission_of, ban, grant
from rooms.errors import ParticipantNotFound
from rooms.models import Admission, Badge, Member, Participation, Room
from rooms.permissions import Permission, media_sources
from rooms.token_metadata import metadata_in_livekit

log = structlog.get_logger(__name__)

_BATCH = 100
# One that LiveKit cannot reach does not hold up the others; when it reaches nobody, the next run is soon enough.
_FAILURES = 3


# -- Telling LiveKit -------------------------------------------------------------------------------------------------


def restrict_newcomers(*, now: datetime) -> int:
    """Tells LiveKit about all whom it has to be told about: people who have joined, from whom it takes the right to
    write their own metadata, which the contract's token grants (decisions.md 1); people with other rights than before;
    people who were banned. Returns how many were told; with LiveKit out of reach they stay due."""
    waiting = Participation.objects.filter(left_at=None, restricted_at=None).order_by("joined_at")
    people = [participation.admission for participation in waiting.select_related("admission")[:_BATCH]]
    return tell_at_best(people, now=now)


def tell_at_best(people: Iterable[Admission], *, now: datetime) -> int:
    """As `tell`, for many: gives up when LiveKit reaches nobody, and takes everything else as done. Returns how many
    LiveKit was told of."""
    count = failures = 0
    for admission in people:
        try:
            tell(admission, now=now)
        except gateway.LiveKitUnavailable as error:
            log.warning("participant not told about yet", identity=admission.identity, reason=error.reason)
            failures += 1
            if failures == _FAILURES:
                break
        else:
            count += 1
    return count


def tell(admission: Admission, *, now: datetime) -> Admission:
    """Makes LiveKit's view of somebody ours: sent out, or with the rights and the metadata of the admission, which is
    read and returned as it is at this moment. Somebody who has left is no error."""
    admission = Admission.objects.select_related("room", "member__user", "user").get(pk=admission.pk)
    room_id = admission.room.room_id
    try:
        if admission.banned_at:
            gateway.remove_participant(room_id, admission.identity)
        else:
            gateway.update_participant(
                room_id,
                admission.identity,
                permission=livekit_permission(Permission(admission.permissions)),
                metadata=json.dumps(metadata_in_livekit(admission), separators=(",", ":"), ensure_ascii=False),
            )
    except gateway.LiveKitUnavailable:
        raise
    except gateway.LiveKitError as error:
        log.info("participant not told about", room_id=room_id, reason=error.reason)
    _told(admission, now=now)
    return admission


def _told(admission: Admission, *, now: datetime) -> None:
    """LiveKit has heard of `admission` as it was read. If it has changed meanwhile, whoever changed it may have told
    LiveKit before this did: then it has to hear the news again."""
    unchanged = Admission.objects.filter(pk=admission.pk, **{name: getattr(admission, name) for name in _TOLD_OF})
    connected = Participation.objects.filter(admission=admission.pk, left_at=None)
    connected.filter(restricted_at=None, admission__in=unchanged).update(restricted_at=now)
    connected.exclude(admission__in=unchanged).update(restricted_at=None)


_TOLD_OF = ("base_permissions", "permissions", "badge", "promoted", "banned_at")


def livekit_permission(mask: Permission) -> ParticipantPermission:
    """Every flag stated: LiveKit takes each absent one as false."""
    sources = media_sources(mask)
    return ParticipantPermission(
        can_subscribe=True,
        can_publish=bool(sources),
        can_publish_data=Permission.chatWrite in mask,
        can_publish_sources=[source.upper() for source in sources],
        hidden=False,
        can_update_metadata=False,
    )


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


def send_out(people: Iterable[Admission], *, now: datetime) -> None:
    """Those who are banned, after the commit. Whom LiveKit did not hear about the sweep repeats."""
    tell_at_best(people, now=now)


# -- Other rights ----------------------------------------------------------------------------------------------------


def ban_members(members: Iterable[Member], *, now: datetime) -> list[Admission]:
    """Inside the transaction that takes their membership; hand the result to `send_out`. Owners and admins are there
    in their own right."""
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
        send_out(people, now=now)
        return
    for admission in people:
        if tell_at_best([admission], now=now):
            _signal(admission, now=now)


def _signal(admission: Admission, *, now: datetime) -> None:
    try:
        signals.permissions_updated(admission.room.room_id, admission.identity, now=now)
    except gateway.LiveKitError as error:
        log.warning("permissions signal not sent", room_id=admission.room.room_id, reason=error.reason)

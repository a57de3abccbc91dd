"""Who may be in the call, under which name: made when a join token is issued (decisions.md 2, rest-api.md 7.4)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from meet import ids
from meet.errors import Forbidden
from meet.names import name_key, numbered
from rooms import lifecycle
from rooms.access import Visitor, find_member, visitor_again
from rooms.models import Admission, Badge, Participation, Room
from rooms.permissions import MeetingRole, Permission
from rooms.token_metadata import identity_of

# How long a name stays reserved for a token that nobody connects with.
RESERVATION = timedelta(hours=12)


def admit(visitor: Visitor, *, name: str, is_opaque: bool, now: datetime) -> tuple[Admission, bool]:
    """The admission of this visitor, and whether it was made now. Who is in already keeps identity and name. Whoever
    writes admissions holds the room: names are given, and rights read and stored, one at a time."""
    with transaction.atomic():
        lifecycle.locked(visitor.room.room_id)
        visitor = _by_now(visitor)
        identity = identity_of(visitor.member, is_opaque=is_opaque) or (visitor.user.user_id if visitor.user else None)
        admission = _admission_of(visitor, identity)
        if admission:
            return _renewed(admission, visitor, now=now), False
        _release_expired(visitor.room, now=now)
        return _reserve(visitor, identity, _free_name(visitor.room, name), now=now), True


def readmit(admission: Admission, visitor: Visitor, *, now: datetime) -> Admission:
    """The admission of somebody who is in, from now on as this visitor."""
    with transaction.atomic():
        lifecycle.locked(visitor.room.room_id)
        return _renewed(admission, _by_now(visitor), now=now)


def bring_up_to_date(admission: Admission) -> Admission:
    """The admission with the rights that its account, invitation and link give by now. `Forbidden` when they give none
    any more. One whose ways in are all gone, such as a link that was removed, stays as it is."""
    with transaction.atomic():
        lifecycle.locked(admission.room.room_id)
        rows = Admission.objects.filter(pk=admission.pk).select_related("room", "member__user", "user", "link")
        admission = rows.get()
        if admission.user or admission.member or admission.link:
            visitor = visitor_again(
                admission.room.room_id, user=admission.user, member=admission.member, link=admission.link
            )
            if visitor is None:
                raise Forbidden
            grant(Admission.objects.filter(pk=admission.pk), visitor.permissions, visitor.badge, room=visitor.room)
        return rows.get()


def _by_now(visitor: Visitor) -> Visitor:
    """Who was let in at the door may have lost that since."""
    found = visitor_again(visitor.room.room_id, user=visitor.user, member=visitor.member, link=visitor.link)
    if found is None or Permission.meetingJoin not in found.permissions:
        raise Forbidden
    return found


def _admission_of(visitor: Visitor, identity: str | None) -> Admission | None:
    """The one that this person has already. A guest may be known by either id."""
    if identity is None:
        return None
    same = Q(identity=identity)
    if visitor.member:
        same |= Q(member=visitor.member)
    return Admission.objects.filter(same, room=visitor.room, released_at=None).first()


def _renewed(admission: Admission, visitor: Visitor, *, now: datetime) -> Admission:
    """With the ways in and the rights that the visitor has. Whoever was sent out is in again: the ban is on the old
    token, and this one was asked for anew."""
    row = Admission.objects.filter(pk=admission.pk)
    row.update(
        member=visitor.member,
        user=visitor.user,
        link=visitor.link,
        issued_at=now,
        expires_at=now + RESERVATION,
        banned_at=None,
    )
    grant(row, visitor.permissions, visitor.badge, room=visitor.room)
    return row.select_related("room", "member__user", "user").get()


def grant(admissions: QuerySet[Admission], mask: Permission, badge: Badge, *, room: Room) -> None:
    """Gives them `mask` as their own rights, and whoever is connected is told. A promotion stays on top for as long as
    it adds something; one that is made at this moment does, too."""
    admissions.update(base_permissions=int(mask))
    connected = Participation.objects.filter(admission__in=admissions, left_at=None)
    connected.exclude(admission__permissions=int(mask)).update(restricted_at=None)
    if badge is Badge.OTHER:
        both = mask | room.role_permissions(MeetingRole.MODERATOR)
        admissions.filter(promoted=True).update(permissions=int(both))
        admissions = admissions.filter(promoted=False)
    admissions.update(permissions=int(mask), badge=badge, promoted=False)


def ban(admissions: QuerySet[Admission], *, now: datetime) -> list[Admission]:
    """Makes their tokens worthless, and has whoever is connected sent out. Returns those who may be connected."""
    banned = list(admissions.filter(banned_at=None).select_related("room"))
    Admission.objects.filter(pk__in=[admission.pk for admission in banned]).update(banned_at=now)
    Participation.objects.filter(admission__in=banned, left_at=None).update(restricted_at=None)
    return [admission for admission in banned if admission.released_at is None]


def admission_of(room: Room, identity: str) -> Admission | None:
    """The admission that counts of whoever is known by `identity`, or by the other id of the same guest."""
    if "\0" in identity:
        return None
    known_as = {identity}
    member = find_member(room, identity)
    if member and member.guest_id:
        known_as |= {str(member.guest_id), str(member.public_id)}
    admissions = Admission.objects.filter(room=room, identity__in=known_as)
    return admissions.select_related("room", "member__user", "user").order_by("-issued_at").first()


def admit_stranger(room: Room, *, identity: str, name: str, now: datetime) -> Admission:
    """Somebody whom an operator's own tool has sent: without rights in our eyes, and without a claim to the name."""
    return Admission.objects.create(
        room=room,
        identity=identity[:100],
        name=(name or identity)[:100],
        base_permissions=0,
        permissions=0,
        badge=Badge.OTHER,
        issued_at=now,
        expires_at=now,
        released_at=now,
    )


def _reserve(visitor: Visitor, identity: str | None, name: str, *, now: datetime) -> Admission:
    return Admission.objects.create(
        room=visitor.room,
        identity=identity or ids.prefixed(name, fallback="participant"),
        name=name,
        member=visitor.member,
        user=visitor.user,
        link=visitor.link,
        base_permissions=int(visitor.permissions),
        permissions=int(visitor.permissions),
        badge=visitor.badge,
        issued_at=now,
        expires_at=now + RESERVATION,
    )


def _release_expired(room: Room, *, now: datetime) -> None:
    connected = Exists(Participation.objects.filter(admission=OuterRef("pk"), left_at=None))
    expired = Admission.objects.filter(~connected, room=room, released_at=None, expires_at__lt=now)
    expired.update(released_at=now)


def _free_name(room: Room, name: str) -> str:
    """`name` if it is free by now, else with the smallest number that nobody has."""
    stem = name_key(numbered(name, 0))[:-2]
    admitted = Admission.objects.filter(room=room, released_at=None, name_key__startswith=stem)
    taken = set(admitted.values_list("name_key", flat=True))
    if name_key(name) not in taken:
        return name
    number = 1
    while name_key(numbered(name, number)) in taken:
        number += 1
    return numbered(name, number)

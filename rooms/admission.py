"""Who may be in the call, under which name: made when a join token is issued (decisions.md 2, rest-api.md 7.4)."""

from datetime import datetime, timedelta
from http import HTTPStatus

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from meet import ids
from meet.errors import DomainError
from meet.names import name_key, numbered
from rooms.access import Visitor
from rooms.models import Admission, Member, Participation, Room

# How long a name stays reserved for a token that nobody connects with.
_RESERVATION = timedelta(hours=12)
_ATTEMPTS = 20


class NoNameLeft(DomainError):
    def __init__(self) -> None:
        message = "Unexpected error while generating room member token"
        super().__init__("Internal Server Error", HTTPStatus.INTERNAL_SERVER_ERROR, message)


def identity_of(member: Member | None, *, is_opaque: bool) -> str | None:
    """How a member is named in tokens; with `is_opaque` a guest by its public id instead of its secret."""
    if member is None:
        return None
    return member.public_id if is_opaque and member.public_id else member.member_id


def admit(visitor: Visitor, *, name: str, is_opaque: bool, now: datetime) -> tuple[Admission, bool]:
    """The admission of this visitor, and whether it was made now. Who is in already keeps identity and name."""
    identity = identity_of(visitor.member, is_opaque=is_opaque) or (visitor.user.user_id if visitor.user else None)
    kept = _renewed(visitor, identity, now=now)
    if kept:
        return kept, False
    _release_expired(visitor.room, now=now)
    try:
        return _reserve(visitor, identity, name, now=now), True
    except IntegrityError:
        pass  # the name is taken, or the same person came through another door at the same moment
    for _ in range(_ATTEMPTS):
        with transaction.atomic():
            # One at a time from here: all would try the same number.
            Room.objects.select_for_update(no_key=True).get(pk=visitor.room.pk)
            kept = _renewed(visitor, identity, now=now)
            if kept:
                return kept, False
            try:
                return _reserve(visitor, identity, _free_name(visitor.room, name), now=now), True
            except IntegrityError:
                continue  # taken by somebody whose wish was free at once, without the lock
    raise NoNameLeft


def _renewed(visitor: Visitor, identity: str | None, *, now: datetime) -> Admission | None:
    """The admission that this person has already, brought up to date. A guest may be known by either id."""
    if identity is None:
        return None
    same = Q(identity=identity)
    if visitor.member:
        same |= Q(member=visitor.member)
    admission = Admission.objects.filter(same, room=visitor.room, released_at=None).first()
    if admission is None:
        return None
    row = Admission.objects.filter(pk=admission.pk)
    mask = int(visitor.permissions)
    row.update(base_permissions=mask, issued_at=now, expires_at=now + _RESERVATION)
    # A promotion holds until the end of the session, also one that is made at this moment.
    row.filter(promoted=False).update(permissions=mask, badge=visitor.badge)
    return row.select_related("room", "member__user", "user").get()


def _reserve(visitor: Visitor, identity: str | None, name: str, *, now: datetime) -> Admission:
    """The partial unique constraints decide who gets the name."""
    with transaction.atomic():
        return Admission.objects.create(
            room=visitor.room,
            identity=identity or ids.prefixed(name, fallback="participant"),
            name=name,
            member=visitor.member,
            user=visitor.user,
            base_permissions=int(visitor.permissions),
            permissions=int(visitor.permissions),
            badge=visitor.badge,
            issued_at=now,
            expires_at=now + _RESERVATION,
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

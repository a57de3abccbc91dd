"""Room member tokens: the credential of a meeting page, and for those who join also their ticket to LiveKit
(rest-api.md 4.3)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from meet import clock, ids
from meet.errors import DomainError, Forbidden
from meet.livekit import gateway, tokens
from meet.names import name_key, numberable, numbered, tidy
from rooms.access import Visitor
from rooms.errors import NameMissing, RoomIsClosed
from rooms.models import Admission, Badge, Member, Participation, Room, RoomStatus
from rooms.permissions import Permission, media_sources, to_object
from rooms.representation import access_object, roles_object

# How long a name stays reserved for a token that nobody connects with.
_RESERVATION = timedelta(hours=12)
_ATTEMPTS = 20


def look_in(visitor: Visitor, *, is_opaque: bool, now: datetime) -> str:
    """A token that opens the room's API but not its meeting."""
    metadata = _metadata(
        visitor.room,
        visitor.permissions,
        visitor.badge,
        member_id=_member_id(visitor.member, is_opaque=is_opaque),
        user_id=visitor.user.user_id if visitor.user else None,
    )
    return tokens.sign(ttl=settings.MEET_ROOM_MEMBER_TOKEN_EXPIRATION, metadata=metadata, now=now)


def join(visitor: Visitor, *, name: str | None, is_opaque: bool, now: datetime) -> str:
    """A token to join with. The name is reserved before LiveKit is asked; when LiveKit is not there, a reservation made
    for nothing is taken back. With `is_opaque` a guest is named by its public id instead of its secret."""
    room = visitor.room
    if room.status is RoomStatus.CLOSED:
        raise RoomIsClosed(room.room_id)
    if Permission.meetingJoin not in visitor.permissions:
        raise Forbidden
    wanted = numberable(tidy(name or "") or visitor.default_name or "")
    if not wanted:
        raise NameMissing
    admission, is_new = _admit(visitor, name=wanted, is_opaque=is_opaque, now=now)
    try:
        gateway.ensure_room(room.room_id, metadata=room_metadata(room))
    except gateway.LiveKitError:
        if is_new:
            Admission.objects.filter(pk=admission.pk, participations=None).delete()
        raise
    return ticket(admission, is_opaque=is_opaque, now=now)


def ticket(admission: Admission, *, is_opaque: bool, now: datetime) -> str:
    """The token for `admission`; what it repeats of that row is for display, the row decides."""
    mask = Permission(admission.permissions)
    metadata = _metadata(
        admission.room,
        mask,
        Badge(admission.badge),
        member_id=_member_id(admission.member, is_opaque=is_opaque),
        user_id=admission.user.user_id if admission.user else None,
        promoted=admission.promoted,
        livekit_url=settings.LIVEKIT_URL,
    )
    grant = tokens.join_grant(
        room=admission.room.room_id, sources=media_sources(mask), may_send_data=Permission.chatWrite in mask
    )
    return tokens.sign(
        ttl=settings.MEET_ROOM_MEMBER_TOKEN_EXPIRATION,
        metadata=metadata,
        subject=admission.identity,
        name=admission.name,
        video=grant,
        now=now,
    )


def room_metadata(room: Room) -> dict[str, Any]:
    """What LiveKit keeps about the room; `createdBy` tells our rooms from others on the same server. No secrets: every
    participant reads it."""
    options: dict[str, Any] = {"roomName": room.name}
    if room.expires_at:
        options["autoDeletionDate"] = clock.to_ms(room.expires_at)
        options["autoDeletionPolicy"] = {
            "withMeeting": room.expiry_with_meeting,
            "withRecordings": room.expiry_with_recordings,
        }
    options["config"] = room.config
    options["roles"] = roles_object(room, with_old_names=False)
    access = access_object(room, base="", shows_links=False)
    access["user"].pop("url")
    options["access"] = access
    return {"createdBy": settings.MEET_NAME_ID, "roomOptions": options}


def _metadata(
    room: Room,
    mask: Permission,
    badge: Badge,
    *,
    member_id: str | None,
    user_id: str | None,
    promoted: bool = False,
    livekit_url: str | None = None,
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"roomId": room.room_id}
    if member_id:
        metadata["memberId"] = member_id
    if user_id:
        metadata["userId"] = user_id
    metadata["permissions"] = to_object(mask)
    metadata["badge"] = badge.value
    if promoted:
        metadata["isPromotedModerator"] = True
    if livekit_url:
        metadata["livekitUrl"] = livekit_url
    return metadata


def _member_id(member: Member | None, *, is_opaque: bool) -> str | None:
    if member is None:
        return None
    return member.public_id if is_opaque and member.public_id else member.member_id


# -- Admission -------------------------------------------------------------------------------------------------------


class NoNameLeft(DomainError):
    def __init__(self) -> None:
        message = "Unexpected error while generating room member token"
        super().__init__("Internal Server Error", 500, message)  # type: ignore[arg-type]


def _admit(visitor: Visitor, *, name: str, is_opaque: bool, now: datetime) -> tuple[Admission, bool]:
    """The admission of this visitor, and whether it was made now. Who is in already keeps identity and name."""
    identity = _member_id(visitor.member, is_opaque=is_opaque) or (visitor.user.user_id if visitor.user else None)
    if identity:
        kept = _renewed(visitor, identity, now=now)
        if kept:
            return kept, False
    _release_expired(visitor.room, now=now)
    for attempt in range(_ATTEMPTS):
        free = name if attempt == 0 else _free_name(visitor.room, name)
        try:
            return _reserve(visitor, identity or ids.prefixed(name, fallback="participant"), free, now=now), True
        except IntegrityError:
            # The name is taken, or the same person came through another door at the same moment.
            kept = _renewed(visitor, identity, now=now) if identity else None
            if kept:
                return kept, False
    raise NoNameLeft


def _renewed(visitor: Visitor, identity: str, *, now: datetime) -> Admission | None:
    admission = Admission.objects.filter(room=visitor.room, identity=identity, released_at=None).first()
    if admission is None:
        return None
    admission.room = visitor.room
    admission.base_permissions = int(visitor.permissions)
    if not admission.promoted:
        admission.permissions = int(visitor.permissions)
        admission.badge = visitor.badge
    admission.issued_at = now
    admission.expires_at = now + _RESERVATION
    admission.save(update_fields=["base_permissions", "permissions", "badge", "issued_at", "expires_at"])
    return admission


def _reserve(visitor: Visitor, identity: str, name: str, *, now: datetime) -> Admission:
    """The partial unique constraints decide who gets the name."""
    with transaction.atomic():
        return Admission.objects.create(
            room=visitor.room,
            identity=identity,
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
    """The name with the smallest number that nobody has."""
    stem = name_key(numbered(name, 0))[:-1]
    taken = set(
        Admission.objects.filter(room=room, released_at=None, name_key__startswith=stem).values_list(
            "name_key", flat=True
        )
    )
    number = 1
    while name_key(numbered(name, number)) in taken:
        number += 1
    return numbered(name, number)

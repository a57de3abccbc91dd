"""Room member tokens: the credential of a meeting page, and for those who join also their ticket to LiveKit
(rest-api.md 4.3)."""

from datetime import datetime
from typing import Any

from django.conf import settings

from meet import clock
from meet.errors import Forbidden
from meet.livekit import gateway, tokens
from meet.names import numberable, tidy
from rooms import telling
from rooms.access import Visitor
from rooms.admission import admit, bring_up_to_date, readmit
from rooms.errors import NameMissing, ParticipantNotFound, RoomIsClosed
from rooms.models import Admission, Room, RoomStatus
from rooms.permissions import Permission, media_sources
from rooms.representation import access_object, roles_object
from rooms.token_metadata import identity_of, metadata_of, metadata_of_admission


def look_in(visitor: Visitor, *, is_opaque: bool, now: datetime) -> str:
    """A token that opens the room's API but not its meeting."""
    metadata = metadata_of(
        visitor.room,
        visitor.permissions,
        visitor.badge,
        member_id=identity_of(visitor.member, is_opaque=is_opaque),
        user_id=visitor.user.user_id if visitor.user else None,
    )
    return tokens.sign(ttl=settings.MEET_ROOM_MEMBER_TOKEN_EXPIRATION, metadata=metadata, now=now)


def join(visitor: Visitor, *, name: str | None, is_opaque: bool, now: datetime) -> str:
    """A token to join with. The name is reserved before LiveKit is asked; when LiveKit is not there, a reservation made
    for nothing is taken back. With `is_opaque` a guest is named by its public id instead of its secret."""
    room = visitor.room
    _expect_allowed(visitor)
    wanted = numberable(tidy(name or "") or visitor.default_name or "")
    if not wanted:
        raise NameMissing
    admission, is_new = admit(visitor, name=wanted, is_opaque=is_opaque, now=now)
    try:
        gateway.ensure_room(room.room_id, metadata=room_metadata(room))
    except gateway.LiveKitError:
        if is_new:
            # Unless the same person has got a token by it meanwhile.
            Admission.objects.filter(pk=admission.pk, issued_at=admission.issued_at, participations=None).delete()
        raise
    return ticket(admission, now=now)


def renew(admission: Admission, room_id: str, *, now: datetime) -> str:
    """A fresh token for somebody in the meeting: identity and name as before, rights and badge as they are by now.
    404 unless they are connected (rest-api.md 4.4)."""
    _expect_room(admission, room_id)
    _expect_connected(admission)
    return ticket(bring_up_to_date(admission), now=now)


def rejoin(visitor: Visitor, admission: Admission, *, now: datetime) -> str:
    """A token with the rights that the visitor has by now, for whoever is in the meeting already: `admission` says
    under which identity and name. LiveKit is told, too; what it did not hear is repeated by a sweep."""
    _expect_room(admission, visitor.room.room_id)
    _expect_allowed(visitor)
    _expect_connected(admission)
    admission = readmit(admission, visitor, now=now)
    telling.tell_at_best([admission], now=now)
    return ticket(admission, now=now)


def _expect_allowed(visitor: Visitor) -> None:
    if visitor.room.status is RoomStatus.CLOSED:
        raise RoomIsClosed(visitor.room.room_id)
    if Permission.meetingJoin not in visitor.permissions:
        raise Forbidden


def _expect_room(admission: Admission, room_id: str) -> None:
    if admission.room.room_id != room_id:
        raise Forbidden


def _expect_connected(admission: Admission) -> None:
    room_id = admission.room.room_id
    try:
        gateway.participant(room_id, admission.identity)
    except gateway.NotFound as error:
        raise ParticipantNotFound(room_id, admission.identity) from error


def ticket(admission: Admission, *, now: datetime) -> str:
    """The token for `admission`; what it repeats of that row is for display, the row decides."""
    mask = Permission(admission.permissions)
    grant = tokens.join_grant(
        room=admission.room.room_id, sources=media_sources(mask), may_send_data=Permission.chatWrite in mask
    )
    return tokens.sign(
        ttl=settings.MEET_ROOM_MEMBER_TOKEN_EXPIRATION,
        metadata=metadata_of_admission(admission),
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

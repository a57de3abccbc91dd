"""Addresses of ours at which a recording plays, or is saved, without any header: what pages give to media elements.

Each is bound to one recording, to one purpose and to whom it was given, for six hours, and does at any moment what that
one could do then, never more (decisions.md 32): whose account is gone, whose link is switched off, whose rights were
changed, has an address that opens nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts.actor import Actor, Via
from accounts.models import User
from meet import clock
from meet.errors import DomainError, Forbidden, InvalidToken
from recordings.access import FOR_FILE, SHARED, RecordingVisitor, find
from recordings.models import Recording
from recordings.share_links import Share, expect_public, secret_of
from rooms.access import RoomMember, Visitor, permissions_of, visitor_again
from rooms.models import AccessLink, Admission, Member, Room
from rooms.permissions import NONE, Permission

LIFETIME = timedelta(hours=6)
_SALT = "recordings.media_links"


class Purpose(StrEnum):
    PLAY = "play"
    DOWNLOAD = "download"

    @property
    def need(self) -> Permission:
        return Permission.recordingPlay if self is Purpose.PLAY else Permission.recordingDownload


# By account, by a link of the recording, by a link or an invitation of its room, or by a token of the room.
Holder = User | RecordingVisitor | Visitor | RoomMember

_ROUTES = {Purpose.PLAY: "api-recording-media", Purpose.DOWNLOAD: "api-recording-download"}


def media_url(recording: Recording, *, for_: Holder, purpose: Purpose, now: datetime) -> str:
    """A path, with the prefix of the request at hand. Whether it opens anything is asked when it is used."""
    content = {
        "recording": recording.pk,
        "purpose": purpose.value,
        "at": clock.to_ms(now),
        "holder": _described(recording, for_),
    }
    signed = Signer(salt=_SALT).sign_object(content, compress=True)
    return f"{reverse(_ROUTES[purpose], args=[recording.recording_id])}?s={signed}"


def opened(signed: str, recording_id: str, purpose: Purpose, *, now: datetime) -> Recording:
    """The recording for whoever has the address. 401 if it is none of ours, is too old or was made for something else;
    404 if the recording is gone; 403 if its holder may not any more."""
    content = _read(signed)
    at = clock.from_ms(content["at"])
    if content["purpose"] != purpose or now > at + LIFETIME:
        raise InvalidToken
    recording = find(recording_id, among=FOR_FILE)
    if content["recording"] != recording.pk:
        raise InvalidToken
    holder = content["holder"]
    if purpose.need not in _RIGHTS[holder["kind"]](recording, holder, at):
        raise Forbidden
    return recording


def _read(signed: str) -> Mapping[str, Any]:
    try:
        return cast("Mapping[str, Any]", Signer(salt=_SALT).unsign_object(signed))
    except BadSignature as error:
        raise InvalidToken from error


# -- Holders ---------------------------------------------------------------------------------------------------------


def _described(recording: Recording, holder: Holder) -> dict[str, Any]:
    if isinstance(holder, User):
        return {"kind": "user", "user": holder.pk}
    if isinstance(holder, RecordingVisitor):
        secret = _digest(recording, holder.share)
        return {"kind": "share", "share": holder.share.value, "secret": secret, "user": _pk(holder.user)}
    if isinstance(holder, Visitor):
        guest = holder.member if holder.member and holder.member.guest_id else None
        return {"kind": "visitor", "link": _pk(holder.link), "guest": _pk(guest), "user": _pk(holder.user)}
    return {
        "kind": "room member",
        "room": holder.room_id,
        "permissions": int(holder.permissions),
        "admission": _pk(holder.admission),
        "member": _pk(holder.member),
        "user": _pk(holder.user),
    }


def _pk(row: User | Member | Admission | AccessLink | None) -> int | None:
    return row.pk if row else None


def _digest(recording: Recording, share: Share) -> str:
    """Of the secret: a new one ends the addresses that were made with the old one."""
    return salted_hmac(_SALT, secret_of(recording, share)).hexdigest()


# -- What they may do by now -----------------------------------------------------------------------------------------


def _as_user(recording: Recording, holder: Mapping[str, Any], _at: datetime) -> Permission:
    user = _active(holder["user"])
    return permissions_of(Actor(user, Via.SESSION), recording.room) if user else NONE


def _as_shared(recording: Recording, holder: Mapping[str, Any], _at: datetime) -> Permission:
    share = Share(holder["share"])
    if holder["secret"] != _digest(recording, share):
        return NONE
    if share is Share.PRIVATE:
        return SHARED if _active(holder["user"]) else NONE
    try:
        expect_public(recording.room)
    except DomainError:
        return NONE
    return SHARED


def _as_visitor(recording: Recording, holder: Mapping[str, Any], _at: datetime) -> Permission:
    room = recording.room
    link = guest = user = None
    if holder["link"]:
        link = room.links.filter(pk=holder["link"], enabled=True).first()
        if link is None or not room.links.filter(is_contract=True, role=link.role, enabled=True).exists():
            return NONE
    if holder["guest"]:
        guest = room.members.filter(pk=holder["guest"]).first()
        if guest is None:
            return NONE
    if holder["user"]:
        user = _active(holder["user"])
        if user is None and not (link or guest):
            return NONE
    visitor = _again(room, user=user, guest=guest, link=link)
    return visitor.permissions if visitor else NONE


def _again(room: Room, *, user: User | None, guest: Member | None, link: AccessLink | None) -> Visitor | None:
    return visitor_again(room.room_id, user=user, member=guest, link=link)


def _as_room_member(recording: Recording, holder: Mapping[str, Any], at: datetime) -> Permission:
    """What ends a room member token ends this as well."""
    room = recording.room
    if holder["room"] != room.room_id or at < room.roles_updated_at:
        return NONE
    mask = Permission(holder["permissions"])
    if holder["admission"]:
        admission = Admission.objects.filter(pk=holder["admission"], banned_at=None).first()
        mask &= admission.rights if admission else NONE
    if holder["member"] and not room.members.filter(pk=holder["member"], permissions_updated_at__lte=at).exists():
        return NONE
    if holder["user"]:
        user = _active(holder["user"])
        if user is None or at < user.role_updated_at:
            return NONE
    return mask


def _active(pk: int | None) -> User | None:
    users = User.objects.filter(is_active=True, must_change_password=False)
    return users.filter(pk=pk).first() if pk is not None else None


_RIGHTS = {"user": _as_user, "share": _as_shared, "visitor": _as_visitor, "room member": _as_room_member}

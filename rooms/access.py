"""Loading is authorising: the only ways in which an entry point gets a room."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q

from accounts.actor import Actor
from accounts.models import Role, Scope, User
from meet.errors import DomainError, Forbidden, NotAuthenticated
from rooms.errors import LinkIsDisabled, MemberNotFound, RoomNotFound, WrongSecret
from rooms.models import AccessLink, Admission, Badge, Member, Room, RoomQuerySet
from rooms.permissions import ALL, NONE, RECORDING_LINK, MeetingRole, Permission

_GUEST_PREFIX = "guest-"
# A character that PostgreSQL has no place for: whatever contains it, no row does.
_NULL = "\0"
# «Last used» of a link is worth one write an hour, not one a visitor.
_LAST_USED_STEP = timedelta(hours=1)


@dataclass(frozen=True)
class RoomMember:
    """The holder of a room member token, and what it may do in its one room."""

    room_id: str
    permissions: Permission
    badge: Badge
    identity: str | None
    member: Member | None
    user: User | None
    admission: Admission | None

    is_authenticated = True
    is_anonymous = False
    is_unlimited = False


Caller = Actor | RoomMember


class Need(Enum):
    """What an entry point wants to do with the room."""

    SEE = "see"
    MANAGE = "manage"


def room_for(caller: Caller, room_id: str, *, need: Need | Permission) -> Room:
    """The room, if `caller` may do what it needs; 404 if there is none, 403 if it is not for them."""
    room = _room(room_id)
    if isinstance(need, Permission):
        allowed = need in permissions_of(caller, room)
    else:
        allowed = _may_manage(caller, room) if need is Need.MANAGE else _may_see(caller, room)
    if not allowed:
        raise Forbidden
    return room


def member_for(caller: Caller, room_id: str, member_id: str) -> Member:
    """A member's record for whoever manages the room, and for the member. Unlike elsewhere, a member that does not
    exist is 404 before anybody is refused (rest-api.md 1.6)."""
    room = _room(room_id)
    member = find_member(room, member_id)
    if member is None:
        raise MemberNotFound(room.room_id, member_id)
    if isinstance(caller, RoomMember):
        is_own = caller.room_id == room.room_id and caller.member == member
    else:
        is_own = member.user == caller.user
    if not is_own and not _may_manage(caller, room):
        raise Forbidden
    return member


def find_member(room: Room, member_id: str) -> Member | None:
    """By user id, or by either id of a guest: the public one names, but never opens (decisions.md 3)."""
    if _NULL in member_id:
        return None
    members = room.members.select_related("user")
    return (
        members.filter(user__user_id=member_id).first()
        or members.filter(guest_id=member_id).first()
        or members.filter(public_id=member_id).first()
    )


def find_members(room: Room, member_ids: Collection[str]) -> dict[str, Member | None]:
    """As `find_member`, for many: in their order, None for those that are not there."""
    wanted = [member_id for member_id in member_ids if _NULL not in member_id]
    named = Q(user__user_id__in=wanted) | Q(guest_id__in=wanted) | Q(public_id__in=wanted)
    members = room.members.select_related("user").filter(named)
    by_id = {known_as: member for member in members for known_as in (member.member_id, member.public_id)}
    return {member_id: by_id.get(member_id) for member_id in member_ids}


def _room(room_id: str) -> Room:
    if _NULL in room_id:
        raise RoomNotFound(room_id)
    rooms: RoomQuerySet = Room.objects.with_status().select_related("owner").prefetch_related("links")
    try:
        return rooms.get(room_id=room_id)
    except Room.DoesNotExist as error:
        raise RoomNotFound(room_id) from error


def managed_rooms(actor: Actor, room_ids: Collection[str]) -> tuple[list[Room], dict[str, DomainError]]:
    """`room_for` many at once: the rooms that `actor` manages, and by id why the others are out of reach."""
    found = {
        room.room_id: room
        for room in Room.objects.select_related("owner").prefetch_related("links").filter(room_id__in=room_ids)
    }
    rooms: list[Room] = []
    refusals: dict[str, DomainError] = {}
    for room_id in room_ids:
        room = found.get(room_id)
        if room is None:
            refusals[room_id] = RoomNotFound(room_id)
        elif not _may_manage(actor, room):
            refusals[room_id] = Forbidden()
        else:
            rooms.append(room)
    return rooms, refusals


def _may_manage(caller: Caller, room: Room) -> bool:
    return isinstance(caller, Actor) and room.is_managed_by(caller.user)


def _may_see(caller: Caller, room: Room) -> bool:
    if isinstance(caller, RoomMember):
        return caller.room_id == room.room_id
    user = caller.user
    return room.is_managed_by(user) or room.user_access or room.members.filter(user=user).exists()


def permissions_of(caller: Caller, room: Room) -> Permission:
    """What `caller` may do in `room` (rest-api.md 4.6)."""
    if isinstance(caller, RoomMember):
        return caller.permissions if caller.room_id == room.room_id else NONE
    if room.is_managed_by(caller.user):
        return _all_for(caller)
    member = room.members.filter(user=caller.user).first()
    if member:
        return member.permissions
    return room.role_permissions(MeetingRole.SPEAKER) if room.user_access else NONE


def _all_for(actor: Actor) -> Permission:
    """The links make moderators of whoever reads them: a key that only reads gets none."""
    return ALL if actor.may(Scope.ROOMS_WRITE) else ALL & ~Permission.roomShareAccessLinks


def permissions_in(actor: Actor, rooms: Collection[Room]) -> dict[int, Permission]:
    """`permissions_of` for the rooms of a list, by primary key, in one query."""
    user = actor.user
    others = [room.pk for room in rooms if not room.is_managed_by(user)]
    members = Member.objects.filter(user=user, room__in=others) if others else Member.objects.none()
    masks = {key: Permission(mask) for key, mask in members.values_list("room_id", "effective_permissions")}
    for room in rooms:
        if room.is_managed_by(user):
            masks[room.pk] = _all_for(actor)
        elif room.pk not in masks:
            masks[room.pk] = room.role_permissions(MeetingRole.SPEAKER) if room.user_access else NONE
    return masks


def visible_rooms(actor: Actor) -> list[RoomQuerySet]:
    """The rooms that `actor` may see, as scopes that overlap: each is one index range, their OR is not
    (decisions.md 13)."""
    rooms: RoomQuerySet = Room.objects.all()
    if actor.user.is_admin:
        return [rooms]
    scopes = [rooms.filter(members__user=actor.user), rooms.filter(user_access=True)]
    if actor.user.role == Role.ROOM_MANAGER:
        scopes.append(rooms.filter(owner=actor.user))
    return scopes


# -- Visitors --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Visitor:
    """Somebody at the door of a room, by link, by account or by both (rest-api.md 4.3)."""

    room: Room
    permissions: Permission
    badge: Badge
    member: Member | None = None
    user: User | None = None
    link: AccessLink | None = None
    default_name: str | None = None


def visitor_for(room_id: str, *, secret: str | None, user: User | None, now: datetime) -> Visitor:
    """Whom the credentials make, with the rights of both added up. 404 unknown room or guest, 400 wrong secret,
    403 link switched off or no access, 401 neither secret nor user."""
    if secret is None and user is None:
        raise NotAuthenticated
    room = _room(room_id)
    by_user = _by_account(room, user) if user else None
    if secret is None:
        if by_user is None:
            raise Forbidden
        return by_user
    by_secret = _by_guest_id(room, secret) if secret.startswith(_GUEST_PREFIX) else _by_link(room, secret, now=now)
    if user is None:
        return by_secret
    return _both(by_secret, by_user or _stranger(room, user))


def visitor_again(room_id: str, *, user: User | None, member: Member | None, link: AccessLink | None) -> Visitor | None:
    """Whom the same account, invitation and link make by now; None if nobody that may enter. Whether the link is still
    switched on does not matter: it has opened (rest-api.md 4.4)."""
    room = _room(room_id)
    by_user = _by_account(room, user) if user and user.is_active else None
    if link:
        by_secret: Visitor | None = _through(room, link)
    else:
        guest = room.members.exclude(guest_id=None).filter(pk=member.pk).first() if member else None
        by_secret = _guest(room, guest) if guest else None
    if by_secret is None:
        return by_user
    return _both(by_secret, by_user or _stranger(room, user)) if user else by_secret


def _by_account(room: Room, user: User) -> Visitor | None:
    if room.owner_id == user.pk:
        return Visitor(room, ALL, Badge.OWNER, user=user, default_name=user.name)
    if user.is_admin:
        return Visitor(room, ALL, Badge.ADMIN, user=user, default_name=user.name)
    member = room.members.select_related("user").filter(user=user).first()
    if member:
        badge = badge_for(room, member.permissions)
        return Visitor(room, member.permissions, badge, member=member, user=user, default_name=member.name)
    if room.user_access:
        mask = room.role_permissions(MeetingRole.SPEAKER)
        return Visitor(room, mask, badge_for(room, mask), user=user, default_name=user.name)
    return None


def _by_guest_id(room: Room, guest_id: str) -> Visitor:
    member = room.members.filter(guest_id=guest_id).first() if _NULL not in guest_id else None
    if member is None:
        raise MemberNotFound(room.room_id, guest_id)
    return _guest(room, member)


def _guest(room: Room, member: Member) -> Visitor:
    badge = badge_for(room, member.permissions)
    return Visitor(room, member.permissions, badge, member=member, default_name=member.name)


def _stranger(room: Room, user: User) -> Visitor:
    """An account that adds no rights to those of a secret, but says who they are."""
    return Visitor(room, NONE, Badge.OTHER, user=user, default_name=user.name)


def _by_link(room: Room, secret: str, *, now: datetime) -> Visitor:
    links = list(room.links.all())
    link = next((link for link in links if hmac.compare_digest(link.secret.encode(), secret.encode())), None)
    if link is None:
        raise WrongSecret(room.room_id)
    master = next((other for other in links if other.is_contract and other.role == link.role), link)
    if not link.enabled or not master.enabled:
        raise LinkIsDisabled(room.room_id, link.role)
    if link.last_used_at is None or now - link.last_used_at > _LAST_USED_STEP:
        AccessLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return _through(room, link)


def _through(room: Room, link: AccessLink) -> Visitor:
    is_recording = link.role == AccessLink.Role.RECORDING
    mask = RECORDING_LINK if is_recording else room.role_permissions(MeetingRole(link.role))
    return Visitor(room, mask, badge_for(room, mask), link=link)


def _both(by_secret: Visitor, by_user: Visitor) -> Visitor:
    """An account behind a link: permissions of both, the name of the link's guest, the rank of the account."""
    room = by_secret.room
    mask = by_secret.permissions | by_user.permissions
    badge = by_user.badge if by_user.badge in (Badge.OWNER, Badge.ADMIN) else badge_for(room, mask)
    return Visitor(
        room,
        mask,
        badge,
        member=by_secret.member or by_user.member,
        user=by_user.user,
        link=by_secret.link,
        default_name=by_secret.default_name or by_user.default_name,
    )


def badge_for(room: Room, mask: Permission) -> Badge:
    """Moderator is whoever may do all that the room's moderators may."""
    moderators = room.role_permissions(MeetingRole.MODERATOR)
    return Badge.MODERATOR if mask & moderators == moderators else Badge.OTHER

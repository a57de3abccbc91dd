"""Standing invitations: who is a member of a room, with which rights (rest-api.md 1.6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from meet import clock, ids
from meet.names import tidy
from rooms import moderation, telling
from rooms.errors import (
    AlreadyMember,
    MemberExternalIdTaken,
    MemberNotFound,
    NeedsNoMembership,
    RoomNotFound,
    UserNotFound,
)
from rooms.models import Member, Room
from rooms.permissions import MeetingRole, Permission, from_object


@dataclass(frozen=True)
class NewMember:
    """Either a user or a guest's name; `custom_permissions` differ from those of the role."""

    base_role: MeetingRole
    user_id: str | None = None
    name: str = ""
    custom_permissions: Mapping[str, bool] = field(default_factory=dict)
    external_id: str | None = None


@dataclass(frozen=True)
class MemberChange:
    """What is None stays; an empty `external_id` takes it away."""

    base_role: MeetingRole | None = None
    custom_permissions: Mapping[str, bool] | None = None
    external_id: str | None = None


def add(room: Room, wish: NewMember, *, now: datetime) -> Member:
    user = _invitable(room, wish.user_id) if wish.user_id is not None else None
    member = Member(
        user=user,
        guest_id=None if user else f"guest-{ids.hex_secret()}",
        public_id=None if user else f"guest-{ids.hex_secret()}",
        name=user.name if user else tidy(wish.name),
        external_id=wish.external_id or None,
        base_role=wish.base_role,
        custom_permissions=dict(wish.custom_permissions),
        created_at=now,
        permissions_updated_at=now,
    )
    try:
        with transaction.atomic():
            member.room = _held(room)
            member.effective_permissions = int(effective_permissions(member))
            member.save(force_insert=True)
    except IntegrityError as error:
        if user and room.members.filter(user=user).exists():
            raise AlreadyMember(room.room_id, user.user_id) from error
        raise MemberExternalIdTaken(room.room_id, str(wish.external_id)) from error
    return member


def change(member: Member, wish: MemberChange, *, now: datetime) -> Member:
    """The member with other rights, which reach a running meeting at once: tokens from before hold no longer."""
    room = member.room
    try:
        with transaction.atomic():
            member = _held_member(_held(room), member)
            member.base_role = wish.base_role or member.base_role
            if wish.custom_permissions is not None:
                member.custom_permissions = dict(wish.custom_permissions)
            if wish.external_id is not None:
                member.external_id = wish.external_id or None
            member.effective_permissions = int(effective_permissions(member))
            member.permissions_updated_at = clock.after(member.permissions_updated_at, now)
            member.save()
            people = moderation.apply_rights(member, now=now)
    except IntegrityError as error:
        raise MemberExternalIdTaken(room.room_id, str(wish.external_id)) from error
    moderation.tell_of_rights(member, people, now=now)
    return member


def remove(members: Sequence[Member], *, now: datetime) -> None:
    """Takes the invitations back, and sends out whoever came in by one."""
    with transaction.atomic():
        _hold_all(members)
        people = moderation.ban_members(members, now=now)
        Member.objects.filter(pk__in=[member.pk for member in members]).delete()
    telling.tell_at_best(people, now=now)


def effective_permissions(member: Member) -> Permission:
    """Those of the role, with the member's own over them."""
    return from_object(member.custom_permissions, base=member.room.role_permissions(MeetingRole(member.base_role)))


def _invitable(room: Room, user_id: str) -> User:
    user = User.objects.filter(user_id=user_id).first()
    if user is None:
        raise UserNotFound(user_id)
    if room.members.filter(user=user).exists():
        raise AlreadyMember(room.room_id, user_id)
    if room.is_managed_by(user):
        raise NeedsNoMembership(room.room_id, user_id)
    return user


def _held(room: Room) -> Room:
    """The room as it is, until the transaction ends: the rights of its roles may change at this moment."""
    held: Room | None = Room.objects.select_for_update(no_key=True).filter(pk=room.pk).first()
    if held is None:
        raise RoomNotFound(room.room_id)
    return held


def _hold_all(members: Sequence[Member]) -> None:
    """Their rooms: nobody comes in by an invitation that is being taken back."""
    rooms = Room.with_deleted.filter(pk__in={member.room_id for member in members}).order_by("pk")
    list(rooms.select_for_update(no_key=True))


def _held_member(room: Room, member: Member) -> Member:
    held = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user").filter(pk=member.pk)
    found: Member | None = held.first()
    if found is None:
        raise MemberNotFound(room.room_id, member.member_id)
    found.room = room
    return found

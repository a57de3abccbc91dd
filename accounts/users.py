"""Accounts as administrators manage them, and what becomes of a user's rooms and meetings (rest-api.md 1.2, 2.5).

Rooms belong to a layer above: they are reached by the reverse relations of `User`, meetings through LiveKit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import passwords
from accounts.actor import Actor
from accounts.models import Role, Scope, User
from meet import clock
from meet.errors import DomainError, Forbidden
from meet.livekit import gateway, signals
from meet.names import tidy

log = structlog.get_logger(__name__)

# A character that PostgreSQL has no place for: whatever contains it, no row does.
_NULL = "\0"
# Of rooms held by one statement: databases take no more than some ten thousand parameters.
_BATCH = 1000


class UserError(DomainError):
    """`brief` is what the answer to a bulk request says instead."""

    def __init__(self, status: HTTPStatus, message: str, *, brief: str = "") -> None:
        super().__init__("User Error", status, message)
        self.brief = brief


class UserNotFound(UserError):
    def __init__(self, user_id: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"User '{user_id}' not found", brief="User not found")


class UserExists(UserError):
    def __init__(self, user_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"User '{user_id}' already exists")


class Refused(UserError):
    """`what` cannot be done to this account; `why` says what to do instead."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, f"{what}. {why}", brief=what)


# What `Refused` is made of.
OWN_PASSWORD = ("Cannot reset your own password", "Please use the change-password endpoint to change your password.")
ROOT_PASSWORD = ("Cannot reset password for the root admin user", "The root admin must change their own password.")
OWN_ROLE = ("Cannot change your own role", "Please have another administrator change your role if needed.")
ROOT_ROLE = ("Cannot change the role of the root admin user", "This account must retain administrative privileges.")
OWN_ACCOUNT = ("Cannot delete your own account", "Please have another administrator delete your account if needed.")
ROOT_ACCOUNT = ("Cannot delete the root admin user", "This account is required for system administration.")


@dataclass(frozen=True)
class NewUser:
    user_id: str
    name: str
    role: Role
    password: str


def create(wish: NewUser, *, by: Actor, now: datetime) -> User:
    """The user, who must choose another password at the first sign-in."""
    _protect_administrators(wish.role, by=by)
    try:
        return User.objects.create_user(
            user_id=wish.user_id,
            name=tidy(wish.name),
            role=wish.role,
            password=wish.password,
            must_change_password=True,
            now=now,
        )
    except IntegrityError as error:
        raise UserExists(wish.user_id) from error


def find(user_id: str) -> User:
    user = User.objects.filter(user_id=user_id).first() if _NULL not in user_id else None
    if user is None:
        raise UserNotFound(user_id)
    return user


def reset_password(user_id: str, new: str, *, by: Actor, now: datetime) -> None:
    """Whoever knows the new password has to change it at the next sign-in."""
    if user_id == by.user.user_id:
        raise Refused(*OWN_PASSWORD)
    if _is_root(user_id):
        raise Refused(*ROOT_PASSWORD)
    with transaction.atomic():
        user = _locked(user_id)
        _protect_administrators(user.role, by=by)
        passwords.replace(user, new, must_change=True, now=now)


def change_role(user_id: str, role: Role, *, by: Actor, now: datetime) -> User:
    """Whoever may own no rooms any more hands theirs over to the root admin; whoever may enter every room needs no
    membership. The old tokens end, and the meetings that the user is in are told."""
    if _is_root(user_id):
        raise Refused(*ROOT_ROLE)
    if user_id == by.user.user_id:
        raise Refused(*OWN_ROLE)
    with transaction.atomic():
        _hold_rooms(user_id)
        user = _locked(user_id)
        if user.role == role:
            return user
        _protect_administrators(user.role, role, by=by)
        user.role = role
        user.role_updated_at = clock.after(user.role_updated_at, now)
        user.save(update_fields=["role", "role_updated_at"])
        if role is Role.ROOM_MEMBER:
            _hand_over_rooms(user)
        if role is Role.ADMIN:
            user.memberships.all().delete()
        seats = _seats(user)
    _at_each(seats, lambda seat: signals.permissions_updated(seat.room_id, seat.identity, now=now))
    return user


def delete(user_id: str, *, by: Actor, now: datetime) -> None:
    """The rooms go to the root admin, memberships end, and the user is sent out of every meeting."""
    _send_out(_delete(user_id, by=by, now=now))


@dataclass
class BulkDeletion:
    """`failed` says of each id why."""

    deleted: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def delete_many(user_ids: Iterable[str], *, by: Actor, now: datetime) -> BulkDeletion:
    """Each by itself: one that cannot be deleted keeps no other from it."""
    outcome = BulkDeletion()
    seats: list[Seat] = []
    for user_id in user_ids:
        try:
            seats += _delete(user_id, by=by, now=now)
        except UserError as error:
            outcome.failed[user_id] = error.brief
        except Forbidden as error:
            outcome.failed[user_id] = error.message
        else:
            outcome.deleted.append(user_id)
    _send_out(seats)
    return outcome


# -- What belongs to a user ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seat:
    """Where a user is in a meeting right now."""

    room_id: str
    identity: str


def _delete(user_id: str, *, by: Actor, now: datetime) -> list[Seat]:
    """Returns where the user still has to be sent out."""
    if _is_root(user_id):
        raise Refused(*ROOT_ACCOUNT)
    if user_id == by.user.user_id:
        raise Refused(*OWN_ACCOUNT)
    with transaction.atomic():
        _hold_rooms(user_id)
        user = _locked(user_id)
        _protect_administrators(user.role, by=by)
        seats = _seats(user)
        _hand_over_rooms(user)
        _bar(user, now=now)
        user.memberships.all().delete()
        user.delete()
    return seats


def _locked(user_id: str) -> User:
    """Held until the transaction ends, so that nobody gives the user another room or role meanwhile."""
    user = User.objects.select_for_update().filter(user_id=user_id).first() if _NULL not in user_id else None
    if user is None:
        raise UserNotFound(user_id)
    return user


def _hold_rooms(user_id: str) -> None:
    """All that the user owns, is a member of or is admitted to, in one order and before the user: whoever writes there
    holds the room first, and LiveKit's events do."""
    user = find(user_id)
    pks = set(user.rooms(manager="with_deleted").values_list("pk", flat=True))
    pks |= set(user.memberships.values_list("room_id", flat=True))
    pks |= set(user.admissions.filter(released_at=None).values_list("room_id", flat=True))
    room_model: Any = User.rooms.rel.related_model
    rooms = room_model.with_deleted.select_for_update(no_key=True).order_by("pk")
    ordered = sorted(pks)
    for start in range(0, len(ordered), _BATCH):
        list(rooms.filter(pk__in=ordered[start : start + _BATCH]).values_list("pk"))


def _hand_over_rooms(user: User) -> None:
    """Tombstones too: their recordings are still there. What the new owner has a room by that name for already, a
    room no longer answers to."""
    root = User.objects.root()
    user.rooms.filter(external_id__in=root.rooms.values("external_id")).update(external_id=None)
    user.rooms(manager="with_deleted").update(owner=root)


def _seats(user: User) -> list[Seat]:
    connected = user.admissions.filter(
        participations__joined_at__isnull=False,
        participations__left_at=None,
        participations__meeting__ended_at=None,
    )
    places = connected.values_list("room__room_id", "identity").distinct()
    return [Seat(room_id, identity) for room_id, identity in places]


def _bar(user: User, *, now: datetime) -> None:
    """Ends the tokens for meetings, which would outlive the account; the names are free again. Connections become due
    for the sweep over people about whom LiveKit has to be told, should it not listen now."""
    for admission in user.admissions.filter(released_at=None):
        admission.participations.filter(left_at=None).update(restricted_at=None)
    user.admissions.filter(banned_at=None).update(banned_at=now)
    user.admissions.filter(released_at=None).update(released_at=now)


def _send_out(seats: Iterable[Seat]) -> None:
    _at_each(seats, lambda seat: gateway.remove_participant(seat.room_id, seat.identity))


def _at_each(seats: Iterable[Seat], act: Callable[[Seat], None]) -> None:
    """As well as LiveKit lets us: what the database says holds anyway. No identities in the log: a guest's is a
    secret."""
    for seat in seats:
        try:
            act(seat)
        except gateway.LiveKitUnavailable as error:
            log.warning("meetings of a user not reached", room_id=seat.room_id, reason=error.reason)
            return
        except gateway.LiveKitError as error:
            log.info("meeting of a user not reached", room_id=seat.room_id, reason=error.reason)


# -- Who may not be touched ------------------------------------------------------------------------------------------


def _is_root(user_id: str) -> bool:
    return bool(user_id == settings.MEET_INITIAL_ADMIN_USER)


def _protect_administrators(*roles: str, by: Actor) -> None:
    """A key for users only must not make itself an administrator, nor take over one."""
    if Role.ADMIN in roles and not by.may(Scope.ADMIN):
        raise Forbidden

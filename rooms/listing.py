"""Lists of rooms: whose, which of them, and in which order (rest-api.md 1.5)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.actor import Actor
from accounts.models import User
from meet.api.matching import TextMatch
from meet.api.pagination import Sort
from meet.errors import Forbidden
from rooms.access import visible_rooms
from rooms.models import AccessLink, ContractLink, Room, RoomQuerySet, RoomStatus

SORTS = {
    "creationDate": Sort("created_at", datetime),
    "roomName": Sort("name_key", str),
    "autoDeletionDate": Sort("expires_at", datetime, nullable=True),
}
# Of an owner, whose other columns need not be read for every row.
_UNSHOWN = [f"owner__{each.name}" for each in User._meta.concrete_fields if each.name not in {"id", "user_id", "name"}]


@dataclass(frozen=True)
class Filters:
    """`owner`, `member` and `user_access` add up among themselves; everything else narrows."""

    name: TextMatch
    status: RoomStatus | None = None
    owner: str | None = None
    member: str | None = None
    user_access: bool = False
    external_id: str | None = None


def scopes(actor: Actor, filters: Filters) -> list[RoomQuerySet]:
    """What `actor` asks for, as scopes that overlap: each is one index range, their OR is not (decisions.md 13).
    Raises `Forbidden` for questions about somebody else's rooms."""
    found = [scope.filter(filters.name.on("name", key="name_key")) for scope in _related(actor, filters)]
    if filters.status:
        found = [scope.in_status(filters.status) for scope in found]
    if filters.external_id:
        found = [scope.filter(external_id=filters.external_id) for scope in found]
    return found


def whole(rooms: RoomQuerySet) -> RoomQuerySet:
    """With what a list shows of them, and of their owners."""
    return rooms.with_status().select_related("owner").defer(*_UNSHOWN)


def read_links(rooms: Sequence[Room]) -> None:
    """The contract's links of all `rooms`, as far as lists show them. As rows: sixty objects more would cost a
    millisecond."""
    found = AccessLink.objects.filter(is_contract=True, room__in=[room.pk for room in rooms])
    by_room = defaultdict[int, list[ContractLink]](list)
    for link in found.values_list("room_id", "role", "secret", "enabled", named=True):
        by_room[link.room_id].append(link)
    for room in rooms:
        room.contract_links = by_room[room.pk]


def _related(actor: Actor, filters: Filters) -> list[RoomQuerySet]:
    if not (filters.owner or filters.member or filters.user_access):
        return visible_rooms(actor)
    somebody_else = {filters.owner, filters.member} - {None, actor.user.user_id}
    if somebody_else and not actor.user.is_admin:
        raise Forbidden
    rooms: RoomQuerySet = Room.objects.all()
    related = []
    if filters.owner:
        related.append(rooms.filter(owner=_key_of(actor, filters.owner)))
    if filters.member:
        related.append(_with_member(actor, filters.member))
    if filters.user_access:
        related.append(rooms.filter(user_access=True))
    return related


def _with_member(actor: Actor, member_id: str) -> RoomQuerySet:
    """By the id of a user or, for those who may read them, of a guest."""
    rooms: RoomQuerySet = Room.objects.all()
    if member_id.startswith("guest-"):
        return rooms.filter(members__guest_id=member_id)
    return rooms.filter(members__user=_key_of(actor, member_id))


def _key_of(actor: Actor, user_id: str) -> int:
    """Looked up apart: with a join instead the indexes that begin with a key are of no use."""
    if user_id == actor.user.user_id:
        return actor.user.pk
    return User.objects.filter(user_id=user_id).values_list("pk", flat=True).first() or 0

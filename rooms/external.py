"""Rooms by the name that their owner's own system has for them (ours)."""

from datetime import datetime

from accounts.models import User
from rooms import configuration, lifecycle
from rooms.configuration import Changes
from rooms.errors import ExternalIdTaken
from rooms.lifecycle import NewRoom
from rooms.models import Room

_ATTEMPTS = 3


def make_or_change(wish: NewRoom, changes: Changes, *, owner: User, now: datetime) -> tuple[Room, bool]:
    """The room that `owner` knows as `wish.external_id`, brought up to date by `changes` or else made; and whether it
    was made. Of several callers at once one makes it, by constraint, and the others change it."""
    external_id = wish.external_id or ""
    for _ in range(_ATTEMPTS):
        room = _find(external_id, owner=owner)
        if room:
            configuration.change(room, changes, now=now)
            return room, False
        try:
            return lifecycle.create(wish, owner=owner, now=now), True
        except ExternalIdTaken:
            continue  # made by somebody else since we looked
    raise ExternalIdTaken(external_id, owner.user_id)


def _find(external_id: str, *, owner: User) -> Room | None:
    rooms = Room.objects.with_status().select_related("owner").prefetch_related("links")
    room: Room | None = rooms.filter(owner=owner, external_id=external_id).first()
    return room

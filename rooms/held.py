"""A room held for a change: read, changed and saved with nobody in between."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from rooms import lifecycle
from rooms.errors import RoomHasMeeting, RoomNotFound
from rooms.models import Room


@contextmanager
def held(room: Room, *columns: str) -> Iterator[Room]:
    """The row of `room` as it is by now; its `columns` are saved at the end, and `room` shows them then."""
    with transaction.atomic():
        row = lifecycle.locked(room.room_id)
        if row is None or row.deleted_at:
            raise RoomNotFound(room.room_id)
        row.has_open_meeting = row.open_meeting() is not None
        yield row
        row.save(update_fields=columns)
    for column in columns:
        setattr(room, column, getattr(row, column))
    room.has_open_meeting = row.has_open_meeting


@contextmanager
def idle(room: Room, *columns: str) -> Iterator[Room]:
    """As `held`, for what a meeting relies on; `RoomHasMeeting` while there is one."""
    with held(room, *columns) as row:
        if row.has_open_meeting:
            raise RoomHasMeeting(room.room_id)
        yield row

"""`bin/bench seed`: fills the database of DATABASE_URL (or of the data directory) as large installations are filled."""

import itertools
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, models

from accounts.models import Role, User
from meet import clock
from recordings.models import Recording
from rooms.models import AccessLink, Member, Room, default_config
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT

PASSWORD = "benchmark-password"  # noqa: S105
_MEMBERS_PER_ROOM = 3
_ROOMS_PER_RECORDING = 5
_BATCH = 10_000
_WORDS = ("Daily", "Weekly", "Planning", "Review", "Board", "Support", "Design", "Sales", "Research", "Music")

Row = tuple[Any, ...]


def seed(*, rooms: int, users: int) -> None:
    """`rooms` rooms with three links and three members each, a recording in every fifth; a tenth of the rooms is open
    to all users. Half of the users are managers, who own them. Prints how long each table took."""
    now = clock.now()
    if Room.with_deleted.exists():
        raise SystemExit("There are rooms in this database already; a benchmark wants one of its own.")
    people = _fill(User, _USER, _users(users, now, make_password(PASSWORD)))
    owners = [pk for pk, role in people.values_list("pk", "role") if role == Role.ROOM_MANAGER]
    room_ids = _fill(Room, _ROOM, _rooms(rooms, owners, now)).order_by("pk").values_list("pk", flat=True)
    first = room_ids[0]
    user_ids = list(people.values_list("pk", flat=True))
    _fill(AccessLink, _LINK, _links(rooms, first, now))
    _fill(Member, _MEMBER, _members(rooms, first, user_ids, now))
    _fill(Recording, _RECORDING, _recordings(rooms, first, now))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> models.QuerySet[Any]:
    """Inserts `rows` and returns all of the model's."""
    began = time.monotonic()
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(columns)
    count = 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for count, row in enumerate(rows, start=1):  # noqa: B007
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            for batch in _batches(rows):
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)  # noqa: S608 (our own names)
                count += len(batch)
    print(f"{model.__name__}: {count:,} rows in {time.monotonic() - began:.0f} s", flush=True)
    return model._base_manager.all()


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """For SQLite, which knows moments as text only."""
    adapted = (tuple(_adapted(value) for value in row) for row in rows)
    while batch := list(itertools.islice(adapted, _BATCH)):
        yield batch


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


_USER = (
    "password", "user_id", "name", "name_key", "role", "must_change_password", "created_at", "role_updated_at",
    "is_active",
)  # fmt: skip


def _users(count: int, now: datetime, password: str) -> Iterator[Row]:
    for number in range(count):
        role = Role.ROOM_MANAGER if number % 2 == 0 else Role.ROOM_MEMBER
        moment = now - timedelta(seconds=number)
        name = f"Person {number}"
        yield password, f"person_{number}", name, name.lower(), role.value, False, moment, moment, True


_ROOM = (
    "room_id", "name", "name_key", "owner_id", "created_at", "expires_at", "expiry_with_meeting",
    "expiry_with_recordings", "on_meeting_end", "on_meeting_end_recordings", "config", "moderator_permissions",
    "speaker_permissions", "user_access", "auto_recording", "roles_updated_at",
)  # fmt: skip


def _rooms(count: int, owners: Sequence[int], now: datetime) -> Iterator[Row]:
    config = json.dumps(default_config())
    moderator, speaker = int(MODERATOR_DEFAULT), int(SPEAKER_DEFAULT)
    for number in range(count):
        name = _room_name(number, count)
        moment = now - timedelta(seconds=20 * (count - number))
        expires = now + timedelta(days=number % 900 + 1) if number % 3 == 0 else None
        yield (
            _room_id(name, number), name, name.lower(), owners[number % len(owners)],
            moment, expires, "when_meeting_ends", "close", "none", "close", config, moderator, speaker,
            number % 10 == 0, False, moment,
        )  # fmt: skip


def _room_name(number: int, count: int) -> str:
    """Whether a room is recorded, or open to all, says nothing about its name."""
    return f"{_WORDS[number // 10 * 7 % 10]} {number * 7919 % count}"


def _room_id(name: str, number: int) -> str:
    return f"{name.lower().replace(' ', '_')}-{number:015d}"


_LINK = ("room_id", "role", "secret", "enabled", "is_contract", "label", "created_at")


def _links(rooms: int, first: int, now: datetime) -> Iterator[Row]:
    for number in range(rooms):
        for index, role in enumerate(AccessLink.Role.values):
            yield first + number, role, f"{number:031x}{index}", True, True, "", now


_MEMBER = (
    "room_id", "user_id", "name", "name_key", "base_role", "custom_permissions", "effective_permissions", "created_at",
    "permissions_updated_at",
)  # fmt: skip


def _members(rooms: int, first: int, users: Sequence[int], now: datetime) -> Iterator[Row]:
    speaker = int(SPEAKER_DEFAULT)
    for number in range(rooms):
        for index in range(_MEMBERS_PER_ROOM):
            position = (number * 13 + index * 1009) % len(users)
            name = f"Person {position}"
            yield first + number, users[position], name, name.lower(), "speaker", "{}", speaker, now, now


_RECORDING = (
    "recording_id", "uid", "room_id", "room_name", "room_name_key", "status", "backend", "host", "egress_id", "key",
    "layout", "encoding", "size", "duration", "error", "details", "public_secret", "private_secret", "started_by",
    "created_at", "started_at", "ended_at", "released_at", "outcome", "delivery_attempts", "deleted_by",
    "deletion_reason", "purge_attempts",
)  # fmt: skip


def _recordings(rooms: int, first: int, now: datetime) -> Iterator[Row]:
    for number in range(0, rooms, _ROOMS_PER_RECORDING):
        uid = f"{number:010x}"
        name = _room_name(number, rooms)
        room_id = _room_id(name, number)
        seconds = 60 + number * 31 % 7200
        began = now - timedelta(seconds=100 * (rooms - number))
        ended = began + timedelta(seconds=seconds)
        yield (
            f"{room_id}--EG_{uid}--{uid}", uid, first + number, name, name.lower(), "complete", "browser", "",
            f"EG_{uid}", f"recordings/{room_id}/{room_id}--{uid}.mp4", "grid", '"H264_720P_30"', seconds * 300_000,
            float(seconds), "", "", f"{number:031x}p", f"{number:031x}q", "Person 0", began, began, ended, ended,
            "complete", 1, "", "", 0,
        )  # fmt: skip

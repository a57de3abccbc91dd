"""Lists of recordings: whose, which of them, and in which order (rest-api.md 1.8, 5.7)."""

from dataclasses import dataclass
from datetime import datetime

from meet import ids
from meet.api.matching import MatchMode, TextMatch
from meet.api.pagination import Sort
from recordings.access import visible_recordings
from recordings.models import RecordingQuerySet, RecordingStatus
from recordings.representation import COLUMNS
from rooms.access import Caller, RoomMember
from rooms.models import Room

SORTS = {
    "startDate": Sort("started_at", datetime, nullable=True),
    "roomName": Sort("room_name_key", str),
    "duration": Sort("duration", float, nullable=True),
    "size": Sort("size", int, nullable=True),
}
ANY_NAME = TextMatch("roomName", "", MatchMode.EXACT, ignores_case=False)


@dataclass(frozen=True)
class Filters:
    """All of them narrow. `room` is an id or, if no room has it, an exact name; with it, `name` means nothing."""

    room: str | None = None
    name: TextMatch = ANY_NAME
    status: RecordingStatus | None = None


def scopes(caller: Caller, filters: Filters) -> list[RecordingQuerySet]:
    """What `caller` asks for, as scopes that overlap (decisions.md 13). Raises `Forbidden` for tokens that list none;
    others list their room, whichever is asked for."""
    found = visible_recordings(caller)
    if filters.room is not None:
        if not isinstance(caller, RoomMember):
            found = _in_room(found, filters.room)
    elif filters.name:
        found = [scope.filter(filters.name.on("room_name", key="room_name_key")) for scope in found]
    if filters.status:
        found = [scope.filter(status=filters.status) for scope in found]
    return found


def whole(recordings: RecordingQuerySet) -> RecordingQuerySet:
    """With what the pages show of them."""
    return recordings.select_related("room")


def as_shown(recordings: RecordingQuerySet) -> RecordingQuerySet:
    """With what the API shows of them; to read the other half of both rows would cost a millisecond."""
    return whole(recordings).only(*COLUMNS)


def _in_room(found: list[RecordingQuerySet], room: str) -> list[RecordingQuerySet]:
    """The key is looked up apart: with a join instead the index that begins with it is of no use."""
    key = Room.objects.filter(room_id=ids.cleaned(room)).values_list("pk", flat=True).first()
    if key is not None:
        return [scope.filter(room=key) for scope in found]
    named = TextMatch("roomId", room, MatchMode.EXACT, ignores_case=False).on("room_name", key="room_name_key")
    return [scope.filter(named) for scope in found]

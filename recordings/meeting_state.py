"""How a room is recorded at this moment, for the page of its meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from recordings.models import Recording
from recordings.recorders import recorder
from recordings.representation import recording_object, start_signal
from rooms.models import Room


def of(room: Room, *, now: datetime) -> dict[str, Any]:
    """`freeRecorders` is null where nobody can tell before it is tried."""
    reason = _unavailable(room)
    current: Recording | None = Recording.objects.select_related("room").filter(room=room, released_at=None).first()
    return {
        "isAvailable": reason is None,
        "unavailableReason": reason,
        "recording": _shown(current) if current else None,
        "freeRecorders": recorder().free(now=now),
        "hasRecordings": Recording.objects.visible().filter(room=room).exists(),
    }


def _shown(recording: Recording) -> Mapping[str, Any]:
    """One that has no id yet as its first signal shows it."""
    return recording_object(recording) if recording.recording_id else start_signal(recording.room.room_id)


def _unavailable(room: Room) -> str | None:
    if room.config["e2ee"]["enabled"]:
        return "encrypted"
    return None if room.config["recording"]["enabled"] else "disabled"

"""How a room is recorded at this moment, for the page of its meeting."""

from datetime import datetime
from typing import Any

from recordings.models import Recording
from recordings.recorders import recorder
from recordings.representation import recording_object
from rooms.models import Room


def of(room: Room, *, now: datetime) -> dict[str, Any]:
    """`freeRecorders` is null where nobody can tell before it is tried."""
    reason = _unavailable(room)
    current = Recording.objects.visible().select_related("room").filter(room=room, released_at=None).first()
    return {
        "isAvailable": reason is None,
        "unavailableReason": reason,
        "recording": recording_object(current) if current else None,
        "freeRecorders": recorder().free(now=now),
        "hasRecordings": Recording.objects.visible().filter(room=room).exists(),
    }


def _unavailable(room: Room) -> str | None:
    if room.config["e2ee"]["enabled"]:
        return "encrypted"
    return None if room.config["recording"]["enabled"] else "disabled"

"""Opening and closing a room (rest-api.md 3.3, decisions.md 11)."""

from datetime import datetime

from rooms.held import held
from rooms.models import EndAction, Room


def reopen(room: Room) -> None:
    """Open from now on. In a meeting: whatever was to happen at its end does not."""
    with held(room, "closed_at", "on_meeting_end") as row:
        row.closed_at = None
        row.on_meeting_end = EndAction.NONE


def close(room: Room, *, now: datetime) -> bool:
    """Closed from now on, or from the end of the running meeting. Returns whether it is now."""
    with held(room, "closed_at", "on_meeting_end") as row:
        if row.has_open_meeting:
            row.on_meeting_end = EndAction.CLOSE
        else:
            row.closed_at = row.closed_at or now
            row.on_meeting_end = EndAction.NONE
    return not room.has_open_meeting

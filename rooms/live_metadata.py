"""What LiveKit keeps about a room with a meeting, brought up to date (rest-api.md 7.1)."""

import structlog

from meet.livekit import gateway
from rooms.joining import room_metadata
from rooms.models import Room

log = structlog.get_logger(__name__)


def refresh(room: Room) -> None:
    """After the commit, at best: everybody in the meeting sees the room's name and end as they are by now. Without a
    meeting there is nothing to do, as the next one begins with all that."""
    current = Room.objects.select_related("owner").prefetch_related("links").filter(pk=room.pk).first()
    if current is None or not current.open_meeting():
        return
    try:
        gateway.update_room_metadata(current.room_id, metadata=room_metadata(current))
    except gateway.LiveKitError as error:
        log.warning("room metadata not brought up to date", room_id=current.room_id, reason=error.reason)

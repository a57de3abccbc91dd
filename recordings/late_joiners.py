"""Whoever joins while a recording runs is told so, and nobody else again (rest-api.md 6.4)."""

from datetime import datetime

import structlog

from meet.livekit import gateway, signals
from recordings.models import Recording, RecordingStatus
from recordings.representation import recording_object
from rooms.models import Participation, Room

log = structlog.get_logger(__name__)


def running(room: Room) -> Recording | None:
    """The recording of `room` that is going on."""
    found: Recording | None = Recording.objects.filter(
        room=room, released_at=None, status=RecordingStatus.ACTIVE
    ).first()
    return found


def tell(participation_id: int, *, now: datetime) -> None:
    """At best: the page asks by itself as well."""
    newcomer = Participation.objects.select_related("meeting__room").filter(pk=participation_id, left_at=None).first()
    recording = running(newcomer.meeting.room) if newcomer else None
    if newcomer is None or recording is None:
        return
    room_id = newcomer.meeting.room.room_id
    try:
        signals.recording_updated(room_id, recording_object(recording), now=now, late_joiner=newcomer.sid)
    except gateway.LiveKitError as error:
        log.warning("newcomer not told of the recording", room_id=room_id, reason=error.reason)

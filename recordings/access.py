"""Loading is authorising: the only ways to get a recording. Its room decides who may (rest-api.md 4.6)."""

from meet.errors import Forbidden
from recordings.errors import RecordingNotFound
from recordings.models import Recording
from recordings.starting import expect_enabled
from rooms.access import Caller, Need, permissions_of, room_for
from rooms.models import Room
from rooms.permissions import Permission

_NULL = "\0"


def recording_for(caller: Caller, recording_id: str, *, need: Permission) -> Recording:
    """The recording, if `caller` may do with it what it needs; 404 if there is none, 403 if it is not for them."""
    recording = find(recording_id)
    if need not in permissions_of(caller, recording.room):
        raise Forbidden
    return recording


def find(recording_id: str) -> Recording:
    """Raises `RecordingNotFound`."""
    if _NULL in recording_id:
        raise RecordingNotFound(recording_id)
    recordings = Recording.objects.visible().select_related("room")
    recording: Recording | None = recordings.filter(recording_id=recording_id).first()
    if recording is None:
        raise RecordingNotFound(recording_id)
    return recording


def room_to_record(caller: Caller, room_id: str) -> Room:
    """A room whose recording is switched off refuses everybody alike, before it is asked who may record it."""
    room = room_for(caller, room_id, need=Need.SEE)
    expect_enabled(room)
    if Permission.recordingControl not in permissions_of(caller, room):
        raise Forbidden
    return room

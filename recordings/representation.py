"""Recordings as the wire shows them (rest-api.md 0.4, 1.8). Used by the API, by events and by signals."""

from collections.abc import Mapping
from typing import Any

from meet import clock
from recordings.failures import Failure
from recordings.models import Recording, RecordingStatus
from rooms.representation import encoding_object

FIELDS = (
    "recordingId", "roomId", "roomName", "status", "layout", "encoding", "filename", "startDate", "endDate",
    "duration", "size", "errorCode", "error", "details",
)  # fmt: skip
# What `recording_object` reads, and lists sort by.
COLUMNS = (
    "recording_id", "room__room_id", "room_name", "room_name_key", "status", "layout", "encoding", "key", "started_at",
    "ended_at", "released_at", "duration", "size", "error_code", "error", "details",
)  # fmt: skip


def recording_object(recording: Recording) -> dict[str, Any]:
    """Keys without a value are absent; `details`, the recorder's own words, are always there, if empty. What the
    recorder writes is nobody's business before it has stopped."""
    has_ended = recording.released_at is not None
    values: dict[str, Any] = {
        "recordingId": recording.recording_id,
        "roomId": recording.room.room_id,
        "roomName": recording.room_name,
        "status": recording.status,
        "layout": recording.layout,
        "encoding": encoding_object(recording.encoding),
        "filename": recording.filename,
        "startDate": clock.to_ms(recording.started_at) if recording.started_at else None,
        "endDate": clock.to_ms(recording.ended_at) if recording.ended_at else None,
        "duration": recording.duration if has_ended else None,
        "size": recording.size if has_ended else None,
        "errorCode": recording.error_code,
        "error": recording.error or None,
        "details": recording.details,
    }
    return {name: value for name, value in values.items() if value is not None}


def start_signal(room_id: str, *, failure: Failure | None = None) -> Mapping[str, Any]:
    """What people in the meeting are told of a recording that has no id yet, or never got one (rest-api.md 5.1)."""
    signal: dict[str, Any] = {
        "recordingId": "",
        "roomId": room_id,
        "roomName": room_id,
        "status": (RecordingStatus.FAILED if failure else RecordingStatus.STARTING).value,
    }
    if failure:
        signal |= {"errorCode": int(failure), "error": failure.sentence}
    return signal

"""Recordings and figures, for the OpenAPI document."""

from typing import Any

from meet.api.describing import COUNT, FLAG, MOMENT, TEXT, URL, Component, Fields, array_of, one_of, page_of, shape
from recordings.failures import Failure
from recordings.models import DeletionReason, RecordingStatus
from recordings.representation import FIELDS
from rooms.api.config_bodies import LAYOUTS
from rooms.api.schema import ENCODING, ROOM_ID

ANALYTICS = shape(
    "Analytics",
    {
        "totalRooms": COUNT,
        "activeRooms": {**COUNT, "description": "Rooms with a meeting right now"},
        "totalRecordings": COUNT,
        "completeRecordings": COUNT,
    },
    example={"totalRooms": 42, "activeRooms": 3, "totalRecordings": 17, "completeRecordings": 15},
)

RECORDING_ID = f"{ROOM_ID}--EG_abcdefghijkl--1a2b3c4d5e"
RECORDING_FIELDS = Fields(FIELDS)
RECORDING = shape(
    "Recording",
    {
        "recordingId": TEXT,
        "roomId": TEXT,
        "roomName": TEXT,
        "status": one_of(RecordingStatus.values),
        "layout": one_of(LAYOUTS),
        "encoding": ENCODING,
        "filename": TEXT,
        "startDate": MOMENT,
        "endDate": MOMENT,
        "duration": {"type": "number", "description": "Seconds"},
        "size": {**COUNT, "description": "Bytes"},
        "errorCode": {
            "type": "integer",
            "description": "; ".join(f"{failure.value}: {failure.sentence}" for failure in Failure),
        },
        "error": TEXT,
        "details": {**TEXT, "description": "What the recorder says"},
    },
    required=(),
    example={
        "recordingId": RECORDING_ID,
        "roomId": ROOM_ID,
        "roomName": "Weekly stand-up",
        "status": "complete",
        "layout": "grid",
        "encoding": "H264_720P_30",
        "filename": f"{ROOM_ID}--1a2b3c4d5e.mp4",
        "startDate": 1795172400000,
        "endDate": 1795174200000,
        "duration": 1799.5,
        "size": 562341888,
        "details": "",
    },
)
RECORDING_PAGE = page_of("recordings", RECORDING)
RECORDING_URL = shape(
    "RecordingUrl",
    {"url": URL},
    example={
        "url": f"https://meet.example.org/recording/{RECORDING_ID}?recordingSecret=5b1f0d6c9e4a47a28c3d7f10b2e69a84"
    },
)

# -- Deletion --------------------------------------------------------------------------------------------------------

_REHEARSED: dict[str, Any] = {"dryRun": {"const": True, "description": "Nothing has happened: it was only asked"}}
RECORDING_DELETED = shape(
    "RecordingDeleted",
    {"message": TEXT, **_REHEARSED},
    required=("message",),
    example={"message": f"Recording '{RECORDING_ID}' deleted successfully"},
)
_UNDELETED = shape(
    "UndeletedRecording",
    {"recordingId": TEXT, "error": TEXT},
    example={"recordingId": RECORDING_ID, "error": f"Recording '{RECORDING_ID}' is not stopped yet"},
)


def _deleted(name: str, message: str, *, failed: list[Any]) -> Component:
    properties = {"message": TEXT, "deleted": array_of(TEXT), "failed": array_of(_UNDELETED), **_REHEARSED}
    example = {"message": message, "deleted": [RECORDING_ID], "failed": failed}
    return shape(name, properties, required=("message", "deleted", "failed"), example=example)


RECORDINGS_DELETED = _deleted("RecordingsDeleted", "All recordings deleted successfully", failed=[])
RECORDINGS_NOT_DELETED = _deleted(
    "RecordingsNotDeleted", "1 recording(s) could not be deleted", failed=[_UNDELETED.example]
)

RECEIPT = shape(
    "DeletionReceipt",
    {
        "recordingId": TEXT,
        "roomId": TEXT,
        "roomName": TEXT,
        "filename": TEXT,
        "size": {**COUNT, "description": "Bytes"},
        "startDate": MOMENT,
        "deletionDate": MOMENT,
        "deletedBy": {**TEXT, "description": "Who asked for it, where somebody did and is known"},
        "reason": one_of(DeletionReason.values),
        "goneDate": {**MOMENT, "description": "Since when the storage has no such file, in milliseconds"},
    },
    required=("roomId", "roomName", "filename", "deletionDate", "reason", "goneDate"),
    example={
        "recordingId": RECORDING_ID,
        "roomId": ROOM_ID,
        "roomName": "Weekly stand-up",
        "filename": f"{ROOM_ID}--1a2b3c4d5e.mp4",
        "size": 562341888,
        "startDate": 1795172400000,
        "deletionDate": 1795260800000,
        "deletedBy": "Olga",
        "reason": "request",
        "goneDate": 1795260841000,
    },
)
RECEIPT_PAGE = page_of("receipts", RECEIPT)

# -- Links -----------------------------------------------------------------------------------------------------------

# Where the secret of a recording opens as well.
SHARED_SECURITY = ("ApiKey", "RoomMemberToken", "AccessToken", "Session", None)
SHARED_PARAMETERS = (
    {
        "name": "recordingSecret",
        "in": "query",
        "description": "Of a share link; in place of any other credential, but for the private link's account",
        "schema": TEXT,
    },
)

MEDIA_PARAMETERS = (
    *SHARED_PARAMETERS,
    {"name": "Range", "in": "header", "description": "`bytes=start-end` or `bytes=start-`", "schema": TEXT},
    {"name": "accessToken", "in": "query", "description": "In place of the header `Authorization`", "schema": TEXT},
    {
        "name": "roomMemberToken",
        "in": "query",
        "description": "In place of the header `X-Room-Member-Token`",
        "schema": TEXT,
    },
)

# -- Meetings --------------------------------------------------------------------------------------------------------

MEETING_RECORDING = shape(
    "MeetingRecording",
    {
        "isAvailable": FLAG,
        "unavailableReason": {"type": ["string", "null"], "enum": ["disabled", "encrypted", None]},
        "recording": {"oneOf": [RECORDING, {"type": "null"}]},
        "freeRecorders": {"type": ["integer", "null"], "minimum": 0, "description": "null: nobody can tell"},
        "hasRecordings": FLAG,
    },
    text="How the room is recorded at this moment.",
    example={
        "isAvailable": True,
        "unavailableReason": None,
        "recording": None,
        "freeRecorders": 1,
        "hasRecordings": True,
    },
)

"""Recordings and figures, for the OpenAPI document."""

from meet.api.describing import COUNT, FLAG, MOMENT, TEXT, Fields, one_of, shape
from recordings.failures import Failure
from recordings.models import RecordingStatus
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

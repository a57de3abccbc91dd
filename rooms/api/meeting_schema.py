"""Meetings, the people in them and their captions, for the OpenAPI document."""

from typing import Any

from meet.api.describing import COUNT, FLAG, MOMENT, TEXT, array_of, one_of, page_of, shape
from rooms.api.schema import CREATED, ROOM_ID
from rooms.models import Badge, Meeting

IDENTITY = "ann-4f0x2k9c8m1b7qz"
_MINUTE = 60000

# -- Meetings --------------------------------------------------------------------------------------------------------

_HEADING: dict[str, Any] = {
    "meetingId": {**TEXT, "description": "LiveKit's id of this run of the room"},
    "roomId": TEXT,
    "startDate": MOMENT,
}
_HEADING_EXAMPLE: dict[str, Any] = {"meetingId": "RM_abcdefghijkl", "roomId": ROOM_ID, "startDate": CREATED}

_PERSON: dict[str, Any] = {
    "identity": {**TEXT, "description": "Never a guest's secret; the operations on participants take it"},
    "name": TEXT,
    "badge": one_of(Badge.values),
    "joinDate": MOMENT,
}
_PERSON_EXAMPLE: dict[str, Any] = {
    "identity": IDENTITY, "name": "Ann", "badge": "moderator", "joinDate": CREATED + _MINUTE,
}  # fmt: skip

MEETING = shape(
    "Meeting",
    {**_HEADING, "roomName": TEXT, "participants": {**COUNT, "description": "How many people are in it"}},
    text="A meeting that is running, in short.",
    example={**_HEADING_EXAMPLE, "roomName": "Weekly stand-up", "participants": 4},
)
MEETING_PAGE = page_of("meetings", MEETING)

_TRACK = shape(
    "Track",
    {"source": {**TEXT, "description": "As LiveKit calls it"}, "muted": FLAG},
    example={"source": "screen_share", "muted": False},
)
_LIVE_PARTICIPANT = shape(
    "LiveParticipant",
    {
        **_PERSON,
        "tracks": array_of(_TRACK, description="What they publish; absent when LiveKit does not answer"),
    },
    required=tuple(_PERSON),
    example={**_PERSON_EXAMPLE, "tracks": [{"source": "camera", "muted": False}]},
)
LIVE_MEETING = shape(
    "LiveMeeting",
    {**_HEADING, "roomName": TEXT, "participants": array_of(_LIVE_PARTICIPANT)},
    text="The meeting that a room is holding, and who is in it.",
    example={**_HEADING_EXAMPLE, "roomName": "Weekly stand-up", "participants": [_LIVE_PARTICIPANT.example]},
)

_PAST_PARTICIPANT = shape(
    "PastParticipant",
    {
        **_PERSON,
        "leaveDate": MOMENT,
        "leaveReason": {**TEXT, "description": "LiveKit's reason, or why the meeting ended; absent if unknown"},
    },
    required=tuple(_PERSON),
    text="One connection: whoever came back is there twice.",
    example={**_PERSON_EXAMPLE, "leaveDate": CREATED + 30 * _MINUTE, "leaveReason": "client_initiated"},
)
PAST_MEETING = shape(
    "PastMeeting",
    {
        **_HEADING,
        "endDate": MOMENT,
        "endReason": {
            **one_of(Meeting.EndReason.values),
            "description": "Everybody left; the media server lost it; another one began in its place",
        },
        "participants": array_of(_PAST_PARTICIPANT),
    },
    text="A meeting that a room has held.",
    example={
        **_HEADING_EXAMPLE,
        "endDate": CREATED + 30 * _MINUTE,
        "endReason": "finished",
        "participants": [_PAST_PARTICIPANT.example],
    },
)
PAST_MEETING_PAGE = page_of("meetings", PAST_MEETING)

# -- Captions --------------------------------------------------------------------------------------------------------

CAPTIONS_CONFIG = shape("CaptionsConfig", {"enabled": FLAG}, example={"enabled": True})
ASSISTANT = shape(
    "Assistant", {"id": TEXT, "status": {"const": "active"}}, example={"id": "AD_abcdefghijkl", "status": "active"}
)

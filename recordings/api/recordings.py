"""Recordings: started, stopped (rest-api.md 1.8, 5.1, 5.2)."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor, Via
from accounts.authentication import ApiKeyAuthentication
from accounts.models import Scope
from accounts.permissions import AnyRole, read_write
from meet import clock, ids
from meet.api.describing import describes
from meet.api.fields import EnumField, ObjectSerializer, StringField
from meet.api.selection import Selection, filtered, selection
from meet.errors import InvalidRequest, Issue
from meet.hurry import hurry
from meet.links import base_of
from meet.livekit.gateway import LiveKitUnavailable
from recordings import starting, stopping, tasks
from recordings.access import recording_for, room_to_record
from recordings.api.schema import RECORDING, RECORDING_FIELDS, RECORDING_ID
from recordings.errors import (
    AlreadyRecorded,
    AlreadyStopped,
    NoParticipants,
    NoRecorderFree,
    RecordingDisabled,
    RecordingNotFound,
    StartTimedOut,
    StoppedWhileStarting,
)
from recordings.representation import FIELDS, recording_object
from rooms.access import Caller, RoomMember
from rooms.api.config_bodies import LAYOUTS, EncodingField
from rooms.api.endpoint import RoomEndpoint
from rooms.api.room_bodies import room_id_from
from rooms.api.schema import ROOM_ID
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.errors import RoomNotFound
from rooms.permissions import Permission

_PARTS = 3
_MALFORMED = "recordingId does not follow the expected format"


def recording_id_from(text: str, *, field: str) -> str:
    """`<roomId>--<EG_…>--<uid>`, with a clean room id; 422 for anything else."""
    room_id, *others = parts = text.strip().split("--")
    clean = ids.cleaned(room_id)
    if len(parts) != _PARTS or not clean or not others[1] or not others[0].startswith("EG_") or others[0] == "EG_":
        raise InvalidRequest(Issue(field, _MALFORMED))
    return "--".join([clean, *others])


def recording_selection(request: Request) -> Selection:
    return selection(request, base=FIELDS)


def caller_name(caller: Caller) -> str:
    """Who asks, in words for the log of a recording."""
    if isinstance(caller, RoomMember):
        return caller.admission.name if caller.admission else (caller.user.name if caller.user else "")
    if isinstance(caller, Actor) and caller.via is Via.API_KEY and caller.key:
        return f"API key «{caller.key.name}»"
    return caller.user.name


class RecordingEndpoint(RoomEndpoint):
    scopes = read_write(Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE)


class RoomIdField(StringField):
    """Cleaned as in a path."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return room_id_from(super().to_internal_value(data))
        except InvalidRequest as error:
            raise ValidationError([issue.message for issue in error.issues]) from error


class RecordingOptionsBody(ObjectSerializer):
    layout = EnumField(LAYOUTS, required=False)
    encoding = EncodingField(required=False)


class StartBody(ObjectSerializer):
    roomId = RoomIdField()
    config = RecordingOptionsBody(required=False, help_text="What is not said is as the room's configuration has it")


class RecordingsView(RecordingEndpoint):
    """Users start and stop recordings in the meeting, by its tokens."""

    authentication_classes = (ApiKeyAuthentication, RoomMemberTokenAuthentication)
    permission_classes = (AnyRole,)
    operation = "starting recording"

    @describes(
        "startRecording",
        "Start recording a meeting",
        answers={201: RECORDING},
        body=StartBody,
        body_example={"roomId": ROOM_ID, "config": {"layout": "speaker"}},
        selects=RECORDING_FIELDS,
        errors=[
            RoomNotFound(ROOM_ID),
            RecordingDisabled(ROOM_ID),
            AlreadyRecorded(ROOM_ID),
            NoParticipants(ROOM_ID),
            StartTimedOut(ROOM_ID),
            NoRecorderFree(ROOM_ID),
            LiveKitUnavailable(),
        ],
        text="Answers when the recorder is at work, or has not begun within 20 seconds.",
    )
    def post(self, request: Request) -> Response:
        chosen = recording_selection(request)
        body = self.body(StartBody)
        room = room_to_record(self.caller, body["roomId"])
        options = body.get("config", {})
        wish = starting.Wish(options.get("layout"), options.get("encoding"), by=caller_name(self.caller))
        recording = starting.request(room, wish, now=clock.now())
        hurry(tasks.record, recording.pk)
        recording = starting.wait(recording)
        hurry(tasks.tell)
        location = f"{base_of(request._request)}/api/v1/recordings/{recording.recording_id}"
        body = filtered(recording_object(recording), chosen)
        return Response(body, status=HTTPStatus.CREATED, headers={"Location": location})


class RecordingStopView(RecordingEndpoint):
    authentication_classes = (ApiKeyAuthentication, RoomMemberTokenAuthentication)
    permission_classes = (AnyRole,)
    operation = "stopping recording"

    @describes(
        "stopRecording",
        "Stop a recording",
        answers={202: RECORDING},
        selects=RECORDING_FIELDS,
        errors=[
            RecordingNotFound(RECORDING_ID),
            StoppedWhileStarting(RECORDING_ID),
            AlreadyStopped(RECORDING_ID),
        ],
        text="One that is starting is stopped as well, and 409 answered.",
    )
    def post(self, request: Request, recording_id: str) -> Response:
        chosen = recording_selection(request)
        clean_id = recording_id_from(recording_id, field="params.recordingId")
        recording = recording_for(self.caller, clean_id, need=Permission.recordingControl)
        recording = stopping.stop(recording, by=caller_name(self.caller), now=clock.now())
        hurry(tasks.tell)
        location = f"{base_of(request._request)}/api/v1/recordings/{recording.recording_id}"
        body = filtered(recording_object(recording), chosen)
        return Response(body, status=HTTPStatus.ACCEPTED, headers={"Location": location})

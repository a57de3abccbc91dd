"""Recordings: started, stopped, listed, shown, deleted, shared (rest-api.md 1.8, 5)."""

from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import ApiKeyAuthentication
from accounts.permissions import AnyRole
from meet import clock
from meet.api.describing import Answer, describes
from meet.api.pagination import page
from meet.api.selection import Selection, filtered
from meet.errors import Forbidden, NotAuthenticated
from meet.hurry import hurry
from meet.links import base_of
from meet.livekit.gateway import LiveKitUnavailable
from recordings import deletion, listing, starting, stopping, tasks
from recordings.access import recording_for, room_to_record
from recordings.api.bodies import (
    BulkDeletionQuery,
    DeletionQuery,
    RecordingListQuery,
    StartBody,
    UrlQuery,
    filters,
)
from recordings.api.endpoint import (
    RecordingEndpoint,
    SharedEndpoint,
    caller_name,
    recording_id_from,
    recording_selection,
)
from recordings.api.schema import (
    RECORDING,
    RECORDING_DELETED,
    RECORDING_FIELDS,
    RECORDING_ID,
    RECORDING_PAGE,
    RECORDING_URL,
    RECORDINGS_DELETED,
    RECORDINGS_NOT_DELETED,
    SHARED_PARAMETERS,
    SHARED_SECURITY,
)
from recordings.errors import (
    AlreadyRecorded,
    AlreadyStopped,
    NoParticipants,
    NoRecorderFree,
    NotStopped,
    QuotaUsedUp,
    RecordingDisabled,
    RecordingNotFound,
    StartTimedOut,
    StoppedWhileStarting,
    TooManyWait,
    WrongRecordingSecret,
)
from recordings.models import Recording
from recordings.representation import recording_object
from recordings.share_links import Share, expect_public, share_url
from rooms.api.schema import ROOM_ID
from rooms.authentication import ANY_CREDENTIAL, RoomMemberTokenAuthentication
from rooms.errors import LinkIsDisabled, RoomNotFound
from rooms.permissions import Permission

IN_MEETINGS = (ApiKeyAuthentication, RoomMemberTokenAuthentication)


class RecordingsView(RecordingEndpoint):
    """Users start and stop recordings in the meeting, by its tokens. `dryRun=true` on the deletion is ours."""

    permission_classes = (AnyRole,)

    @property
    def operation(self) -> str:  # type: ignore[override]
        return "starting recording" if self.request.method == "POST" else "processing recordings"

    def get_authenticators(self) -> list[Any]:
        accepted = IN_MEETINGS if self.request.method == "POST" else ANY_CREDENTIAL
        return [kind() for kind in accepted]

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
            TooManyWait(ROOM_ID),
            NoRecorderFree(ROOM_ID),
            QuotaUsedUp(),
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
        with starting.place_to_wait(room):
            recording = starting.request(room, wish, now=clock.now())
            tasks.call_recorder(recording)
            recording = starting.wait(recording)
        hurry(tasks.tell)
        return _moved(recording, request, chosen, status=HTTPStatus.CREATED)

    @describes(
        "getRecordings",
        "List recordings",
        answers={200: RECORDING_PAGE},
        query=RecordingListQuery,
        selects=RECORDING_FIELDS,
        text="Administrators see all of them, others those of rooms in which they have `recordingList`, and holders of "
        "a room member token those of its room.",
    )
    def get(self, request: Request) -> Response:
        query = self.query(RecordingListQuery)
        chosen = recording_selection(request)
        wanted = filters(query)
        scopes = listing.scopes(self.caller, wanted)
        with wanted.name.bounded():
            found = page(scopes, sorts=listing.SORTS, query=query, whole=listing.as_shown)
        return Response(found.envelope("recordings", lambda one: filtered(recording_object(one), chosen)))

    @describes(
        "deleteRecordings",
        "Delete several recordings",
        answers={
            200: Answer(RECORDINGS_DELETED, text="All of them deleted"),
            400: Answer(RECORDINGS_NOT_DELETED, text="Some of them, or none"),
        },
        query=BulkDeletionQuery,
        text="Each recording by itself: what cannot be deleted does not keep the others from it.",
    )
    def delete(self, request: Request) -> Response:
        query = self.query(BulkDeletionQuery)
        report = deletion.delete_all(
            self.caller,
            query["recordingIds"],
            by=caller_name(self.caller),
            now=clock.now(),
            is_rehearsal=query["dryRun"],
        )
        count = len(report.failed)
        answer: dict[str, Any] = {
            "message": f"{count} recording(s) could not be deleted" if count else "All recordings deleted successfully",
            "deleted": report.deleted,
            "failed": [{"recordingId": one, "error": error.message} for one, error in report.failed],
        }
        if query["dryRun"]:
            answer["dryRun"] = True
        return Response(answer, status=HTTPStatus.BAD_REQUEST if count else HTTPStatus.OK)


class RecordingView(SharedEndpoint):
    """`dryRun=true` on the deletion is ours."""

    operation = "processing recording"

    def validate(self, request: Request) -> None:
        super().validate(request)
        recording_selection(request)

    @describes(
        "getRecording",
        "Get a recording",
        answers={200: RECORDING},
        selects=RECORDING_FIELDS,
        parameters=SHARED_PARAMETERS,
        security=SHARED_SECURITY,
        errors=[
            WrongRecordingSecret(RECORDING_ID),
            NotAuthenticated(),
            Forbidden(),
            LinkIsDisabled(ROOM_ID, "recording"),
            RecordingNotFound(RECORDING_ID),
        ],
    )
    def get(self, request: Request, recording_id: str) -> Response:
        recording = self.recording(need=Permission.recordingPlay)
        return Response(filtered(recording_object(recording), recording_selection(request)))

    @describes(
        "deleteRecording",
        "Delete a recording",
        answers={200: RECORDING_DELETED},
        query=DeletionQuery,
        errors=[RecordingNotFound(RECORDING_ID), NotStopped(RECORDING_ID)],
        text="There is no such recording from then on; its file goes a little later.",
    )
    def delete(self, request: Request, recording_id: str) -> Response:
        clean_id = recording_id_from(recording_id, field="recordingId")
        query = self.query(DeletionQuery)
        recording = recording_for(self.caller, clean_id, need=Permission.recordingDelete)
        answer: dict[str, Any] = {"message": f"Recording '{recording.recording_id}' deleted successfully"}
        if query["dryRun"]:
            deletion.rehearse(recording)
            answer["dryRun"] = True
        else:
            deletion.delete(recording, by=caller_name(self.caller), now=clock.now())
        return Response(answer)


class RecordingStopView(RecordingEndpoint):
    authentication_classes = IN_MEETINGS
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
        clean_id = recording_id_from(recording_id)
        recording = recording_for(self.caller, clean_id, need=Permission.recordingControl)
        recording = stopping.stop(recording, by=caller_name(self.caller), now=clock.now())
        hurry(tasks.tell)
        return _moved(recording, request, chosen, status=HTTPStatus.ACCEPTED)


class RecordingUrlView(RecordingEndpoint):
    authentication_classes = ANY_CREDENTIAL
    permission_classes = (AnyRole,)
    operation = "getting recording URL"

    @describes(
        "getRecordingUrl",
        "Get the link that shares a recording",
        answers={200: RECORDING_URL},
        query=UrlQuery,
        errors=[LinkIsDisabled(ROOM_ID, "recording"), RecordingNotFound(RECORDING_ID)],
        text="The same links every time. The public one is there only where the room shares its recordings.",
    )
    def get(self, request: Request, recording_id: str) -> Response:
        clean_id = recording_id_from(recording_id)
        share = Share.PRIVATE if self.query(UrlQuery)["privateAccess"] else Share.PUBLIC
        recording = recording_for(self.caller, clean_id, need=Permission.recordingPlay)
        if share is Share.PUBLIC:
            expect_public(recording.room)
        return Response({"url": share_url(recording, share, base=base_of(request._request))})


def _moved(recording: Recording, request: Request, chosen: Selection, *, status: HTTPStatus) -> Response:
    location = f"{base_of(request._request)}/api/v1/recordings/{recording.recording_id}"
    return Response(filtered(recording_object(recording), chosen), status=status, headers={"Location": location})

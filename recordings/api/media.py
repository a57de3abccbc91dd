"""Files of recordings: played, saved, several in a zip (rest-api.md 5.4, 5.5)."""

from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.permissions import AnyRole
from meet.api.describing import TEXT, Answer, describes
from meet.errors import Forbidden, InvalidRequest, Issue, NotAuthenticated
from recordings.access import FOR_FILE, recordings_for
from recordings.api.bodies import RecordingIdsQuery
from recordings.api.endpoint import RecordingEndpoint, SharedEndpoint
from recordings.api.schema import MEDIA_PARAMETERS, RECORDING_ID, SHARED_SECURITY
from recordings.errors import NothingToZip, NotStreamable, RecordingNotFound, WrongRecordingSecret
from recordings.files import serving
from recordings.files.archive import entry_of
from recordings.media_links import Purpose
from recordings.storage import MissingFile
from rooms.api.schema import ROOM_ID
from rooms.authentication import ANY_CREDENTIAL
from rooms.errors import LinkIsDisabled
from rooms.permissions import Permission

_BYTES = {"type": "string", "contentMediaType": "video/mp4"}
_ANSWERS = {
    200: Answer(_BYTES, "video/mp4", "The whole file"),
    206: Answer(_BYTES, "video/mp4", "A part of it; without an end at most 5 MiB"),
}
_ERRORS = (
    InvalidRequest(Issue("headers.range", "Invalid range header format. Expected: bytes=start-end")),
    WrongRecordingSecret(RECORDING_ID),
    NotAuthenticated(),
    Forbidden(),
    LinkIsDisabled(ROOM_ID, "recording"),
    RecordingNotFound(RECORDING_ID),
    NotStreamable(RECORDING_ID),
    serving.RangeNotSatisfiable(RECORDING_ID, 562341888),
    serving.TooManyStreams(),
)


class FileEndpoint(SharedEndpoint):
    """Media elements send no headers: credentials may stand in the query, and a link of ours in their place."""

    allow_query_tokens = True
    has_dialects = False
    signed_for: Purpose
    recordings = FOR_FILE
    operation = "streaming recording"

    def validate(self, request: Request) -> None:
        super().validate(request)
        serving.asked_range(request._request)

    def file(self, request: Request) -> HttpResponseBase:
        recording = self.recording(need=self.signed_for.need)
        if not recording.is_streamable:
            raise NotStreamable(self.recording_id)
        media = serving.Media(
            recording_id=self.recording_id,
            key=recording.key,
            filename=recording.filename,
            as_attachment=self.signed_for is Purpose.DOWNLOAD,
        )
        try:
            return serving.serve(request._request, media, may_redirect=self.came_by_signature)
        except MissingFile as error:
            raise RecordingNotFound(self.recording_id) from error


class RecordingMediaView(FileEndpoint):
    signed_for = Purpose.PLAY

    @describes(
        "getRecordingMedia",
        "Play a recording",
        answers=_ANSWERS,
        parameters=MEDIA_PARAMETERS,
        security=SHARED_SECURITY,
        errors=_ERRORS,
        text="One range at a time.",
    )
    def get(self, request: Request, recording_id: str) -> HttpResponseBase:
        return self.file(request)


class RecordingDownloadView(FileEndpoint):
    signed_for = Purpose.DOWNLOAD

    @describes(
        "downloadRecording",
        "Save a recording",
        answers=_ANSWERS,
        parameters=MEDIA_PARAMETERS,
        security=SHARED_SECURITY,
        errors=_ERRORS,
        text="As playing it, for callers with `recordingDownload`.",
    )
    def get(self, request: Request, recording_id: str) -> HttpResponseBase:
        return self.file(request)


class RecordingsZipView(RecordingEndpoint):
    authentication_classes = ANY_CREDENTIAL
    permission_classes = (AnyRole,)
    allow_query_tokens = True
    has_dialects = False
    operation = "downloading recordings"

    @describes(
        "downloadRecordings",
        "Save several recordings as a zip",
        answers={200: Answer({**TEXT, "contentMediaType": "application/zip"}, "application/zip")},
        query=RecordingIdsQuery,
        errors=[NothingToZip(), serving.TooManyStreams()],
        text="Those that there are, that the caller may download and that are complete.",
    )
    def get(self, request: Request) -> HttpResponseBase:
        recording_ids = self.query(RecordingIdsQuery)["recordingIds"]
        found, _refusals = recordings_for(self.caller, recording_ids, need=Permission.recordingDownload)
        if not found:
            raise NothingToZip
        chosen = [found[one] for one in recording_ids if one in found]
        return serving.zipped(request._request, [entry_of(one) for one in chosen if one.is_streamable])

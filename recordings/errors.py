"""The refusals of recordings, in the contract's words (rest-api.md 0.3)."""

from http import HTTPStatus

from meet.errors import DomainError
from recordings.failures import Failure


class RecordingError(DomainError):
    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__("Recording Error", status, message)


class RecordingNotFound(RecordingError):
    """`recording_id` may also be an egress id."""

    def __init__(self, recording_id: str) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"Recording '{recording_id}' not found")


class RecordingDisabled(RecordingError):
    def __init__(self, room_id: str) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, f"Recording is disabled for room '{room_id}'")


class AlreadyRecorded(RecordingError):
    def __init__(self, room_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Room '{room_id}' is already being recorded")


class NoParticipants(RecordingError):
    def __init__(self, room_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Room '{room_id}' has no participants")


class NotStopped(RecordingError):
    def __init__(self, recording_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Recording '{recording_id}' is not stopped yet")


class AlreadyStopped(RecordingError):
    def __init__(self, recording_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Recording '{recording_id}' is already stopped")


class StoppedWhileStarting(RecordingError):
    def __init__(self, recording_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Recording '{recording_id}' cannot be stopped while starting")


class NotStreamable(RecordingError):
    def __init__(self, recording_id: str) -> None:
        super().__init__(HTTPStatus.CONFLICT, f"Recording '{recording_id}' is not streamable")


class WrongRecordingSecret(RecordingError):
    def __init__(self, recording_id: str) -> None:
        message = f"Provided secret is not recognized for recording '{recording_id}'"
        super().__init__(HTTPStatus.BAD_REQUEST, message)


class NothingToZip(RecordingError):
    def __init__(self) -> None:
        message = "None of the provided recordings are available for ZIP download"
        super().__init__(HTTPStatus.BAD_REQUEST, message)


class CannotStart(RecordingError):
    """No recording came of it; `failure` says why, to the people in the meeting as well (decisions.md 29)."""

    def __init__(self, failure: Failure, message: str) -> None:
        super().__init__(HTTPStatus.SERVICE_UNAVAILABLE, message)
        self.failure = failure


class NoRecorderFree(CannotStart):
    def __init__(self, room_id: str) -> None:
        super().__init__(Failure.NO_RECORDER, f"No recorder is free for room '{room_id}'")


class QuotaUsedUp(CannotStart):
    def __init__(self) -> None:
        super().__init__(Failure.QUOTA, "The recording quota is used up")


class NoEgressService(CannotStart):
    def __init__(self) -> None:
        super().__init__(Failure.NO_RECORDER, "LiveKit is not set up for recording: it has no Redis")


class EgressRefused(CannotStart):
    """For a reason that is the operator's to find, in the log."""

    is_unexpected = True

    def __init__(self) -> None:
        super().__init__(Failure.NO_RECORDER, "LiveKit refused to record")
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR


class StartTimedOut(CannotStart):
    def __init__(self, room_id: str) -> None:
        super().__init__(Failure.TIMED_OUT, f"Recording in room '{room_id}' timed out while starting")


class TooManyWait(CannotStart):
    """Of the requests that wait for their recorder."""

    def __init__(self, room_id: str) -> None:
        super().__init__(Failure.NO_RECORDER, f"Too many recordings are starting; room '{room_id}' has to wait")
        self.headers = {"Retry-After": "1"}

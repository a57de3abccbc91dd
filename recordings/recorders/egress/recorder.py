"""LiveKit Egress: room composites of our recorder page, files to the storage that the egress service is set up with."""

from contextlib import suppress
from datetime import datetime

import structlog

from meet.livekit import gateway
from recordings import lifecycle
from recordings.errors import CannotStart, EgressRefused, NoEgressService, NoParticipants, NoRecorderFree, StartTimedOut
from recordings.failures import Failure
from recordings.models import Recording
from recordings.recorders.egress import comparison
from recordings.recorders.egress import info as egress_info
from recordings.recorders.egress.news import take_in
from recordings.recorders.egress.request import room_composite

log = structlog.get_logger(__name__)

# LiveKit never got the request.
_NOT_SENT = ("ConnectError", "too many requests wait for it")
# «no response from servers»: no service there, or none with enough processor left.
_NO_WORKER, _NO_RESOURCES = "unavailable", "resource_exhausted"
_HAS_ENDED = "failed_precondition"
_NO_REDIS = "redis required"


class EgressRecorder:
    def free(self, *, now: datetime) -> int | None:
        return None

    def expect_free(self, recording: Recording, *, now: datetime) -> None:
        """Only the start itself tells; but without Redis LiveKit would think about that for 20 seconds."""
        room_id = recording.room.room_id
        try:
            gateway.egresses(room_name=room_id, active=True)
        except gateway.LiveKitUnavailable:
            raise
        except gateway.LiveKitError as error:
            raise _refusal(error, room_id) from error

    def start(self, recording: Recording, *, now: datetime) -> None:
        room_id = recording.room.room_id
        try:
            info = gateway.start_room_egress(room_composite(recording))
        except gateway.LiveKitError as error:
            if not _leaves_open(error):
                raise _refusal(error, room_id) from error
            self._look_for(recording, now=now)
            return
        try:
            lifecycle.note(recording.pk, egress_info.report(info), now=now)
        except Recording.DoesNotExist as error:
            with suppress(gateway.LiveKitError):  # the comparison repeats it
                gateway.stop_egress(info.egress_id)
            raise StartTimedOut(room_id) from error

    def stop(self, recording: Recording, *, now: datetime) -> None:
        if not recording.egress_id:
            return
        try:
            info = gateway.stop_egress(recording.egress_id)
        except gateway.NotFound:
            comparison.disappear(recording, now=now)
            raise
        except gateway.LiveKitError as error:
            if error.reason != _HAS_ENDED:
                raise
            comparison.look_up(recording, now=now)
        else:
            take_in(info, now=now)

    def look_after(self, recording: Recording, *, now: datetime) -> None:
        """Unless a last look shows it alive, or ended: the comparison may not have run for a while."""
        try:
            comparison.look_up(recording, now=now)
        except gateway.LiveKitError as error:
            log.warning("overdue recording not looked up", recording=str(recording), reason=error.reason)
        with lifecycle.held(recording.pk) as row:
            if row.released_at is None and row.deadline_at and row.deadline_at < now:
                lifecycle.lose_recorder(row, now=now)

    def _look_for(self, recording: Recording, *, now: datetime) -> None:
        """Asking twice might record twice. What is not listed yet will be heard of by an event, or not in time."""
        room_id = recording.room.room_id
        try:
            found = gateway.egresses(room_name=room_id, active=True)
        except gateway.LiveKitUnavailable as error:
            log.warning("whether the recording starts is unknown", room_id=room_id, reason=error.reason)
            return
        for info in found:
            if egress_info.uid(info) == recording.uid:
                take_in(info, now=now)


def _leaves_open(error: gateway.LiveKitError) -> bool:
    """Whether a recording may have begun all the same."""
    return isinstance(error, gateway.LiveKitUnavailable) and error.reason not in {_NO_WORKER, *_NOT_SENT}


def _refusal(error: gateway.LiveKitError, room_id: str) -> Exception:
    """What LiveKit's answer means to whoever wants a recording."""
    if isinstance(error, gateway.NotFound):
        return NoParticipants(room_id)
    if error.reason in (_NO_WORKER, _NO_RESOURCES):
        return NoRecorderFree(room_id)
    if error.reason in _NOT_SENT:
        return CannotStart(Failure.LIVEKIT_LOST, error.message)
    if _NO_REDIS in error.message:
        return NoEgressService()
    return EgressRefused()

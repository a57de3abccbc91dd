"""Stopping: the wish is stored and shown at once, the recorder is told, and told again until it has heard
(rest-api.md 5.2)."""

from datetime import datetime

import structlog

from meet.livekit import gateway
from recordings import lifecycle
from recordings.errors import AlreadyStopped, RecordingNotFound, StoppedWhileStarting
from recordings.models import Recording, RecordingStatus
from recordings.recorders import recorder_of

log = structlog.get_logger(__name__)


def stop(recording: Recording, *, by: str, now: datetime) -> Recording:
    """The recording as it is then, `ending` or already `complete`. One that is starting is stopped, too, and the caller
    told that it cannot be: `StoppedWhileStarting`. Raises `AlreadyStopped`, and `RecordingNotFound` with the egress id
    if LiveKit does not know it any more."""
    was_starting = False
    with lifecycle.held(recording.pk) as row:
        was_starting = row.status == RecordingStatus.STARTING
        if not was_starting and row.status != RecordingStatus.ACTIVE:
            raise AlreadyStopped(str(row.recording_id))
        lifecycle.request_stop(row, by=by, now=now)
    tell(row, now=now)
    if was_starting:
        raise StoppedWhileStarting(str(row.recording_id))
    found: Recording = Recording.objects.select_related("room").get(pk=row.pk)
    return found


def tell(recording: Recording, *, now: datetime) -> None:
    """Tells the recorder of the stored wish; if that fails, the sweep does it again. Raises `RecordingNotFound` as
    above: it has been aborted then."""
    try:
        recorder_of(recording).stop(recording, now=now)
    except gateway.NotFound as error:
        raise RecordingNotFound(str(recording.egress_id)) from error
    except gateway.LiveKitError as error:
        log.warning("recorder not told to stop yet", recording_id=recording.recording_id, reason=error.reason)

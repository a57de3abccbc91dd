"""Bringing files to the storage, and seeing them there: only then is a recording complete (decisions.md 26)."""

from datetime import datetime, timedelta

import structlog

from meet import clock
from recordings import lifecycle, storage
from recordings.failures import Failure
from recordings.models import Recording
from recordings.recorders import host, local_files
from recordings.storage import StorageError

log = structlog.get_logger(__name__)

# Of an upload, which may take hours: a recorder process that starts has its files due again (`host.begin`). Looking
# for the file of an egress service takes no time.
_LEASES = {Recording.Backend.BROWSER: timedelta(hours=24), Recording.Backend.EGRESS: timedelta(minutes=1)}
_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600))
# An egress service reports a file when it is stored; one that is not there by then will not come.
_EGRESS_ATTEMPTS = 4


def deliver(pk: int, *, now: datetime) -> bool:
    """Makes the attempt that is due, unless somebody else does; whether the storage has the file now."""
    due = Recording.with_deleted.filter(pk=pk, deliver_at__lte=now)
    recording: Recording | None = due.select_related("room").first()
    if recording is None:
        return False
    if recording.backend == Recording.Backend.EGRESS:
        return _deliver(recording, now=now)
    # What waits for a slow storage must leave threads to those who record; the sweep comes back to it.
    if not host.uploads.acquire(blocking=False):
        return False
    try:
        return _deliver(recording, now=now)
    finally:
        host.uploads.release()


def _deliver(recording: Recording, *, now: datetime) -> bool:
    pk, attempts = recording.pk, recording.delivery_attempts + 1
    claimed = Recording.with_deleted.filter(pk=pk, deliver_at__lte=now, delivery_attempts=recording.delivery_attempts)
    lease = _LEASES[Recording.Backend(recording.backend)]
    if not claimed.update(deliver_at=now + lease, delivery_attempts=attempts):
        return False
    try:
        size = _stored(recording)
    except StorageError as error:
        log.warning("recording not stored yet", recording_id=recording.recording_id, reason=error.message)
        wait = _WAITS[min(attempts, len(_WAITS)) - 1]
        lifecycle.note_undelivered(pk, error.message, again_at=clock.now() + wait, now=clock.now())
        return False
    if size is None:
        return _missing(recording, attempts, now=now)
    lifecycle.delivered(pk, size=size, now=clock.now())
    if recording.backend == Recording.Backend.BROWSER:
        local_files.file_of(recording.uid).unlink(missing_ok=True)
    return True


def _stored(recording: Recording) -> int | None:
    """The size of the file in the storage, which is brought there first if it lies here; None if it is nowhere."""
    file = local_files.file_of(recording.uid)
    if recording.backend == Recording.Backend.BROWSER and file.exists():
        storage.save(file, recording.key)
        size = storage.size(recording.key)
        if size != file.stat().st_size:
            raise StorageError("The stored file has another size than the recorded one")
        return size
    return storage.size(recording.key) or None


def _missing(recording: Recording, attempts: int, *, now: datetime) -> bool:
    if recording.backend == Recording.Backend.EGRESS and attempts < _EGRESS_ATTEMPTS:
        reason = "The file is not in the storage yet"
        lifecycle.note_undelivered(recording.pk, reason, again_at=now + _WAITS[attempts - 1], now=now)
    else:
        details = "; ".join(part for part in (recording.details, "There is no file in the storage") if part)
        lifecycle.give_up(recording.pk, Failure.STORAGE_REFUSED, now=now, details=details)
    return False

"""From the button to a recorder at work (rest-api.md 5.1).

The row is the lock: inserted first, it decides who was first. What fails before there is an egress id leaves no
recording behind, only a line in the log.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from livekit.protocol.models import ParticipantInfo

from meet import clock, ids
from meet.db import release_connection
from meet.livekit import gateway, signals
from recordings import encoding, lifecycle, storage
from recordings.errors import (
    AlreadyRecorded,
    CannotStart,
    NoParticipants,
    NoRecorderFree,
    RecordingDisabled,
    StartTimedOut,
    TooManyWait,
)
from recordings.failures import Failure
from recordings.files import quota
from recordings.models import Recording, RecordingEvent, RecordingStatus
from recordings.recorders import recorder, recorder_of
from recordings.representation import start_signal
from rooms.errors import RoomNotFound
from rooms.lifecycle import locked
from rooms.models import Room

log = structlog.get_logger(__name__)

# Requests that wait for a recorder must leave threads for all others (decisions.md 22).
_WAITING = BoundedSemaphore(24)
_GLANCE = 0.1  # seconds


@dataclass(frozen=True)
class Wish:
    """What is asked for; what is not said is as the room's configuration has it. `by` goes into the log."""

    layout: str | None = None
    encoding: Any = None
    by: str = ""


def request(room: Room, wish: Wish, *, now: datetime) -> Recording:
    """The recording, on its way to a recorder. Raises `RecordingDisabled`, `AlreadyRecorded`, `NoParticipants`,
    `CannotStart`, `LiveKitError`; the room is free again then."""
    expect_enabled(room)
    recording = _insert(room, wish, now=now)
    try:
        _expect_somebody(room)
        quota.expect_space()
        _expect_storage()
        recorder().expect_free(recording, now=now)
    except Exception as error:
        _take_back(recording, error, _failure(error), now=now)
        raise
    _signal(room, None, now=now)
    try:
        recorder().start(recording, now=now)
    except Exception as error:
        # Whoever has heard that it is starting has to hear that it is not.
        _take_back(recording, error, _failure(error) or Failure.LIVEKIT_LOST, now=now)
        raise
    recording.refresh_from_db()
    return recording


@contextmanager
def place_to_wait(room: Room) -> Iterator[None]:
    """For a request that will `wait`; raises `TooManyWait` before anything has begun."""
    if not _WAITING.acquire(blocking=False):
        raise TooManyWait(room.room_id)
    try:
        yield
    finally:
        _WAITING.release()


def expect_enabled(room: Room) -> None:
    if not room.config["recording"]["enabled"]:
        raise RecordingDisabled(room.room_id)


def wait(recording: Recording) -> Recording:
    """Until the recorder is at work, at most as long as a start may take. Raises `CannotStart` with the reason why it
    is not; a recorder that comes later is sent away."""
    left = recording.created_at + lifecycle.START_WITHIN - clock.now()
    deadline = time.monotonic() + left.total_seconds()
    while recording.status == RecordingStatus.STARTING and time.monotonic() < deadline:
        pause()
        recording = _now(recording)
    if recording.status == RecordingStatus.STARTING:
        recording = time_out(recording, now=clock.now())
    if recording.status in (RecordingStatus.FAILED, RecordingStatus.ABORTED):
        raise _reason(recording)
    return recording


def pause() -> None:
    """Between two looks at the row, with the connection left to others."""
    release_connection()
    time.sleep(_GLANCE)


def time_out(recording: Recording, *, now: datetime) -> Recording:
    """A start that took too long has failed, unless it has succeeded meanwhile. Raises `NoRecorderFree` if no recorder
    was ever heard of."""
    if recording.egress_id is None:
        raise give_back(recording, now=now)
    recording = lifecycle.fail_start(recording.pk, Failure.TIMED_OUT, now=now)
    if recording.status != RecordingStatus.FAILED:
        return recording
    with suppress(gateway.LiveKitError):  # whoever compares us with LiveKit sends it away later
        recorder_of(recording).stop(recording, now=now)
    return recording


def give_back(recording: Recording, *, now: datetime) -> NoRecorderFree:
    """A start whose recorder was not heard of in time leaves no recording behind; people are told why."""
    nobody = NoRecorderFree(recording.room.room_id)
    _take_back(recording, nobody, nobody.failure, now=now)
    return nobody


def _insert(room: Room, wish: Wish, *, now: datetime) -> Recording:
    uid = ids.hex_id()
    asked = wish.encoding or room.config["recording"]["encoding"]
    is_embedded = settings.MEET_RECORDER == Recording.Backend.BROWSER
    with transaction.atomic():
        held = locked(room.room_id)
        if held is None or held.deleted_at:
            raise RoomNotFound(room.room_id)
        recording = Recording(
            uid=uid,
            room=held,
            room_name=held.name,
            meeting=held.open_meeting(),
            backend=settings.MEET_RECORDER,
            key=f"recordings/{held.room_id}/{held.room_id}--{uid}.mp4",
            layout=wish.layout or room.config["recording"]["layout"],
            encoding=encoding.embedded(asked)[1] if is_embedded else asked,
            public_secret=ids.hex_secret(),
            private_secret=ids.hex_secret(),
            started_by=wish.by,
            created_at=now,
            deadline_at=now + lifecycle.START_WITHIN,
        )
        try:
            with transaction.atomic():
                recording.save(force_insert=True)
        except IntegrityError as error:
            if Recording.with_deleted.filter(room=held, released_at=None).exists():
                raise AlreadyRecorded(room.room_id) from error
            raise
        requested = RecordingEvent.Kind.REQUESTED
        RecordingEvent.objects.create(recording=recording, kind=requested, at=now, by=wish.by)
    return recording


def _expect_somebody(room: Room) -> None:
    try:
        people = gateway.participants(room.room_id)
    except gateway.NotFound:
        people = []
    if not any(person.kind == ParticipantInfo.STANDARD for person in people):
        raise NoParticipants(room.room_id)


def _expect_storage() -> None:
    release_connection()
    try:
        storage.probe()
    except storage.StorageError as error:
        raise CannotStart(Failure.STORAGE_REFUSED, "The recording storage cannot be written") from error


def _failure(error: Exception) -> Failure | None:
    return error.failure if isinstance(error, CannotStart) else None


def _take_back(recording: Recording, error: Exception, failure: Failure | None, *, now: datetime) -> None:
    """Unless it has got an egress id after all, which makes it a recording: then its deadline decides. People are told
    of a `failure`."""
    room_id = recording.room.room_id
    log.warning("recording not started", room_id=room_id, reason=str(error))
    with transaction.atomic():
        # Read under its lock: an event may be giving it its id at this very moment.
        found = Recording.with_deleted.select_for_update().filter(pk=recording.pk, egress_id=None).first()
        if found:
            found.delete()
    if found and failure:
        _signal(recording.room, failure, now=now)


def _signal(room: Room, failure: Failure | None, *, now: datetime) -> None:
    payload: Mapping[str, Any] = start_signal(room.room_id, failure=failure)
    try:
        signals.recording_updated(room.room_id, payload, now=now)
    except gateway.LiveKitError as error:
        log.warning("people not told of the recording", room_id=room.room_id, reason=error.reason)


def _now(recording: Recording) -> Recording:
    found: Recording | None = Recording.with_deleted.select_related("room").filter(pk=recording.pk).first()
    if found is None:  # the sweep was quicker in giving it back
        raise NoRecorderFree(recording.room.room_id)
    return found


def _reason(recording: Recording) -> CannotStart:
    failure = recording.failure or Failure.TIMED_OUT
    if failure is Failure.TIMED_OUT:
        return StartTimedOut(recording.room.room_id)
    return CannotStart(failure, f"{failure.sentence.rstrip('.')} in room '{recording.room.room_id}'")

"""The recorder process of this machine: takes recordings, has the browser make them, finishes their files.

Only this machine has the files until they are stored (decisions.md 31). One process a machine and data directory;
whatever an earlier one left behind is finished when the next one starts.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Q

from meet import clock
from meet.livekit.tokens import recorder_token
from recordings import encoding, lifecycle
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import IN_PROGRESS, RecorderHost, Recording, RecordingStatus
from recordings.recorders import local_files
from recordings.recorders.browser import End, Job, NoSpace, NotNow, NoUsableFile, Outcome, capture, page_url

log = structlog.get_logger(__name__)

_BEAT = 10.0  # seconds
# Uploads at a time (meet.supervisor.programs).
uploads = threading.BoundedSemaphore(2)
_slots = threading.BoundedSemaphore(settings.MEET_RECORDER_SLOTS)
_is_ending = threading.Event()
_at_work: set[int] = set()


def queue_of(host: str) -> str:
    """Where the recorder of that machine takes its orders."""
    return f"recorder-{host}"


# -- Being there -----------------------------------------------------------------------------------------------------


def begin() -> None:
    """When the process starts: says from now on that it is there. What an earlier one left behind, the sweep has this
    one finish and deliver."""
    threading.Thread(target=_keep_saying_so, daemon=True, name="recorder-heartbeat").start()


def end() -> None:
    """When the process is told to stop, in a handler of that signal: recordings are cut off in order, and finished by
    the next start."""
    _is_ending.set()


def say_so(*, now: datetime) -> None:
    RecorderHost.objects.update_or_create(
        name=settings.MEET_RECORDER_HOST, defaults={"slots": settings.MEET_RECORDER_SLOTS, "seen_at": now}
    )


def take_over(*, now: datetime) -> None:
    """What an earlier process of this machine was at: nobody else is any more."""
    local_files.remove_profiles()
    mine = Recording.with_deleted.filter(host=settings.MEET_RECORDER_HOST, status__in=IN_PROGRESS)
    for pk in list(mine.filter(released_at=None).values_list("pk", flat=True)):
        with lifecycle.held(pk) as row:
            if row.released_at is None:
                lifecycle.lose_recorder(row, now=now)
            if RecordingStatus(row.status).is_final:
                local_files.discard(row.uid)
    mine.filter(deliver_at__gt=now).update(deliver_at=now)


def _keep_saying_so() -> None:
    """Whatever happens to it: without this thread nobody would be recorded here until somebody looks."""
    has_taken_over = False
    while not _is_ending.is_set():
        try:
            if not has_taken_over:
                take_over(now=clock.now())
                has_taken_over = True
            say_so(now=clock.now())
            local_files.sweep(now=clock.now())
        except (DatabaseError, OSError) as error:
            log.warning("recorder not announced", reason=f"{type(error).__name__}: {error}")
            close_old_connections()
        _is_ending.wait(_BEAT)
    RecorderHost.objects.filter(name=settings.MEET_RECORDER_HOST).delete()


# -- Recording -------------------------------------------------------------------------------------------------------


def record(pk: int) -> None:
    """From an unclaimed row to a finished file. Does nothing if another recorder was quicker, or nobody wants it any
    more."""
    if not _slots.acquire(blocking=False):
        return
    try:
        recording = _take(pk, now=clock.now())
        if recording:
            _at_work.add(pk)
            _record(recording)
    finally:
        _at_work.discard(pk)
        _slots.release()


def _record(recording: Recording) -> None:
    try:
        _finish(recording, capture(_job(recording), _Watch(recording)))
    except Exception:
        # Whatever it was, the room must not wait for it; what was filmed is rescued.
        with suppress(DatabaseError), lifecycle.held(recording.pk) as row:
            if row.status in IN_PROGRESS and not row.deliver_at:
                lifecycle.lose_recorder(row, now=clock.now())
        raise


def _take(pk: int, *, now: datetime) -> Recording | None:
    waiting = Recording.objects.filter(
        pk=pk,
        backend=Recording.Backend.BROWSER,
        status=RecordingStatus.STARTING,
        host="",
        stop_requested_at=None,
        deadline_at__gt=now,
    )
    if not waiting.update(host=settings.MEET_RECORDER_HOST):
        return None
    found: Recording = Recording.objects.select_related("room").get(pk=pk)
    return found


def _job(recording: Recording) -> Job:
    picture, _used = encoding.embedded(recording.encoding)
    return Job(
        page_url=page_url(
            settings.MEET_RECORDER_PAGE_URL,
            layout=recording.layout,
            livekit_url=settings.LIVEKIT_URL_PRIVATE,
            token=recorder_token(recording.room.room_id, str(recording.egress_id), now=clock.now()),
        ),
        part=local_files.part_of(recording.uid),
        width=picture.width,
        height=picture.height,
        frame_rate=picture.frame_rate,
        video_bitrate=picture.video_bitrate,
        audio_bitrate=picture.audio_bitrate,
        profile=local_files.profile_of(recording.uid),
    )


@dataclass
class _Watch:
    """What the recorder at work tells the row, and hears from it. A database that is gone ends no recording."""

    recording: Recording
    _next_beat: datetime | None = None

    def active(self) -> None:
        now = clock.now()
        report = Report(RecordingStatus.ACTIVE, started_at=now)
        self.recording.started_at = now
        self._try(lambda: lifecycle.note(self.recording.pk, report, now=now))

    def tick(self, _size: int) -> End | None:
        if _is_ending.is_set():
            return End.SHUTDOWN
        now = clock.now()
        longest = timedelta(minutes=settings.MEET_RECORDING_MAX_MINUTES)
        if self.recording.started_at and now - self.recording.started_at > longest:
            return End.LIMIT
        if self._next_beat is None or now >= self._next_beat:
            self._next_beat = now + timedelta(seconds=_BEAT)
            self._try(lambda: lifecycle.sign_of_life(self.recording.pk, now=now))
        return End.STOPPED if self._is_unwanted() else None

    def _is_unwanted(self) -> bool:
        unwanted = ~Q(stop_requested_at=None, deleted_at=None, released_at=None)
        rows = Recording.with_deleted.filter(unwanted, pk=self.recording.pk)
        return bool(self._try(rows.exists))

    def _try(self, query: Callable[[], object]) -> object:
        try:
            return query()
        except DatabaseError as error:
            log.warning("recorder cannot reach the database", reason=type(error).__name__)
            close_old_connections()
            return None


# -- Finishing -------------------------------------------------------------------------------------------------------

_FAILURES = {
    End.LIMIT: Failure.LIMIT,
    End.DISK_FULL: Failure.DISK_FULL,
    End.DIED: Failure.RECORDER_DIED,
    End.PAGE_FAILED: Failure.PAGE_FAILED,
    End.CANCELLED: Failure.CANCELLED,
    End.LIVEKIT_LOST: Failure.LIVEKIT_LOST,
}


def _finish(recording: Recording, outcome: Outcome) -> None:
    log.info("recorder has stopped", recording_id=recording.recording_id, end=outcome.end, details=outcome.details)
    if outcome.end is End.SHUTDOWN:
        return  # its file waits for the next start of this process
    failure = _FAILURES.get(outcome.end)
    is_wanted = Recording.objects.filter(pk=recording.pk).exists()
    if outcome.end is End.CANCELLED or not is_wanted or not outcome.bytes_written:
        was_stopped = outcome.end is End.CANCELLED or not is_wanted
        status = RecordingStatus.ABORTED if was_stopped else RecordingStatus.FAILED
        report = Report(status, failure=failure or Failure.RECORDER_DIED, details=outcome.details)
        lifecycle.note(recording.pk, report, now=clock.now())
        local_files.discard(recording.uid)
        return
    ending = Report(RecordingStatus.ENDING, ended_at=outcome.ended_at, details=outcome.details)
    lifecycle.note(recording.pk, ending, now=clock.now())
    status = RecordingStatus.LIMIT_REACHED if outcome.end is End.LIMIT else RecordingStatus.COMPLETE
    stopped = Report(status, ended_at=outcome.ended_at, failure=failure, details=outcome.details)
    try:
        _hand_in(recording, _with_file(recording, stopped))
    except NotNow as error:
        log.warning("recording not finished yet", recording_id=recording.recording_id, reason=str(error))
        reason = Failure.DISK_FULL if isinstance(error, NoSpace) else Failure.RECORDER_DIED
        with lifecycle.held(recording.pk) as row:
            lifecycle.lose_recorder(row, now=clock.now(), failure=reason)


def _hand_in(recording: Recording, report: Report) -> None:
    """The row may have come to another end meanwhile: lost from sight by mistake, or over for good."""
    row = lifecycle.note(recording.pk, report, now=clock.now())
    if lifecycle.awaits_rescue(row):
        _hand_in_late(row, report)
    elif not row.deliver_at:
        local_files.discard(row.uid)


def _hand_in_late(row: Recording, report: Report) -> None:
    if report.status is RecordingStatus.FAILED:
        failure = report.failure or Failure.RECORDER_DIED
        lifecycle.give_up(row.pk, failure, now=clock.now(), details=report.details)
        local_files.discard(row.uid)
    else:
        lifecycle.rescued(row.pk, report, now=clock.now())


def _with_file(recording: Recording, report: Report) -> Report:
    """`report` with what the file turned out to be; raises `NotNow` where that cannot be known yet."""
    try:
        media = local_files.made(recording.uid)
    except NoUsableFile as error:
        failure = report.failure or Failure.RECORDER_DIED
        return replace(report, status=RecordingStatus.FAILED, failure=failure, details=str(error))
    return replace(report, duration=media.duration, size=media.size)


def finish_left_behind(pk: int, *, now: datetime) -> None:
    """Of a recording that no process is at work on any more: whatever was written of it becomes its file."""
    if pk in _at_work:
        return
    _at_work.add(pk)
    try:
        _finish_left_behind(pk, now=now)
    except NotNow as error:
        log.warning("recording not finished yet", recording=pk, reason=str(error))
    finally:
        _at_work.discard(pk)


def _finish_left_behind(pk: int, *, now: datetime) -> None:
    with lifecycle.held(pk) as row:
        if row.host != settings.MEET_RECORDER_HOST or row.status not in IN_PROGRESS or row.deliver_at:
            return
        if row.released_at is None:
            lifecycle.lose_recorder(row, now=now)
    lost = Report(
        RecordingStatus.COMPLETE,
        ended_at=local_files.last_written(row.uid) or row.ended_at,
        failure=row.failure or Failure.RECORDER_DIED,
        details="The recorder stopped in between; the file ends there",
    )
    _hand_in_late(row, _with_file(row, lost))

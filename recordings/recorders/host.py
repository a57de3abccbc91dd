"""The recorder process of this machine: takes recordings, has the browser make them, finishes their files.

Only this machine has the files until they are stored (decisions.md 31). One process a machine and data directory;
whatever an earlier one left behind is finished when the next one starts.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.db.models import Q

from meet import clock
from meet.livekit.tokens import recorder_token
from recordings import encoding, lifecycle
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import IN_PROGRESS, DeletionReceipt, RecorderHost, Recording, RecordingStatus
from recordings.recorders.browser import End, Job, NoSpace, NoUsableFile, Outcome, capture, remove_profile, remux

log = structlog.get_logger(__name__)

_BEAT = 10.0  # seconds
_KEEP_FILES = timedelta(days=7)
_slots = threading.BoundedSemaphore(settings.MEET_RECORDER_SLOTS)
_is_ending = threading.Event()
_at_work: set[int] = set()


def files_queue(host: str) -> str:
    """Where the recorder of that machine takes orders about its files."""
    return f"files-{host}"


# -- Being there -----------------------------------------------------------------------------------------------------


def begin() -> None:
    """When the process starts: finishes what was left, and says from now on that it is there."""
    for profile in _folder().glob("*.profile"):  # of browsers whose driver was killed
        remove_profile(profile)
    for recording in _left_behind():
        finish_left_behind(recording.pk, now=clock.now())
    threading.Thread(target=_keep_saying_so, daemon=True, name="recorder-heartbeat").start()


def end() -> None:
    """When the process is told to stop, in a handler of that signal: recordings are cut off in order, and finished by
    the next start."""
    _is_ending.set()


def say_so(*, now: datetime) -> None:
    RecorderHost.objects.update_or_create(
        name=settings.MEET_RECORDER_HOST, defaults={"slots": settings.MEET_RECORDER_SLOTS, "seen_at": now}
    )


def _keep_saying_so() -> None:
    while not _is_ending.is_set():
        try:
            say_so(now=clock.now())
            sweep_files(now=clock.now())
        except DatabaseError as error:
            log.warning("recorder not announced", reason=type(error).__name__)
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
            _finish(recording, capture(_job(recording), _Watch(recording)))
    finally:
        _at_work.discard(pk)
        _slots.release()


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
    query = {
        "layout": recording.layout,
        "url": settings.LIVEKIT_URL_PRIVATE,
        "token": recorder_token(recording.room.room_id, str(recording.egress_id), now=clock.now()),
    }
    return Job(
        page_url=f"{settings.MEET_RECORDER_PAGE_URL}?{urlencode(query)}",
        part=_part(recording),
        width=picture.width,
        height=picture.height,
        frame_rate=picture.frame_rate,
        video_bitrate=picture.video_bitrate,
        audio_bitrate=picture.audio_bitrate,
        profile=_folder() / f"{recording.uid}.profile",
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
    now = clock.now()
    log.info("recorder has stopped", recording_id=recording.recording_id, end=outcome.end, details=outcome.details)
    if outcome.end is End.SHUTDOWN:
        return  # its file waits for the next start of this process
    failure = _FAILURES.get(outcome.end)
    is_wanted = Recording.objects.filter(pk=recording.pk).exists()
    if outcome.end is End.CANCELLED or not is_wanted or not outcome.bytes_written:
        was_stopped = outcome.end is End.CANCELLED or not is_wanted
        status = RecordingStatus.ABORTED if was_stopped else RecordingStatus.FAILED
        report = Report(status, failure=failure or Failure.RECORDER_DIED, details=outcome.details)
        lifecycle.note(recording.pk, report, now=now)
        _part(recording).unlink(missing_ok=True)
        return
    ending = Report(RecordingStatus.ENDING, ended_at=outcome.ended_at, details=outcome.details)
    lifecycle.note(recording.pk, ending, now=now)
    status = RecordingStatus.LIMIT_REACHED if outcome.end is End.LIMIT else RecordingStatus.COMPLETE
    try:
        report = _with_file(recording, status, failure=failure, ended_at=outcome.ended_at, details=outcome.details)
    except NoSpace as error:
        log.warning("recording not finished yet", recording_id=recording.recording_id, reason=str(error))
        with lifecycle.held(recording.pk) as row:
            lifecycle.lose_recorder(row, now=clock.now(), failure=Failure.DISK_FULL)
        return
    lifecycle.note(recording.pk, report, now=clock.now())


def _with_file(
    recording: Recording, status: RecordingStatus, *, failure: Failure | None, ended_at: datetime | None, details: str
) -> Report:
    """The report of a recording that has stopped, with what its file turned out to be; `NoSpace` where that cannot be
    known yet."""
    try:
        media = remux(_part(recording), file_of(recording))
    except NoUsableFile as error:
        reason = failure or Failure.RECORDER_DIED
        return Report(RecordingStatus.FAILED, ended_at=ended_at, failure=reason, details=str(error))
    _part(recording).unlink(missing_ok=True)
    return Report(
        status,
        ended_at=ended_at,
        duration=media.duration,
        size=media.size,
        failure=failure,
        details=details,
    )


def finish_left_behind(pk: int, *, now: datetime) -> None:
    """Of a recording that no process is at work on any more: whatever was written of it becomes its file."""
    if pk in _at_work:
        return
    _at_work.add(pk)
    try:
        _finish_left_behind(pk, now=now)
    except NoSpace as error:
        log.warning("recording not finished yet", recording=pk, reason=str(error))
    finally:
        _at_work.discard(pk)


def _finish_left_behind(pk: int, *, now: datetime) -> None:
    with lifecycle.held(pk) as row:
        if row.host != settings.MEET_RECORDER_HOST or row.status not in IN_PROGRESS or row.deliver_at:
            return
        if row.released_at is None:
            lifecycle.lose_recorder(row, now=now)
    ended_at = _last_written(row) or row.ended_at
    details = "The recorder stopped in between; the file ends there"
    failure = row.failure or Failure.RECORDER_DIED
    report = _with_file(row, RecordingStatus.COMPLETE, failure=failure, ended_at=ended_at, details=details)
    if report.status is RecordingStatus.FAILED:
        lifecycle.give_up(pk, failure, now=clock.now(), details=report.details)
    else:
        lifecycle.rescued(pk, report, now=clock.now())


def _left_behind() -> list[Recording]:
    return list(
        Recording.with_deleted.filter(host=settings.MEET_RECORDER_HOST, status__in=IN_PROGRESS, deliver_at=None)
    )


# -- Files -----------------------------------------------------------------------------------------------------------


def file_of(recording: Recording) -> Path:
    """The finished file, until the storage has it."""
    return _folder() / f"{recording.uid}.mp4"


def _part(recording: Recording) -> Path:
    return _folder() / f"{recording.uid}.part"


def _folder() -> Path:
    folder: Path = settings.MEET_DATA_DIR / "recorder"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _files() -> list[Path]:
    return [path for path in _folder().iterdir() if path.suffix in (".part", ".mp4")]


def _last_written(recording: Recording) -> datetime | None:
    try:
        stamp = _part(recording).stat().st_mtime
    except FileNotFoundError:
        return None
    return clock.from_ms(int(stamp * 1000))


def discard(uid: str) -> None:
    """Whatever of this recording lies on this machine."""
    for path in _folder().glob(f"*{uid}.*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def sweep_files(*, now: datetime) -> None:
    """Takes away what nobody waits for any more: what was deleted, and files a week old whose recording has come to
    its end."""
    files = _files()
    for uid in DeletionReceipt.objects.filter(uid__in={path.stem for path in files}).values_list("uid", flat=True):
        discard(uid)
    for path in files:
        if not path.exists() or clock.from_ms(int(path.stat().st_mtime * 1000)) > now - _KEEP_FILES:
            continue
        if not Recording.with_deleted.filter(uid=path.stem, status__in=IN_PROGRESS).exists():
            log.warning("file without a recording deleted", file=path.name)
            path.unlink(missing_ok=True)

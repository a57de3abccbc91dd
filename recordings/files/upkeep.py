"""Files and rows compared, both ways: files that belong to no recording, and recordings whose file is missing or has
another size.

What is found is reported first, and remembered. A file without a recording is deleted when it has been one for all of
the grace period; a recording without its file is only marked. A storage that does not answer is not an empty one, nor
is one that has nothing of what should be there: then nothing is changed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.conf import settings

from recordings import lifecycle, storage
from recordings.failures import Failure
from recordings.models import WITH_FILE, Recording, StoredFileFinding
from recordings.storage import StorageError, StoredFile

log = structlog.get_logger(__name__)

Kind = StoredFileFinding.Kind

_BATCH = 500
_WRITE_BATCH = 100
# Of many at once, this many have a line of their own in the log.
_TOLD = 20
# Whatever else lies there is not ours to judge.
_OURS = re.compile(r"recordings/([^/]+)/\1--[^/]+\.mp4")
_UNFINISHED_FOR = timedelta(days=1)


def remove_unfinished(*, now: datetime) -> None:
    """Uploads and drafts that a process left behind when it died."""
    try:
        count = storage.remove_unfinished(now - _UNFINISHED_FOR)
    except StorageError as error:
        log.warning("unfinished files not looked for", reason=error.message)
    else:
        if count:
            log.info("unfinished files removed", count=count)


def compare(*, now: datetime) -> None:
    """Does nothing at all if the storage fails before everything is seen."""
    try:
        seen = _look()
        if seen.has_nothing_of_ours:
            log.error("storage has none of the recordings' files; is it another one?", recordings=len(seen.lost))
            return
        lost = [loss for loss in seen.lost if not _was_late(loss)]
    except StorageError as error:
        log.warning("recordings not compared with their files", reason=error.message)
        return
    _note_orphans(seen.orphans, now=now)
    _note_losses(lost, now=now)
    if seen.known:
        _delete_orphans(seen.orphans, now=now)
    elif seen.orphans:
        log.error("files of recordings, and none of them known; is it another database?", files=len(seen.orphans))


# -- Looking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loss:
    """`found` is the size of what there is instead, None if nothing is."""

    pk: int
    key: str
    size: int | None
    found: int | None


@dataclass
class _Seen:
    """`known` counts the files that have a row; only keys and numbers are kept of what is in order."""

    orphans: list[StoredFile] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    known: int = 0

    @property
    def has_nothing_of_ours(self) -> bool:
        """One may have lost its file; all of several at once have not."""
        return self.known == 0 and len(self.lost) > 1


def _look() -> _Seen:
    """Raises `StorageError`."""
    seen = _Seen()
    whole: set[int] = set()
    sizes: dict[int, int] = {}
    for files in _batches(storage.stored(), _BATCH):
        rows = Recording.with_deleted.filter(key__in=[file.key for file in files])
        by_key = {key: (pk, size) for key, pk, size in rows.values_list("key", "pk", "size")}
        seen.known += len(by_key)
        for file in files:
            pk, size = by_key.get(file.key, (None, None))
            if pk is None:
                seen.orphans += [file] if _OURS.fullmatch(file.key) else []
            elif size in (None, file.size):
                whole.add(pk)
            else:
                sizes[pk] = file.size
    seen.lost = [Loss(pk, key, size, sizes.get(pk)) for pk, key, size in _expected() if pk not in whole]
    return seen


def _expected() -> Iterator[tuple[int, str, int | None]]:
    rows = Recording.objects.filter(status__in=WITH_FILE).order_by("pk").values_list("pk", "key", "size")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        yield from batch
        last = batch[-1][0]


def _was_late(loss: Loss) -> bool:
    """Whether the file came after the list was made. Raises `StorageError`."""
    found = storage.size(loss.key)
    return found is not None and loss.size in (None, found)


def _batches(files: Iterable[StoredFile], size: int) -> Iterator[list[StoredFile]]:
    rest = iter(files)
    while batch := list(islice(rest, size)):
        yield batch


# -- Files without a recording -----------------------------------------------------------------------------------------


def _note_orphans(orphans: Sequence[StoredFile], *, now: datetime) -> None:
    findings = StoredFileFinding.objects.filter(kind=Kind.ORPHAN)
    known = set(findings.values_list("key", flat=True))
    there = {file.key for file in orphans}
    new = [file for file in orphans if file.key not in known]
    for start in range(0, len(new), _WRITE_BATCH):
        StoredFileFinding.objects.bulk_create(
            (
                StoredFileFinding(key=file.key, kind=Kind.ORPHAN, size=file.size, first_seen_at=now)
                for file in new[start : start + _WRITE_BATCH]
            ),
            ignore_conflicts=True,
        )
    for file in new[:_TOLD]:
        log.warning("file without a recording", key=file.key, size=file.size, modified=file.modified.isoformat())
    if there:
        log.warning("files without a recording", count=len(there), new=len(new))
    _forget(sorted(known - there))


def _delete_orphans(orphans: Sequence[StoredFile], *, now: datetime) -> None:
    """Those that have been without a recording, and untouched, for all of the grace period."""
    if not settings.MEET_ORPHAN_GRACE_DAYS:
        return
    since = now - timedelta(days=settings.MEET_ORPHAN_GRACE_DAYS)
    findings = StoredFileFinding.objects.filter(kind=Kind.ORPHAN, first_seen_at__lte=since)
    due = set(findings.values_list("key", flat=True))
    for file in orphans:
        if file.key not in due or file.modified > since or Recording.with_deleted.filter(key=file.key).exists():
            continue
        try:
            storage.delete(file.key)
        except StorageError as error:
            log.warning("file without a recording not deleted yet", key=file.key, reason=error.message)
            return
        log.warning("file without a recording deleted", key=file.key, size=file.size)
        _forget([file.key])


def _forget(keys: Sequence[str]) -> None:
    for start in range(0, len(keys), _WRITE_BATCH):
        batch = keys[start : start + _WRITE_BATCH]
        StoredFileFinding.objects.filter(kind=Kind.ORPHAN, key__in=batch).delete()


# -- Recordings without their file -------------------------------------------------------------------------------------


def _note_losses(lost: Sequence[Loss], *, now: datetime) -> None:
    findings = StoredFileFinding.objects.filter(kind=Kind.LOST)
    known = {finding.recording_id: finding for finding in findings}
    for loss in lost:
        if loss.pk not in known:
            _mark(loss, now=now)
    still = {loss.pk for loss in lost}
    for pk, finding in known.items():
        if pk not in still:
            _unmark(finding, now=now)


def _mark(loss: Loss, *, now: datetime) -> None:
    details = _difference(loss)
    log.warning("recording without its file", key=loss.key, details=details)
    with suppress(Recording.DoesNotExist), lifecycle.held(loss.pk) as row:
        _finding, is_new = StoredFileFinding.objects.get_or_create(
            key=loss.key,
            defaults={
                "kind": Kind.LOST,
                "size": loss.found,
                "first_seen_at": now,
                "recording": row,
                "error_code_before": row.error_code,
            },
        )
        if is_new:
            lifecycle.lose_file(row, details, now=now)


def _unmark(finding: StoredFileFinding, *, now: datetime) -> None:
    with suppress(Recording.DoesNotExist), lifecycle.held(int(finding.recording_id or 0)) as row:
        finding.delete()
        if row.failure is Failure.FILE_LOST and not row.deleted_at:
            before = finding.error_code_before
            lifecycle.find_file(row, failure=Failure(before) if before else None, now=now)
            log.info("recording has its file again", key=finding.key)


def _difference(loss: Loss) -> str:
    if loss.found is None:
        return "There is no file in the storage"
    return f"The file has {loss.found} bytes instead of {loss.size}"

"""Files on this machine, or in a directory that a recorder shares with it."""

import errno
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.core.files.storage import FileSystemStorage

from recordings.storage.backend import PREFIX, PROBE, StoredFile
from recordings.storage.blocks import Blocks
from recordings.storage.errors import MissingFile, StorageError, StorageFull, StorageRefused, StorageUnavailable

log = structlog.get_logger(__name__)

# A recording that is begun on a disk with less than this would not get far.
_RESERVE = 1 << 30
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


class LocalStorage(FileSystemStorage):
    def put(self, path: Path, key: str) -> None:
        target = Path(self.path(key))
        with _told("save"), self._draft() as draft:
            _link_or_copy(path, draft)
            try:
                _move(draft, target)
            except FileNotFoundError:
                # The room's folder went with its last file, just now.
                _move(draft, target)

    def size_of(self, key: str) -> int | None:
        with _told("size"), suppress(FileNotFoundError):
            return Path(self.path(key)).stat().st_size
        return None

    def remove(self, key: str) -> None:
        path = Path(self.path(key))
        with _told("delete"):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()

    def read(self, key: str, start: int, end: int) -> Blocks:
        with _told("read"):
            try:
                file = io.FileIO(self.path(key))
            except FileNotFoundError as error:
                raise MissingFile(key) from error
            file.seek(start)
        return Blocks(file.read, length=end - start + 1, close=file.close)

    def file_path(self, key: str) -> Path | None:
        return Path(self.path(key))

    def signed(self, _key: str, *, filename: str, as_attachment: bool, expires: timedelta) -> str | None:
        return None

    def stored(self) -> Iterator[StoredFile]:
        root = Path(self.base_location)
        with _told("list"):
            for folder, _folders, names in os.walk(root / PREFIX, onerror=_unless_gone):
                for path in (Path(folder, name) for name in names):
                    # Somebody may delete one meanwhile.
                    with suppress(FileNotFoundError):
                        facts = path.stat()
                        modified = datetime.fromtimestamp(facts.st_mtime, UTC)
                        yield StoredFile(path.relative_to(root).as_posix(), facts.st_size, modified)

    def remove_unfinished(self, before: datetime) -> int:
        count = 0
        with _told("remove unfinished"), suppress(FileNotFoundError):
            for draft in self._drafts.iterdir():
                # Not when it was modified: a second name of a recorder's file is as old as that.
                if datetime.fromtimestamp(draft.stat().st_ctime, UTC) < before:
                    draft.unlink(missing_ok=True)
                    count += 1
        return count

    def probe(self) -> None:
        with _told("probe"):
            with self._draft() as draft:
                draft.write_bytes(PROBE)
            if shutil.disk_usage(self.base_location).free < _RESERVE:
                raise StorageFull

    @property
    def _drafts(self) -> Path:
        return Path(self.base_location, ".incoming")

    @contextmanager
    def _draft(self) -> Iterator[Path]:
        """On the same disk as the final place, so that moving there is one step."""
        self._drafts.mkdir(parents=True, exist_ok=True)
        draft = self._drafts / uuid.uuid4().hex
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)


def _unless_gone(error: OSError) -> None:
    """What cannot be listed must not look like a folder without files."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _link_or_copy(path: Path, draft: Path) -> None:
    """On one disk a second name is enough: no time, and no room for two."""
    try:
        draft.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def _move(draft: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _told(operation: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("recording storage", operation=operation, reason=error.strerror)
        raise _in_our_words(error) from error


def _in_our_words(error: OSError) -> StorageError:
    if error.errno in _FULL:
        return StorageFull()
    return StorageRefused() if error.errno in _REFUSED else StorageUnavailable()

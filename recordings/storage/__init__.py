"""The one boundary to the files of recordings, wherever they lie: `STORAGES["recordings"]` of the settings.

A key is `recordings/<roomId>/<roomId>--<uid>.mp4`. Every call has time-outs of its own and raises a `StorageError` when
the storage does not do what it was asked for.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from django.core.files.storage import storages

from recordings.storage.backend import Backend, StoredFile
from recordings.storage.blocks import Blocks
from recordings.storage.errors import MissingFile, StorageError, StorageFull, StorageRefused, StorageUnavailable

__all__ = [
    "Blocks",
    "MissingFile",
    "StorageError",
    "StorageFull",
    "StorageRefused",
    "StorageUnavailable",
    "StoredFile",
    "delete",
    "local_path",
    "open_range",
    "probe",
    "remove_unfinished",
    "save",
    "signed_url",
    "size",
    "stored",
]


def save(path: Path, key: str) -> None:
    """Under `key` there is all of the file or nothing, at any time. Nobody may write to the one at `path` afterwards:
    on one disk it is the same. Taking it away is for the caller."""
    _backend().put(path, key)


def size(key: str) -> int | None:
    """None if there is no such file."""
    return _backend().size_of(key)


def delete(key: str) -> None:
    """It is no error if there is no such file."""
    _backend().remove(key)


def open_range(key: str, start: int, end: int) -> Blocks:
    """The bytes from `start` to `end`, both included as HTTP counts; `MissingFile` if there are none."""
    return _backend().read(key, start, end)


def local_path(key: str) -> Path | None:
    """Where the file lies on this machine; None if the storage is elsewhere."""
    return _backend().file_path(key)


def signed_url(key: str, *, filename: str, as_attachment: bool, expires: timedelta) -> str | None:
    """An address at which whoever has it may GET the file until it `expires`; None if the storage has no such thing."""
    return _backend().signed(key, filename=filename, as_attachment=as_attachment, expires=expires)


def stored() -> Iterator[StoredFile]:
    """All files of recordings; those on their way in are not among them."""
    return _backend().stored()


def remove_unfinished(before: datetime) -> int:
    """Takes away what was begun before that and never became a file; returns how many. Azure and Google do so by
    themselves, after a week."""
    return _backend().remove_unfinished(before)


def probe() -> None:
    """Writes a few bytes and takes them away again, within five seconds; raises if that cannot be done."""
    _backend().probe()


def _backend() -> Backend:
    return cast("Backend", storages["recordings"])

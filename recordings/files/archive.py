"""A zip that is sent while it is built: stored as they are, since video does not shrink, in the format for large files.

The standard library writes it to anything with `write`. It does so as fast as the libraries made for this.
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from recordings import storage
from recordings.models import Recording


@dataclass(frozen=True)
class Entry:
    """`name` is that of the file in the archive."""

    key: str
    name: str
    modified: datetime


def entry_of(recording: Recording) -> Entry:
    return Entry(recording.key, recording.filename, recording.ended_at or recording.created_at)


class _File(NamedTuple):
    entry: Entry
    size: int


class Archive:
    """Asks the storage for the sizes when it is made: `length` must be right before the first byte leaves."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        sizes = ((entry, storage.size(entry.key)) for entry in entries)
        there = [_File(entry, size) for entry, size in sizes if size]
        self._files = [
            file._replace(entry=replace(file.entry, name=name))
            for file, name in zip(there, _unique(file.entry.name for file in there), strict=True)
        ]
        self.length = _length(self._files)

    def __iter__(self) -> Iterator[bytes]:
        return _zipped(self._files)


def _unique(names: Iterable[str]) -> Iterator[str]:
    """The second «a.mp4» is «a (2).mp4»."""
    seen: set[str] = set()
    for name in names:
        path, number, unique = PurePosixPath(name), 1, name
        while unique in seen:
            number += 1
            unique = f"{path.stem} ({number}){path.suffix}"
        seen.add(unique)
        yield unique


class _Sink:
    """What the standard library has written since somebody last asked. It does not seek: lengths and checksums then
    follow each file, and the table at the end has them as well."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(data)
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> list[bytes]:
        written, self._written = self._written, []
        return written


def _zipped(files: Sequence[_File]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            info = zipfile.ZipInfo(file.entry.name, file.entry.modified.timetuple()[:6])
            with (
                closing(storage.open_range(file.entry.key, 0, file.size - 1)) as blocks,
                archive.open(info, "w", force_zip64=True) as target,
            ):
                for block in blocks:
                    target.write(block)
                    yield from sink.taken()
    yield from sink.taken()


# Sizes of the format's records (APPNOTE 4.3), as the standard library writes them.
_LOCAL_HEADER, _ZIP64_SIZES, _DESCRIPTOR = 30, 20, 24
_TABLE_ROW, _END, _ZIP64_END = 46, 22, 56 + 20


def _length(files: Sequence[_File]) -> int:
    offset = table = 0
    for entry, size in files:
        name = len(entry.name.encode())
        table += _TABLE_ROW + name + _zip64_field(size, offset)
        offset += _LOCAL_HEADER + name + _ZIP64_SIZES + size + _DESCRIPTOR
    is_large = len(files) > zipfile.ZIP_FILECOUNT_LIMIT or max(offset, table) > zipfile.ZIP64_LIMIT
    return offset + table + (_ZIP64_END if is_large else 0) + _END


def _zip64_field(size: int, offset: int) -> int:
    """What a row of the table needs more for a large file (size and stored size), or for one that begins far behind."""
    numbers = (2 if size > zipfile.ZIP64_LIMIT else 0) + (1 if offset > zipfile.ZIP64_LIMIT else 0)
    return 4 + 8 * numbers if numbers else 0

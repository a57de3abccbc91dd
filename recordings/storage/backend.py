"""What each kind of storage can do beyond Django's own interface, which knows neither ranges nor half uploads."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from recordings.storage.blocks import Blocks

CONTENT_TYPE = "video/mp4"
# All keys begin so; a bucket may hold other things as well.
PREFIX = "recordings/"
PROBE_KEY = f"{PREFIX}.probe"
PROBE = b"written by Meet to see whether it can\n"
# Seconds; for one connection or one silence, not for a file.
CONNECT_TIMEOUT, READ_TIMEOUT = 3, 10
PROBE_TIMEOUT = 2


class StoredFile(NamedTuple):
    key: str
    size: int
    modified: datetime


class Backend(Protocol):
    def put(self, path: Path, key: str) -> None: ...
    def size_of(self, key: str) -> int | None: ...
    def remove(self, key: str) -> None: ...
    def read(self, key: str, start: int, end: int) -> Blocks: ...
    def file_path(self, key: str) -> Path | None: ...
    def signed(self, key: str, *, filename: str, as_attachment: bool, expires: timedelta) -> str | None: ...
    def stored(self) -> Iterator[StoredFile]: ...
    def remove_unfinished(self, before: datetime) -> int: ...
    def probe(self) -> None: ...

"""The file that grows while a meeting is recorded."""

import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings


class CannotWrite(Exception):
    """The disk is full, or worse."""


class Part:
    """Only ever appended to: a player or `remux` can read it up to its last whole pictures, wherever it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file = -1

    def __enter__(self) -> Self:
        """Never over a file that is there: it may be a recording whose driver died."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise CannotWrite(_said(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        if self.size == 0:
            self.path.unlink(missing_ok=True)

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                written = os.write(self._file, view)
                self.size += written
                view = view[written:]
        except OSError as error:
            raise CannotWrite(_said(error)) from error

    def settle(self) -> None:
        """What was appended outlives a power cut."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise CannotWrite(_said(error)) from error

    def is_short_of_space(self) -> bool:
        free = shutil.disk_usage(self.path.parent).free
        return free < int(settings.MEET_RECORDING_MIN_FREE_BYTES)


def _said(error: OSError) -> str:
    """Without the path, which is nobody's business who reads of the failure."""
    return f"the recording cannot be written: {error.strerror}"

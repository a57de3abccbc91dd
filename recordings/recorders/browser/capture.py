"""Placeholder of helper «engine»'s module: interface only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class End(StrEnum):
    STOPPED = "stopped"
    ROOM_ENDED = "room_ended"
    LIMIT = "limit"
    DISK_FULL = "disk_full"
    PAGE_FAILED = "page_failed"
    DIED = "died"
    CANCELLED = "cancelled"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True)
class Job:
    page_url: str = field(repr=False)
    part: Path
    width: int
    height: int
    frame_rate: int
    video_bitrate: int
    audio_bitrate: int
    profile: Path


@dataclass(frozen=True)
class Outcome:
    end: End
    details: str
    ended_at: datetime
    bytes_written: int


class Watch(Protocol):
    def active(self) -> None: ...

    def tick(self, size: int) -> End | None: ...


def capture(job: Job, watch: Watch, *, start_timeout: float = 20) -> Outcome:
    raise NotImplementedError

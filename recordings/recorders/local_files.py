"""What the embedded recorder of this machine has on its disk: pieces while it films, then a file, until the storage has
it."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings

from meet import clock
from recordings.models import IN_PROGRESS, DeletionReceipt, Recording
from recordings.recorders.browser import Media, probe, remove_profile, remux

log = structlog.get_logger(__name__)

_KEEP = timedelta(days=7)


def made(uid: str) -> Media:
    """The file, made of its pieces unless that was done before. Raises `NoUsableFile` or `NotNow`."""
    file, part = file_of(uid), part_of(uid)
    media = probe(file) if file.exists() else remux(part, file)
    part.unlink(missing_ok=True)
    return media


def file_of(uid: str) -> Path:
    """The whole file, if it is there."""
    return folder() / f"{uid}.mp4"


def part_of(uid: str) -> Path:
    return folder() / f"{uid}.part"


def profile_of(uid: str) -> Path:
    """Of the browser that films."""
    return folder() / f"{uid}.profile"


def folder() -> Path:
    found: Path = settings.MEET_DATA_DIR / "recorder"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def last_written(uid: str) -> datetime | None:
    """When the last piece came."""
    return _written(part_of(uid))


def discard(uid: str) -> None:
    """Whatever of this recording lies on this machine."""
    for path in folder().glob(f"*{uid}.*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def remove_profiles() -> None:
    """Of browsers whose driver was killed."""
    for profile in folder().glob("*.profile"):
        remove_profile(profile)


def sweep(*, now: datetime) -> None:
    """Takes away what nobody waits for any more: what was deleted, and files a week old whose recording has come to
    its end."""
    files = [path for path in folder().iterdir() if path.suffix in (".part", ".mp4")]
    for uid in DeletionReceipt.objects.filter(uid__in={path.stem for path in files}).values_list("uid", flat=True):
        discard(uid)
    for path in files:
        written = _written(path)
        if written is None or written > now - _KEEP:
            continue
        if not Recording.with_deleted.filter(uid=path.stem, status__in=IN_PROGRESS).exists():
            log.warning("file without a recording deleted", file=path.name)
            path.unlink(missing_ok=True)


def _written(path: Path) -> datetime | None:
    """None if it is gone: others deliver and finish meanwhile."""
    with suppress(FileNotFoundError):
        return clock.from_ms(int(path.stat().st_mtime * 1000))
    return None

"""From the pieces of a recording to a file that plays anywhere and can be searched."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SECONDS = 600
_NO_SPACE = "No space left on device"
# What a browser wrote, which strangers had a hand in: no protocols, no other formats.
_INPUT = ("-f", "mp4", "-protocol_whitelist", "file")


class NoUsableFile(Exception):
    """There is nothing in it to play."""


class NotNow(Exception):
    """The pieces may be good, but nothing can be made of them at the moment; they stay as they are."""


class NoSpace(NotNow):
    """The finished file would not fit beside the pieces."""


@dataclass(frozen=True)
class Media:
    duration: float  # seconds
    size: int  # bytes
    width: int
    height: int


def remux(part: Path, target: Path) -> Media:
    """Copies sound and pictures of `part` as they are, up to the last whole ones, with the index in front. `target`
    appears when it is whole. Raises `NoUsableFile` or `NotNow`."""
    size = part.stat().st_size if part.exists() else 0
    if size == 0:
        raise NoUsableFile("Nothing was recorded")
    if shutil.disk_usage(target.parent).free < size:
        raise NoSpace("There is too little space left on the disk to finish the recording")
    draft = target.with_name(f".{target.name}.draft")
    try:
        _run(
            "ffmpeg", "-nostdin", "-v", "error", "-y", *_INPUT, "-i", str(part),
            "-map", "0:v:0", "-map", "0:a:0", "-c", "copy", "-movflags", "+faststart", "-f", "mp4", str(draft),
        )  # fmt: skip
        media = probe(draft)
        _settle(draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return media


def probe(path: Path) -> Media:
    """`NoUsableFile` unless there is a picture, a sound and a length."""
    shown = _run("ffprobe", "-v", "error", *_INPUT, "-show_format", "-show_streams", "-of", "json", str(path))
    facts: dict[str, Any] = json.loads(shown)
    streams = {stream["codec_type"]: stream for stream in facts.get("streams", [])}
    try:
        duration = float(facts.get("format", {}).get("duration", 0))
    except ValueError as error:
        raise NoUsableFile("The recording has no length") from error
    if duration <= 0 or not {"video", "audio"} <= set(streams):
        raise NoUsableFile("The recording has no picture or no sound")
    video = streams["video"]
    return Media(duration, path.stat().st_size, int(video["width"]), int(video["height"]))


def _run(program: str, *arguments: str) -> str:
    """What it prints; `NoUsableFile` when it finds fault with the file, `NotNow` when the fault is elsewhere."""
    found = shutil.which(program)
    if found is None:
        raise NotNow(f"{program} is not installed")
    environment = {"PATH": os.defpath}
    try:
        done = subprocess.run(  # noqa: S603
            [found, *arguments], capture_output=True, text=True, check=True, timeout=_SECONDS, env=environment
        )
    except subprocess.CalledProcessError as error:
        if _NO_SPACE in error.stderr:
            raise NoSpace("There is too little space left on the disk to finish the recording") from error
        if error.returncode < 0:
            raise NotNow(f"{program} was killed") from error
        raise NoUsableFile(_last_line(error.stderr) or f"{program} failed") from error
    except subprocess.TimeoutExpired as error:
        raise NotNow(f"{program} did not come to an end") from error
    return done.stdout


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def _settle(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())

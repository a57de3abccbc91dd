"""Recordings in a running installation that nobody had to record, and what one does on their pages."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.servers import ROOT, Installation

_MAKE = "from tests.e2e.console import recordings_inside; recordings_inside.main()"


@dataclass(frozen=True)
class Made:
    recording_id: str
    public_secret: str
    private_secret: str

    @property
    def page(self) -> str:
        return f"/recording/{self.recording_id}"

    @property
    def public_link(self) -> str:
        return f"{self.page}?recordingSecret={self.public_secret}"

    @property
    def private_link(self) -> str:
        return f"{self.page}?recordingSecret={self.private_secret}"


Make = Callable[..., list[Made]]


@contextmanager
def making(installation: Installation) -> Iterator[Make]:
    """`make({...}, {...})`: a wish is `roomId`, `status` and columns; what can be played has a film. With `recordingId`
    it is a change. One process makes them all: its start takes longer than many a test."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", _MAKE],
        env={**os.environ, "DATABASE_URL": "", "REDIS_URL": "", **installation.env},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    orders, answers = process.stdin, process.stdout

    def make(*wishes: Mapping[str, Any]) -> list[Made]:
        orders.write(json.dumps({"film": str(film(installation.folder)), "wishes": wishes}) + "\n")
        orders.flush()
        return [Made(*one) for one in json.loads(answers.readline())]

    with process:
        yield make


def film(folder: Path) -> Path:
    """Six seconds of picture and sound, as recorders write them."""
    file = folder / "film.mp4"
    if not file.exists():
        picture = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=6"]
        sound = ["-f", "lavfi", "-i", "sine=440:duration=6"]
        codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "libopus", "-movflags", "+faststart"]
        subprocess.run(["ffmpeg", "-loglevel", "error", *picture, *sound, *codecs, str(file)], check=True)
    return file


def link(room: dict[str, Any], kind: str) -> str:
    return str(room["access"]["anonymous"][kind]["url"])


def list_link(room: dict[str, Any], kind: str) -> str:
    """Of a role, to the recordings of the room."""
    return link(room, kind).replace("?secret", "/recordings?secret")


def ask_to_delete(page: Page, recording: Made) -> None:
    page.click(f"#more-actions-btn-{recording.recording_id}")
    page.click(f"#delete-recording-btn-{recording.recording_id}")


def confirm(page: Page) -> None:
    page.get_by_role("dialog").locator(".confirm-button").click()


def plays(page: Page) -> None:
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2", timeout=10_000)

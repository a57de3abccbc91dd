"""A meeting on a running installation, and the embedded recorder pointed at it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from meet import clock
from meet.livekit import tokens
from recordings.recorders.browser import End, Job
from tests import servers
from tests.e2e.recorder.meeting import Meeting

Act = Callable[[], object]


@dataclass
class Plan:
    """Films for some seconds after the first piece; `acts` happen at moments counted from there."""

    seconds: float = 5
    end: End | None = End.STOPPED
    acts: dict[float, Act] = field(default_factory=dict)
    began: float | None = None
    ended: float | None = None
    sizes: list[int] = field(default_factory=list)

    def active(self) -> None:
        self.began = time.monotonic()

    def tick(self, size: int) -> End | None:
        self.sizes.append(size)
        if self.began is None:
            return None
        for moment in [moment for moment in self.acts if self.filmed >= moment]:
            self.acts.pop(moment)()
        if self.filmed < self.seconds:
            return None
        self.ended = time.monotonic()
        return self.end

    @property
    def filmed(self) -> float:
        """Seconds since the first piece, until the end of the plan."""
        return (self.ended or time.monotonic()) - self.began if self.began else 0.0


@pytest.fixture(autouse=True)
def _secrets_of_the_installation(installation: servers.Installation, settings: Settings) -> None:
    folder = installation.folder / "data" / "secrets"
    settings.LIVEKIT_API_KEY = (folder / "livekit_api_key").read_text()
    settings.LIVEKIT_API_SECRET = (folder / "livekit_api_secret").read_text()


@pytest.fixture
def meeting(installation: servers.Installation, program: httpx.Client) -> Meeting:
    return Meeting(installation, program)


Jobs = Callable[..., Job]


@pytest.fixture
def job(meeting: Meeting, tmp_path: Path) -> Jobs:
    """`job(layout="speaker")`: what records `meeting`."""

    def make(
        *, layout: str = "grid", width: int = 1280, height: int = 720, url: str | None = None, token: str | None = None
    ) -> Job:
        token = token or tokens.recorder_token(meeting.room["roomId"], "EG_test", now=clock.now())
        return Job(
            page_url=url or meeting.page_url(layout, token),
            part=tmp_path / "recording.part",
            width=width,
            height=height,
            frame_rate=30,
            video_bitrate=2_500_000,
            audio_bitrate=128_000,
            profile=tmp_path / "profile",
        )

    return make

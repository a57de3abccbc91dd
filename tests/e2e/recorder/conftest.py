"""A meeting on a running installation, and the embedded recorder pointed at it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from meet import clock
from meet.livekit import tokens
from recordings import recorder_page
from recordings.recorders.browser import End, Job
from tests import servers
from tests.media.sender import Sender

Act = Callable[[], None]


@dataclass
class Plan:
    """Films for some seconds after the first piece; `acts` happen at moments counted from there."""

    seconds: float = 5
    end: End | None = End.STOPPED
    acts: dict[float, Act] = field(default_factory=dict)
    began: float | None = None
    sizes: list[int] = field(default_factory=list)

    def active(self) -> None:
        self.began = time.monotonic()

    def tick(self, size: int) -> End | None:
        self.sizes.append(size)
        if self.began is None:
            return None
        for moment in [moment for moment in self.acts if self.filmed >= moment]:
            self.acts.pop(moment)()
        return self.end if self.filmed >= self.seconds else None

    @property
    def filmed(self) -> float:
        return time.monotonic() - self.began if self.began else 0.0


class Meeting:
    """A room, and who comes into it."""

    def __init__(self, installation: servers.Installation, program: httpx.Client) -> None:
        self.installation = installation
        self.program = program
        self.livekit_url = f"ws://127.0.0.1:{installation.port + 1800}"
        self.room: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "Recorded"}).json()

    def person(
        self, name: str, *, link: str = "speakerUrl", headers: dict[str, str] | None = None, **has: Any
    ) -> Sender:
        """Comes in by a link, or with `headers` as somebody with an account."""
        body = {"joinMeeting": True, "participantName": name}
        if headers is None:
            body["secret"] = self.room[link].partition("secret=")[2]
        path = f"/internal-api/v1/rooms/{self.room['roomId']}/members/token"
        answer = httpx.post(
            f"{self.installation.url}{path}", json=body, headers=headers, timeout=15, trust_env=False
        ).raise_for_status()
        return Sender(self.livekit_url, answer.json()["token"], **has)

    def owner(self, name: str, **has: Any) -> Sender:
        login = {"userId": self.installation.ADMIN, "password": self.installation.PASSWORD}
        url = f"{self.installation.url}/internal-api/v1/auth/login"
        access = httpx.post(url, json=login, timeout=15, trust_env=False).raise_for_status().json()["accessToken"]
        return self.person(name, headers={"Authorization": f"Bearer {access}"}, **has)

    def end(self) -> None:
        self.program.delete(f"/api/v1/rooms/{self.room['roomId']}?withMeeting=force").raise_for_status()


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
        page = recorder_page.address(
            meeting.installation.url, layout=layout, livekit_url=meeting.livekit_url, token=token
        )
        return Job(
            page_url=url or page,
            part=tmp_path / "recording.part",
            width=width,
            height=height,
            frame_rate=30,
            video_bitrate=2_500_000,
            audio_bitrate=128_000,
            profile=tmp_path / "profile",
        )

    return make

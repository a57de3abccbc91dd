"""One recording, from the start of the browser to the last byte of its file."""

import base64
import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import structlog

from meet import clock
from recordings.recorders.browser import cdp, chromium
from recordings.recorders.browser.part import CannotWrite, Part

_TURN = 0.5  # seconds
_SILENCE = 10.0  # seconds without a piece of the file, after which nobody films any more
_STOP = 5.0
_PATIENCE_FOR_SERVER = 5.0
_HOPE = timedelta(minutes=1)
_BINDING = "meetRecorderChunk"
# The status that the page came with, and what it says in place of a meeting.
_TROUBLE = """[
    performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0,
    document.querySelector('div.error')?.textContent ?? '',
]"""

logger = structlog.get_logger(__name__)


def page_url(page: str, *, layout: str, livekit_url: str, token: str) -> str:
    """The recorder page as LiveKit Egress opens it."""
    return f"{page}?{urlencode({'layout': layout, 'url': livekit_url, 'token': token})}"


@dataclass(frozen=True)
class Job:
    page_url: str = field(repr=False)  # with the token
    part: Path  # must not exist
    width: int
    height: int
    frame_rate: int
    video_bitrate: int  # bits a second, as the next
    audio_bitrate: int
    profile: Path  # of the browser, must not exist


class End(StrEnum):
    STOPPED = "stopped"
    ROOM_ENDED = "room_ended"
    LIVEKIT_LOST = "livekit_lost"  # and did not come back
    LIMIT = "limit"
    DISK_FULL = "disk_full"
    PAGE_FAILED = "page_failed"  # the recorder page showed no meeting
    DIED = "died"  # the browser, or it filmed no more
    CANCELLED = "cancelled"  # stopped before there was anything
    SHUTDOWN = "shutdown"


@dataclass(frozen=True)
class Outcome:
    """With `bytes_written` there is a file that `remux` may make something of, however it ended."""

    end: End
    details: str
    ended_at: datetime
    bytes_written: int


class Watch(Protocol):
    """Who wants the recording."""

    def active(self) -> None:
        """The first piece is on the disk."""

    def tick(self, size: int) -> End | None:
        """About twice a second, from the start of the browser on: why to stop now, or None to go on."""


def capture(job: Job, watch: Watch, *, start_timeout: float = 20) -> Outcome:
    """Films until there is a reason to stop. Bad pages, dead browsers and full disks are outcomes; only what `watch`
    raises is raised, after the browser has been ended."""
    began = time.monotonic()
    try:
        browser = chromium.running(job.profile, width=job.width, height=job.height, start_timeout=start_timeout)
        with Part(job.part) as part, browser as page:
            return _Capture(job, watch, part, page, began=began, start_timeout=start_timeout).run()
    except CannotWrite as error:
        return Outcome(End.DISK_FULL, str(error), clock.now(), 0)
    except chromium.CannotStart as error:
        return Outcome(End.DIED, str(error), clock.now(), 0)


class _Over(Exception):
    def __init__(self, end: End, details: str = "", *, at: datetime | None = None) -> None:
        super().__init__(details)
        self.end = end
        self.details = details
        self.at = at or clock.now()


class _Capture:
    def __init__(
        self, job: Job, watch: Watch, part: Part, page: cdp.Page, *, began: float, start_timeout: float
    ) -> None:
        self._job = job
        self._watch = watch
        self._part = part
        self._page = page
        self._began = began
        self._deadline = began + start_timeout
        self._next_check = began
        self._is_ready = False  # the page has said START_RECORDING
        self._is_filming = False
        self._chunks = 0
        self._last_chunk = began
        self._last_chunk_at = clock.now()

    def run(self) -> Outcome:
        try:
            try:
                self._start()
                while True:
                    self._turn()
            except cdp.Gone as error:
                raise _Over(End.DIED, str(error), at=self._last_chunk_at) from error
            except cdp.Refused as error:
                raise _Over(End.PAGE_FAILED, str(error)) from error
            except CannotWrite as error:
                raise _Over(End.DISK_FULL, str(error)) from error
        except _Over as over:
            return self._finish(over)

    def _start(self) -> None:
        for domain in ("Runtime", "Page", "Inspector"):
            self._page.call(f"{domain}.enable")
        self._page.call("Runtime.addBinding", {"name": _BINDING})
        self._open()
        while not self._is_ready:
            self._turn()
            self._refuse_trouble()
        logger.info("recorder page is ready", seconds=self._elapsed())
        job = self._job
        quality = {
            "width": job.width,
            "height": job.height,
            "frameRate": job.frame_rate,
            "videoBitsPerSecond": job.video_bitrate,
            "audioBitsPerSecond": job.audio_bitrate,
        }
        self._page.evaluate(f"meetRecorder.start({json.dumps(quality)})", timeout=self._remaining(), as_user=True)
        self._is_filming = True
        self._last_chunk = time.monotonic()

    def _open(self) -> None:
        """A web server that is just starting again is waited for, a few seconds."""
        given_up_at = time.monotonic() + _PATIENCE_FOR_SERVER
        wish = {"url": self._job.page_url}
        while "errorText" in (answer := self._page.call("Page.navigate", wish, timeout=self._remaining())):
            if time.monotonic() >= given_up_at:
                raise _Over(End.PAGE_FAILED, f"The recorder page cannot be opened: {answer['errorText']}")
            self._turn()

    def _refuse_trouble(self) -> None:
        """While it loads, a page has nothing to say."""
        try:
            status, text = self._page.evaluate(_TROUBLE)
        except cdp.Refused:
            return
        if status >= 400:
            raise _Over(End.PAGE_FAILED, f"The recorder page answered {status}")
        if text:
            raise _Over(End.PAGE_FAILED, text)

    def _turn(self) -> None:
        for event in self._page.events(_TURN):
            self._heed(event)
        if time.monotonic() >= self._next_check:
            self._next_check = time.monotonic() + _TURN
            self._check()

    def _heed(self, event: cdp.Event) -> None:
        match event.method:
            case "Runtime.bindingCalled" if event.params["name"] == _BINDING:
                self._keep(event.params["payload"])
            case "Runtime.consoleAPICalled":
                self._listen([argument.get("value") for argument in event.params["args"]])
            case "Inspector.targetCrashed" | "Inspector.detached":
                raise _Over(End.DIED, "The recorder page crashed", at=self._last_chunk_at)

    def _keep(self, payload: str) -> None:
        number, _, text = payload.partition(" ")
        if number != str(self._chunks):
            raise _Over(End.DIED, "A piece of the recording got lost", at=self._last_chunk_at)
        try:
            data = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise _Over(End.DIED, "A piece of the recording is broken", at=self._last_chunk_at) from error
        self._part.append(data)
        self._chunks += 1
        self._last_chunk, self._last_chunk_at = time.monotonic(), clock.now()
        if self._chunks == 1:
            logger.info("recording has begun", seconds=self._elapsed())
            self._watch.active()

    def _listen(self, said: list[Any]) -> None:
        """LiveKit Egress' words; ours come with the moment of the end."""
        if "START_RECORDING" in said:
            self._is_ready = True
        if "END_RECORDING" in said:
            end = End.LIVEKIT_LOST if "CONNECTION_LOST" in said else End.ROOM_ENDED
            raise _Over(end, at=_recent_moment(said))

    def _check(self) -> None:
        end = self._watch.tick(self._part.size)
        if end is End.STOPPED and self._chunks == 0:
            end = End.CANCELLED
        if end:
            raise _Over(end)
        if self._part.is_short_of_space():
            raise _Over(End.DISK_FULL, "There is too little space left on the disk")
        now = time.monotonic()
        if self._chunks == 0 and now >= self._deadline:
            raise _Over(End.PAGE_FAILED, "The recorder page showed no meeting in time")
        if self._is_filming and now - self._last_chunk >= _SILENCE:
            raise _Over(End.DIED, "The browser filmed no more", at=self._last_chunk_at)

    def _finish(self, over: _Over) -> Outcome:
        details = over.details
        try:
            if self._is_filming and over.end not in (End.DIED, End.CANCELLED):
                self._stop()
            self._part.settle()
        except (cdp.Gone, cdp.Refused, CannotWrite, _Over) as error:
            details = details or f"The last seconds are missing: {error}"
        return Outcome(over.end, details, over.at, self._part.size)

    def _stop(self) -> None:
        """The last piece comes before the answer, or before the browser dies of it."""
        try:
            self._page.evaluate("meetRecorder.stop()", timeout=_STOP)
        finally:
            for event in self._page.events(0):
                if event.method == "Runtime.bindingCalled":
                    self._heed(event)

    def _remaining(self) -> float:
        """Seconds for the first piece to come."""
        return max(self._deadline - time.monotonic(), 0.0)

    def _elapsed(self) -> float:
        return round(time.monotonic() - self._began, 2)


def _recent_moment(said: list[Any]) -> datetime | None:
    """When the page lost its meeting, which it may have hoped to find again for a while."""
    now = clock.now()
    earliest = clock.to_ms(now - _HOPE)
    moments = [value for value in said if isinstance(value, int | float) and earliest <= value <= clock.to_ms(now)]
    return clock.from_ms(int(moments[0])) if moments else None

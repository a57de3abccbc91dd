"""What the driver makes of what a page says, said by a script in place of a browser."""

import base64
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from meet import clock
from recordings.recorders.browser import End, Job, Outcome, capture, cdp, chromium
from tests.recordings.browser.far_end import FarEnd


def _piece(number: int, data: bytes) -> dict[str, Any]:
    payload = f"{number} {base64.b64encode(data).decode()}"
    return {"method": "Runtime.bindingCalled", "params": {"name": "meetRecorderChunk", "payload": payload}}


def _says(*words: Any) -> dict[str, Any]:
    args = [{"type": "string", "value": word} for word in words]
    return {"method": "Runtime.consoleAPICalled", "params": {"type": "log", "args": args}}


class _Script:
    """What follows the commands that open the page, start it and stop it."""

    def __init__(self) -> None:
        self.opened: list[Any] = [_says("START_RECORDING")]
        self.started: list[Any] = []
        self.stopped: list[Any] = []
        self.refusal = ""  # to start

    def __call__(self, command: dict[str, Any]) -> list[Any]:
        answer: dict[str, Any] = {"id": command["id"], "result": {"result": {"value": [200, ""]}}}
        expression = command["params"].get("expression", "")
        if command["method"] == "Page.navigate":
            return [{"id": command["id"], "result": {}}, *self.opened]
        if "meetRecorder.start" in expression:
            if self.refusal:
                answer["result"]["exceptionDetails"] = {"exception": {"description": self.refusal}}
            return [answer, *self.started]
        if "meetRecorder.stop" in expression:
            return [*self.stopped, answer]
        return [answer]


class _Watch:
    """Lets it film until the page ends it, or for so many ticks."""

    def __init__(self, ticks: int = 1_000_000) -> None:
        self.is_active = False
        self._ticks = itertools.count(1)
        self._limit = ticks

    def active(self) -> None:
        self.is_active = True

    def tick(self, _size: int) -> End | None:
        return End.STOPPED if next(self._ticks) > self._limit else None


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Script]:
    far_end, made = FarEnd(), _Script()
    far_end.script = made

    @contextmanager
    def running(_profile: Path, *, width: int, height: int, start_timeout: float) -> Iterator[cdp.Page]:
        yield cdp.Page(far_end.connection, session="s")

    monkeypatch.setattr(chromium, "running", running)
    yield made
    far_end.end()


def _captured(folder: Path, watch: _Watch | None = None) -> tuple[Outcome, bytes]:
    part = folder / "x.part"
    job = Job("http://localhost/recorder?token=secret", part, 1280, 720, 30, 1, 1, folder / "profile")
    outcome = capture(job, watch or _Watch(), start_timeout=3)
    return outcome, part.read_bytes() if part.exists() else b""


def test_pieces_that_come_with_the_end_and_after_it_are_kept(script: _Script, tmp_path: Path) -> None:
    script.started = [_piece(0, b"one "), _says("END_RECORDING"), _piece(1, b"two ")]
    script.stopped = [_piece(2, b"three")]
    watch = _Watch()
    outcome, kept = _captured(tmp_path, watch)
    assert (outcome.end, outcome.details, outcome.bytes_written) == (End.ROOM_ENDED, "", 13)
    assert kept == b"one two three"
    assert watch.is_active


def test_a_stop_waits_for_the_last_piece(script: _Script, tmp_path: Path) -> None:
    script.started = [_piece(0, b"one ")]
    script.stopped = [_piece(1, b"two")]
    outcome, kept = _captured(tmp_path, _Watch(ticks=2))
    assert (outcome.end, outcome.details, kept) == (End.STOPPED, "", b"one two")


def test_the_end_is_dated_by_the_page(script: _Script, tmp_path: Path) -> None:
    lost = clock.now() - timedelta(seconds=10)
    script.started = [_piece(0, b"one"), _says("END_RECORDING", clock.to_ms(lost))]
    assert _captured(tmp_path)[0].ended_at == lost


@pytest.mark.parametrize("moment", [0, -1, 1e300, "soon", None])
def test_a_date_that_cannot_be_is_not_believed(script: _Script, tmp_path: Path, moment: Any) -> None:
    script.started = [_piece(0, b"one"), _says("END_RECORDING", moment)]
    outcome, _ = _captured(tmp_path)
    assert outcome.end is End.ROOM_ENDED
    assert clock.now() - outcome.ended_at < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("piece", "details"),
    [
        (_piece(2, b"three"), "A piece of the recording got lost"),
        (_piece(0, b"one"), "A piece of the recording got lost"),
        ({**_piece(1, b""), "params": {"name": "meetRecorderChunk", "payload": "1 @@"}},
         "A piece of the recording is broken"),
        ({"method": "Inspector.targetCrashed"}, "The recorder page crashed"),
    ],
    ids=["skipped", "twice", "broken", "crashed"],
)  # fmt: skip
def test_what_must_not_be_in_the_file_ends_it(script: _Script, tmp_path: Path, piece: Any, details: str) -> None:
    script.started = [_piece(0, b"one "), piece]
    outcome, kept = _captured(tmp_path)
    assert (outcome.end, outcome.details, kept) == (End.DIED, details, b"one ")


def test_a_page_that_cannot_film_fails_with_its_words(script: _Script, tmp_path: Path) -> None:
    script.refusal = "NotAllowedError: Permission denied"
    outcome, _ = _captured(tmp_path)
    assert (outcome.end, outcome.details) == (End.PAGE_FAILED, "NotAllowedError: Permission denied")


def test_other_pages_words_are_not_heeded(script: _Script, tmp_path: Path) -> None:
    script.opened = [_says("START RECORDING"), _says({"a": 1}, None)]
    outcome, _ = _captured(tmp_path)
    assert (outcome.end, outcome.details) == (End.PAGE_FAILED, "The recorder page showed no meeting in time")


def test_an_end_before_the_beginning_leaves_nothing(script: _Script, tmp_path: Path) -> None:
    script.opened = [_says("END_RECORDING")]
    outcome, kept = _captured(tmp_path)
    assert (outcome.end, outcome.bytes_written, kept) == (End.ROOM_ENDED, 0, b"")

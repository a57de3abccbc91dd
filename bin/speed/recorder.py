"""What the embedded recorder costs, and how even and how punctual its film is: a meeting of four, each sending 640×360
at 25 pictures a second, encoded beforehand."""

import os
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import mean

import structlog

from meet import clock
from meet.livekit.tokens import recorder_token
from recordings.recorders.browser import End, Job, capture, remux
from speed import sync
from tests import servers
from tests.e2e.recorder.film import Film
from tests.e2e.recorder.meeting import Meeting
from tests.media.sender import sending

_WARM_UP = 3.0  # seconds after the first piece
_COLOURS = ("red", "blue", "lime", "black")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class _Meter:
    """Films for so many seconds after a warm-up, and reads the processors' clocks at both ends."""

    seconds: float
    profile: Path
    began: float = 0.0
    readings: list[tuple[float, float, float]] = field(default_factory=list)  # moment, recorder's, machine's

    def active(self) -> None:
        self.began = time.monotonic()

    def tick(self, _size: int) -> End | None:
        filmed = time.monotonic() - self.began if self.began else 0.0
        if filmed >= _WARM_UP and not self.readings:
            self._read()
        if filmed < _WARM_UP + self.seconds:
            return None
        self._read()
        return End.STOPPED

    def _read(self) -> None:
        own = time.process_time()
        self.readings.append((time.monotonic(), own + _seconds_of_browser(self.profile), _seconds_of_machine()))

    def cores(self) -> tuple[float, float]:
        """Of the recorder, of the whole machine."""
        (began, recorder, machine), (ended, recorder_then, machine_then) = self.readings
        took = ended - began
        return (recorder_then - recorder) / took, (machine_then - machine) / took


def run(running: servers.Installation, *, seconds: float, height: int) -> None:
    with running.api() as program, tempfile.TemporaryDirectory(prefix="meet-bench-film-") as name:
        folder = Path(name)
        meeting = Meeting(running, program)
        people = [
            meeting.person(f"Person {number}", colour=colour, is_loud=number == 0, blinks=number == 0)
            for number, colour in enumerate(_COLOURS)
        ]
        token = recorder_token(meeting.room["roomId"], "EG_bench", now=clock.now())
        job = Job(
            page_url=meeting.page_url("grid", token),
            part=folder / "film.part",
            width=height * 16 // 9,
            height=height,
            frame_rate=30,
            video_bitrate=2_500_000 if height <= 720 else 4_500_000,
            audio_bitrate=128_000,
            profile=folder / "profile",
        )
        meter = _Meter(seconds, job.profile)
        with sending(*people), structlog.testing.capture_logs() as told:
            outcome = capture(job, meter)
        if outcome.end is not End.STOPPED:
            raise RuntimeError(f"the recording ended by itself: {outcome}")
        remux(job.part, folder / "film.mp4")
        _print(Film(folder / "film.mp4"), meter, [event["seconds"] for event in told if "seconds" in event])


def _print(film: Film, meter: _Meter, starts: list[float]) -> None:
    moments = [moment for moment in film.moments() if moment >= _WARM_UP]
    recorder, machine = meter.cores()
    offsets = sync.offsets(film.path)
    rows = {
        "recorder, cores": f"{recorder:.2f}",
        "machine, cores": f"{machine:.2f}",
        "pictures a second": f"{(len(moments) - 1) / (moments[-1] - moments[0]):.1f}",
        "longest gap, s": f"{max(after - before for before, after in pairwise(moments)):.2f}",
        "launch → START_RECORDING, s": f"{starts[0]:.1f}",
        "launch → first bytes on disk, s": f"{starts[1]:.1f}",
        "picture after sound, ms": f"{mean(offsets):+.0f} ({min(offsets):+.0f} … {max(offsets):+.0f})",
        "beeps compared": str(len(offsets)),
    }
    print("| four senders | |\n|---|---|")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


def _seconds_of_browser(profile: Path) -> float:
    """User and system time of the browser and all it started, ended ones included."""
    marks = (str(profile).encode(), str(profile.resolve()).encode())
    clocks = {int(entry.name): _stat(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    sessions = {
        stat[3] for pid, stat in clocks.items() if any(mark in _command(pid) for mark in marks) and len(stat) > 3
    }
    # Fields 14 to 17 of proc(5), counted from the third: user, system, and those of children that ended.
    return sum(sum(map(int, stat[11:15])) for stat in clocks.values() if stat and stat[3] in sessions) / _TICKS


def _stat(entry: Path) -> list[str]:
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _seconds_of_machine() -> float:
    """All but idle and waiting."""
    fields = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]))
    return (sum(fields[:8]) - fields[3] - fields[4]) / _TICKS

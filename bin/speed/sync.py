"""How far sound and picture are apart in a film of somebody who turns white and beeps at the same moments."""

import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.e2e.recorder.film import Film

_RATE = 48_000
_WINDOW = 96  # samples: 2 ms
_PAUSE = 1.0  # seconds between the ends of one beep and the next at least
_FAR = 0.5

Numbers = npt.NDArray[np.float64]


def offsets(path: Path) -> list[float]:
    """Milliseconds by which each flash comes after its beep."""
    beeps, flashes = _beeps(path), _flashes(path)
    pairs = [(beep, min(flashes, key=lambda flash, beep=beep: abs(flash - beep))) for beep in beeps]  # type: ignore[misc]
    return [(flash - beep) * 1000 for beep, flash in pairs if abs(flash - beep) < _FAR]


def _beeps(path: Path) -> list[float]:
    data = _decoded(
        "-i", str(path), "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", str(_RATE), "-f", "s16le"
    )
    samples = np.abs(np.frombuffer(data, dtype=np.int16).astype(float))
    windows = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW).max(axis=1)
    return _onsets(windows, np.arange(len(windows)) * _WINDOW / _RATE, threshold=windows.max() / 4)


def _flashes(path: Path) -> list[float]:
    """Of the first person, whose tile is in the upper left of four."""
    spot = "crop=iw/8:ih/16:iw/8:ih/16,scale=1:1:flags=area,format=gray"
    data = _decoded("-i", str(path), "-vf", spot, "-fps_mode", "passthrough", "-f", "rawvideo")
    levels = np.frombuffer(data, dtype=np.uint8).astype(float)
    moments = np.array(Film(path).moments()[: len(levels)])
    return _onsets(levels[: len(moments)], moments, threshold=170)


def _onsets(levels: Numbers, moments: Numbers, *, threshold: float) -> list[float]:
    found: list[float] = []
    last = -_PAUSE
    for level, moment in zip(levels, moments, strict=True):
        if level > threshold:
            if moment - last > _PAUSE:
                found.append(float(moment))
            last = float(moment)
    return found


def _decoded(*arguments: str) -> bytes:
    command = ["ffmpeg", "-nostdin", "-v", "error", *arguments, "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout

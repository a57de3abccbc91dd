"""What a recording shows and lets hear, by ffmpeg."""

import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recordings.recorders.browser.finish import probe

Picture = npt.NDArray[np.uint8]  # rows, columns, red green blue
_RATE = 8000


@dataclass(frozen=True)
class Film:
    path: Path

    def codecs(self) -> list[str]:
        return _ffprobe(self.path, "-show_entries", "stream=codec_name").split()

    def moments(self) -> list[float]:
        """When each picture is shown, in seconds."""
        return sorted(
            map(float, _ffprobe(self.path, "-select_streams", "v", "-show_entries", "packet=pts_time").split())
        )

    def longest_gap(self) -> float:
        """Seconds between two pictures."""
        return max(after - before for before, after in pairwise(self.moments()))

    def picture(self, second: float) -> Picture:
        media = probe(self.path)
        data = _ffmpeg(
            "-ss", str(second), "-i", self.path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"
        )
        return np.frombuffer(data, dtype=np.uint8).reshape(media.height, media.width, 3)

    def loudness(self) -> list[float]:
        """Of each half second, 0 to 1."""
        data = _ffmpeg("-i", self.path, "-ac", "1", "-ar", str(_RATE), "-f", "s16le", "-")
        samples = np.frombuffer(data, dtype=np.int16).astype(float) / 32768
        halves = samples[: len(samples) // (_RATE // 2) * (_RATE // 2)].reshape(-1, _RATE // 2)
        return [float(np.sqrt((half**2).mean())) for half in halves]


def colour_at(picture: Picture, x: float, y: float) -> str:
    """The nearest colour of the senders at shares of width and height; «none» for the ground."""
    height, width, _ = picture.shape
    spot = picture[int(y * (height - 1)), int(x * (width - 1))].astype(int)
    named = {"red": (255, 0, 0), "blue": (0, 0, 255), "lime": (0, 255, 0), "white": (255, 255, 255)}
    nearest = min(named, key=lambda name: int(np.abs(spot - named[name]).sum()))
    return nearest if int(np.abs(spot - named[nearest]).sum()) < 120 else "none"


def shares(picture: Picture) -> dict[str, float]:
    """How much of the picture each colour has."""
    pixels = picture.astype(int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    masks = {
        "red": (red > 180) & (green < 90) & (blue < 90),
        "blue": (blue > 180) & (green < 90) & (red < 90),
        "lime": (green > 180) & (red < 90) & (blue < 90),
        "white": (red > 200) & (green > 200) & (blue > 200),
    }
    return {name: float(mask.mean()) for name, mask in masks.items()}


def white_squares(picture: Picture) -> tuple[float, float]:
    """Where the moving squares are in the left and the right half, as the mean column."""
    white = picture.min(axis=2) > 200
    half = picture.shape[1] // 2
    left, right = np.nonzero(white[:, :half])[1], np.nonzero(white[:, half:])[1]
    return float(left.mean()) if left.size else -1, float(right.mean()) if right.size else -1


def _ffprobe(path: Path, *arguments: str) -> str:
    command = ["ffprobe", "-v", "error", *arguments, "-of", "csv=p=0", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.replace(",", " ")


def _ffmpeg(*arguments: str | Path) -> bytes:
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *arguments], check=True, capture_output=True).stdout

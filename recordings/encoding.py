"""What is asked of a recorder, and what the embedded one makes of it (rest-api.md 2.2, decisions.md 30)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONG_SIDE, _SHORT_SIDE = 1920, 1080
_SMALLEST_SIDE = 90
_FASTEST = 30
_VIDEO_KBPS = (100, 4500)
_AUDIO_KBPS = (32, 256)
_KBPS_OF_LINES = {720: 2500, 1080: 4500}
_KBPS_OF_AUDIO = 128


@dataclass(frozen=True)
class Picture:
    """Pixels, frames and bits a second of what the embedded recorder records."""

    width: int
    height: int
    frame_rate: int
    video_bitrate: int
    audio_bitrate: int


Encoding = str | Mapping[str, Any]


def embedded(encoding: Encoding) -> tuple[Picture, Encoding]:
    """What the embedded recorder can do of `encoding`, and how that is reported: H.264 and Opus whatever was asked, at
    most 1080 lines in either direction and 30 frames a second."""
    if isinstance(encoding, str):
        used = encoding.replace("P_60", "P_30")
        return _preset(used), used
    picture = _bounded(encoding)
    return picture, {
        "video": {
            "width": picture.width,
            "height": picture.height,
            "framerate": picture.frame_rate,
            "codec": "H264_HIGH",
            "bitrate": picture.video_bitrate // 1000,
            "keyFrameInterval": 1,
            "depth": 24,
        },
        "audio": {"codec": "OPUS", "bitrate": picture.audio_bitrate // 1000, "frequency": 48000},
    }


def _preset(name: str) -> Picture:
    lines = 1080 if "1080P" in name else 720
    size = (lines * 16 // 9, lines)
    width, height = reversed(size) if name.startswith("PORTRAIT") else size
    return Picture(width, height, _FASTEST, _KBPS_OF_LINES[lines] * 1000, _KBPS_OF_AUDIO * 1000)


def _bounded(encoding: Mapping[str, Any]) -> Picture:
    video, audio = encoding["video"], encoding["audio"]
    width, height = _size(video["width"], video["height"])
    return Picture(
        width,
        height,
        int(min(max(video["framerate"], 1), _FASTEST)),
        int(min(max(video["bitrate"], _VIDEO_KBPS[0]), _VIDEO_KBPS[1])) * 1000,
        int(min(max(audio["bitrate"], _AUDIO_KBPS[0]), _AUDIO_KBPS[1])) * 1000,
    )


def _size(width: float, height: float) -> tuple[int, int]:
    """In even numbers, as H.264 wants them; too large ones shrink in proportion."""
    scale = min(1.0, _LONG_SIDE / max(width, height), _SHORT_SIDE / min(width, height))
    return _even(width * scale), _even(height * scale)


def _even(side: float) -> int:
    return max(round(side) // 2 * 2, _SMALLEST_SIDE)

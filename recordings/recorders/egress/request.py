"""What LiveKit Egress is asked for: our recorder page, in one MP4 file, with every option said (rest-api.md 2.2).

With which credentials the file is stored is the egress service's own configuration: requests travel through Redis and
are shown in its logs (livekit.md 3.2).
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from livekit.protocol.egress import (
    EncodedFileOutput,
    EncodedFileType,
    EncodingOptions,
    RoomCompositeEgressRequest,
)

from recordings.models import Recording

_LARGEST = 2**31 - 1
_CODECS = {"DEFAULT_VC": "H264_MAIN", "DEFAULT_AC": "OPUS", "AC_MP3": "OPUS"}


def room_composite(recording: Recording) -> RoomCompositeEgressRequest:
    output = EncodedFileOutput(
        file_type=EncodedFileType.MP4,
        # Complete and our own: by it events are matched, and names with placeholders change on the way.
        filepath=_filepath(recording.key),
        disable_manifest=True,
    )
    is_preset = isinstance(recording.encoding, str)
    return RoomCompositeEgressRequest(
        room_name=recording.room.room_id,
        layout=recording.layout,
        custom_base_url=settings.MEET_RECORDER_PAGE_URL,
        file_outputs=[output],
        preset=recording.encoding if is_preset else None,
        advanced=None if is_preset else _advanced(recording.encoding),
    )


def _filepath(key: str) -> str:
    prefix = settings.MEET_EGRESS_FILE_PREFIX.rstrip("/")
    return f"{prefix}/{key}" if prefix else key


def _advanced(encoding: Mapping[str, Any]) -> EncodingOptions:
    video, audio = encoding["video"], encoding["audio"]
    return EncodingOptions(
        width=_even(video["width"]),
        height=_even(video["height"]),
        depth=_whole(video["depth"]),
        framerate=_whole(video["framerate"]),
        video_codec=_CODECS.get(video["codec"], video["codec"]),
        video_bitrate=_whole(video["bitrate"]),
        key_frame_interval=video["keyFrameInterval"],
        audio_codec=_CODECS.get(audio["codec"], audio["codec"]),
        audio_bitrate=_whole(audio["bitrate"]),
        audio_frequency=_whole(audio["frequency"]),
    )


def _whole(number: float) -> int:
    """As LiveKit takes it: never zero, which would mean its own default."""
    return int(min(max(round(number), 1), _LARGEST))


def _even(side: float) -> int:
    """H.264 has no odd sizes."""
    return max(_whole(side) // 2 * 2, 2)

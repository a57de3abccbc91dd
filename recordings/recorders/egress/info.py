"""What LiveKit says of an egress, read as a recorder's report (rest-api.md 2.2, 5.3; livekit.md 3.5, 3.7)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from livekit.protocol.egress import EgressInfo, EgressStatus, EncodingOptions, EncodingOptionsPreset, FileInfo
from livekit.protocol.models import AudioCodec, VideoCodec

from meet import clock
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import RecordingStatus

_STATUSES = {
    EgressStatus.EGRESS_STARTING: RecordingStatus.STARTING,
    EgressStatus.EGRESS_ACTIVE: RecordingStatus.ACTIVE,
    EgressStatus.EGRESS_ENDING: RecordingStatus.ENDING,
    EgressStatus.EGRESS_COMPLETE: RecordingStatus.COMPLETE,
    EgressStatus.EGRESS_FAILED: RecordingStatus.FAILED,
    EgressStatus.EGRESS_ABORTED: RecordingStatus.ABORTED,
    EgressStatus.EGRESS_LIMIT_REACHED: RecordingStatus.LIMIT_REACHED,
}
# By the words of LiveKit Egress, in lower case; the first that fits counts.
_FAILURES = (
    ("start signal not received", Failure.NOBODY_THERE),
    ("before pipeline could start", Failure.CANCELLED),
    ("before start signal", Failure.TIMED_OUT),
    ("page load error", Failure.PAGE_FAILED),
    ("template error", Failure.PAGE_FAILED),
    ("no response from servers", Failure.NO_RECORDER),
    ("not enough cpu", Failure.NO_RECORDER),
    ("no space left on device", Failure.DISK_FULL),
    ("upload", Failure.STORAGE_REFUSED),
    ("storage", Failure.STORAGE_REFUSED),
    ("connection to room failed", Failure.LIVEKIT_LOST),
    ("pipeline frozen", Failure.RECORDER_DIED),
    ("cpu exhausted", Failure.RECORDER_DIED),
)
_KEY = re.compile(r"(?:^|/)recordings/([A-Za-z0-9_-]+)/\1--([A-Za-z0-9]+)\.mp4$")
_PRESET_IF_UNSAID = "H264_720P_30"
_LAYOUT_IF_UNSAID = "grid"
_LONGEST_LAYOUT = 20
_LONGEST_DETAILS = 2000
_NANOSECONDS = 10**9


def report(info: EgressInfo, *, is_over: bool = False) -> Report:
    """`is_over`: whether it has ended whatever its status says, which may be one that we do not know yet."""
    status = _STATUSES.get(info.status, RecordingStatus.FAILED)
    if is_over and not status.is_final:
        status = RecordingStatus.FAILED
    file = _file(info) if status.is_final else FileInfo()
    asked = _asked(info)
    return Report(
        status,
        egress_id=info.egress_id,
        started_at=_moment(info.started_at or info.updated_at),
        ended_at=_moment(info.ended_at) if status.is_final else None,
        duration=file.duration / _NANOSECONDS if file.duration > 0 else None,
        size=file.size if file.size > 0 else None,
        failure=_failure(info, status),
        details=_details(info),
        layout=asked.layout if asked else None,
        encoding=asked.encoding if asked else None,
    )


def uid(info: EgressInfo) -> str | None:
    """Of the recording for which we asked for this egress; None if it was not us. By the name of the file, which we
    choose before LiveKit chooses an id."""
    for name in _filenames(info):
        key = _KEY.search(name)
        if key and key[1] == info.room_name:
            return key[2]
    return None


def was_silent(info: EgressInfo, *, since: datetime) -> bool:
    """Whether its service has said nothing since then, as far as LiveKit knows."""
    changed = _moment(info.updated_at)
    return changed is not None and changed < since


# -- What was asked --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    layout: str
    encoding: Any
    filepaths: tuple[str, ...]


def _asked(info: EgressInfo) -> _Asked | None:
    """In either form in which LiveKit repeats the request of a room composite."""
    if info.HasField("room_composite"):
        composite = info.room_composite
        filepaths = (composite.file.filepath, *(output.filepath for output in composite.file_outputs))
        return _Asked(_layout(composite.layout), _encoding(composite, composite.WhichOneof("options")), filepaths)
    if info.HasField("egress"):
        request = info.egress
        filepaths = tuple(output.file.filepath for output in request.outputs)
        return _Asked(_layout(request.template.layout), _encoding(request, request.WhichOneof("encoding")), filepaths)
    return None


def _filenames(info: EgressInfo) -> Iterator[str]:
    asked = _asked(info)
    yield from asked.filepaths if asked else ()
    yield from (file.filename for file in info.file_results)
    yield info.file.filename


def _layout(text: str) -> str:
    return text[:_LONGEST_LAYOUT] or _LAYOUT_IF_UNSAID


def _encoding(request: Any, option: str | None) -> Any:
    if option == "advanced":
        return _options(request.advanced)
    known = option == "preset" and request.preset in EncodingOptionsPreset.values()
    name = EncodingOptionsPreset.Name(request.preset) if known else _PRESET_IF_UNSAID
    return name if "H264" in name else _PRESET_IF_UNSAID


def _options(options: EncodingOptions) -> dict[str, Any]:
    interval = options.key_frame_interval or 4
    return {
        "video": {
            "width": options.width or 1920,
            "height": options.height or 1080,
            "framerate": options.framerate or 30,
            "codec": _codec(VideoCodec, options.video_codec, unknown="H264_MAIN"),
            "bitrate": options.video_bitrate or 128,
            "keyFrameInterval": int(interval) if interval == int(interval) else interval,
            "depth": options.depth or 24,
        },
        "audio": {
            "codec": _codec(AudioCodec, options.audio_codec, unknown="OPUS"),
            "bitrate": options.audio_bitrate or 128,
            "frequency": options.audio_frequency or 44100,
        },
    }


def _codec(codecs: Any, number: int, *, unknown: str) -> str:
    return str(codecs.Name(number)) if number and number in codecs.values() else unknown


# -- What became of it -----------------------------------------------------------------------------------------------


def _file(info: EgressInfo) -> FileInfo:
    return info.file_results[0] if info.file_results else info.file


def _moment(nanoseconds: int) -> datetime | None:
    return clock.from_ms(nanoseconds // 1_000_000) if nanoseconds > 0 else None


def _failure(info: EgressInfo, status: RecordingStatus) -> Failure | None:
    """Also of a file that lacks its end. A room that closes ends its recordings in good order."""
    if not status.is_final:
        return None
    if status is RecordingStatus.LIMIT_REACHED:
        return Failure.LIMIT
    if status is RecordingStatus.COMPLETE and not info.error:
        return None
    words = f"{info.error} {info.details}".lower()
    for word, failure in _FAILURES:
        if word in words:
            return failure
    began = bool(_file(info).started_at)
    return Failure.CANCELLED if status is RecordingStatus.ABORTED and not began else Failure.RECORDER_DIED


def _details(info: EgressInfo) -> str:
    """LiveKit's own words."""
    error = f"{info.error} ({info.error_code})" if info.error and info.error_code else info.error
    backup = "The file went to the backup storage" if info.backup_storage_used else ""
    text = "; ".join(part for part in (info.details, error, backup) if part)
    # PostgreSQL has no null character.
    return text.replace("\0", "\ufffd")[:_LONGEST_DETAILS]

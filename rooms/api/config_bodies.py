"""A room's configuration in a body (rest-api.md 2.2)."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from meet.api.describing import JsonSchema, one_of
from meet.api.dialects import ALLOW_ACCESS_TO, permissions_of
from meet.api.fields import BooleanField, EnumField, NumberField, ObjectSerializer, StrictField
from rooms.configuration import Config, Grants

LAYOUTS = ("grid", "speaker", "single-speaker")


class SwitchBody(ObjectSerializer):
    enabled = BooleanField()


PRESETS = tuple(
    f"{portrait}H264_{lines}P_{rate}" for portrait in ("", "PORTRAIT_") for lines in (720, 1080) for rate in (30, 60)
)
_VIDEO = ("width", "height", "framerate", "bitrate", "keyFrameInterval", "depth")


class VideoBody(ObjectSerializer):
    width = NumberField(positive="Video width must be a positive number")
    height = NumberField(positive="Video height must be a positive number")
    framerate = NumberField(positive="Video framerate must be a positive number")
    codec = EnumField(("DEFAULT_VC", "H264_BASELINE", "H264_MAIN", "H264_HIGH", "VP8"))
    bitrate = NumberField(positive="Video bitrate must be a positive number")
    keyFrameInterval = NumberField(positive="Video keyFrameInterval must be a positive number")
    depth = NumberField(positive="Video depth must be a positive number")


class AudioBody(ObjectSerializer):
    codec = EnumField(("DEFAULT_AC", "OPUS", "AAC", "AC_MP3"))
    bitrate = NumberField(positive="Audio bitrate must be a positive number")
    frequency = NumberField(positive="Audio frequency must be a positive number")


class EncodingField(StrictField):
    """A preset's name, or an object with both halves."""

    expected = "object"

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(data) if data is not None else (False, data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            if data not in PRESETS:
                raise ValidationError(f"Invalid encoding preset. Must be one of: {', '.join(PRESETS)}")
            return data
        if not isinstance(data, Mapping):
            raise ValidationError("Encoding must be either a preset string or an encoding configuration object")
        if data.get("video") is None or data.get("audio") is None:
            raise ValidationError("Both video and audio configuration must be provided when using encoding options")
        halves: tuple[tuple[str, type[ObjectSerializer]], ...] = (("video", VideoBody), ("audio", AudioBody))
        problems: dict[str, Any] = {}
        for half, serializer_class in halves:
            problem = _half_problems(half, serializer_class, data[half])
            if problem:
                problems[half] = problem
        if problems:
            raise ValidationError(problems)
        return {half: {key: data[half][key] for key in body().fields} for half, body in halves}

    def json_schema(self) -> JsonSchema:
        halves = {"video": VideoBody, "audio": AudioBody}
        return {"oneOf": [one_of(PRESETS), {"type": "object", "properties": halves, "required": list(halves)}]}


def _half_problems(half: str, serializer_class: type[ObjectSerializer], data: Any) -> Any:
    title = half.capitalize()
    if not isinstance(data, Mapping):
        return [f"{title} encoding must be a valid object"]
    serializer = serializer_class(data=data)
    if serializer.is_valid():
        return None
    problems: dict[str, Any] = dict(serializer.errors)
    missing = [str(key) for key in serializer.fields if key not in data]
    if missing:
        names = ", ".join(missing)
        problems["non_field_errors"] = [f"When {half} encoding is provided, required fields are missing: {names}"]
    return problems


class RecordingConfigBody(ObjectSerializer):
    enabled = BooleanField()
    layout = EnumField(LAYOUTS, required=False)
    encoding = EncodingField(required=False)
    # An older spelling of what roles may do; never stored here.
    allowAccessTo = EnumField(ALLOW_ACCESS_TO, required=False)


class ConfigBody(ObjectSerializer):
    recording = RecordingConfigBody(required=False)
    chat = SwitchBody(required=False)
    virtualBackground = SwitchBody(required=False)
    e2ee = SwitchBody(required=False)
    captions = SwitchBody(required=False)


class ConfigChangeBody(ObjectSerializer):
    config = ConfigBody()


def config_changes(config: Mapping[str, Mapping[str, Any]]) -> tuple[Config, Grants]:
    """A validated configuration as the domain takes it, and the permissions that it spells in the old way."""
    changes = {block: dict(values) for block, values in config.items()}
    option = changes.get("recording", {}).pop("allowAccessTo", None)
    return changes, permissions_of(option) if option else {}

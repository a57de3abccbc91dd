"""Bodies and queries of the room endpoints (rest-api.md 1.5, 2.2, 2.3)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError

from meet import clock
from meet.api.fields import (
    BooleanField,
    EnumField,
    NumberField,
    ObjectSerializer,
    StrictField,
    StringField,
    received,
)
from meet.api.pagination import page_fields
from meet.errors import InvalidRequest, Issue
from rooms.lifecycle import Expiry, NewRoom
from rooms.models import AccessLink, MeetingPolicy, RecordingsPolicy, RoomStatus
from rooms.permissions import MODERATOR_DEFAULT, OLD_NAMES, SPEAKER_DEFAULT, Permission, from_object

LONGEST_NAME = 50
_LONGEST_ROOM_ID = 100
_SHORTEST_LEAD = timedelta(hours=1)
LAYOUTS = ("grid", "speaker", "single-speaker")


def room_id_from(path: str, *, field: str = "roomId") -> str:
    """The id in a path as the contract cleans it; 422 when nothing is left."""
    if len(path) > _LONGEST_ROOM_ID:
        raise InvalidRequest(Issue(field, f"roomId cannot exceed {_LONGEST_ROOM_ID} characters"))
    clean = re.sub(r"[^A-Za-z0-9_-]", "", path)
    if not clean:
        raise InvalidRequest(Issue(field, "roomId cannot be empty after sanitization"))
    return clean


# -- Permissions -----------------------------------------------------------------------------------------------------


class PermissionsField(StrictField):
    """Partial booleans in either spelling; yields `{current name: bool}`."""

    expected = "object"

    def to_internal_value(self, data: Any) -> dict[str, bool]:
        if not isinstance(data, Mapping):
            raise self.wrong_type(data)
        problems: dict[str, str] = {}
        named: dict[str, bool] = {}
        for permission in Permission:
            name = str(permission.name)
            if name in data:
                if isinstance(data[name], bool):
                    named[name] = data[name]
                else:
                    problems[name] = f"Expected boolean, received {received(data[name])}"
        old: dict[str, bool] = {}
        for name, group in OLD_NAMES.items():
            if name in data:
                problem = self._old(name, data[name], group, named, old)
                if problem:
                    problems[name] = problem
        if problems:
            raise ValidationError({name: [problem] for name, problem in problems.items()})
        return {**old, **named}

    def _old(
        self, name: str, value: Any, group: Permission, named: Mapping[str, bool], old: dict[str, bool]
    ) -> str | None:
        """Adds what an old name means to `old`, or says what is wrong with it."""
        current = [str(permission.name) for permission in group]
        if settings.MEET_MODE != "compatibility":
            use = ", ".join(f"'{new}'" for new in current)
            return f"'{name}' is not accepted when MEET_MODE is '{settings.MEET_MODE}'; use {use}"
        if not isinstance(value, bool):
            return f"Expected boolean, received {received(value)}"
        for new in current:
            if named.get(new, value) is not value:
                return (
                    f"Conflicting values for deprecated permission '{name}' ({_js(value)}) and its replacement "
                    f"'{new}' ({_js(named[new])}); send only one spelling"
                )
            old[new] = value
        return None


def _js(value: object) -> str:
    """As JavaScript writes a boolean."""
    return "true" if value else "false"


class RoleBody(ObjectSerializer):
    permissions = PermissionsField()


class RolesBody(ObjectSerializer):
    moderator = RoleBody(required=False)
    speaker = RoleBody(required=False)


# -- Configuration ---------------------------------------------------------------------------------------------------


class SwitchBody(ObjectSerializer):
    enabled = BooleanField()


_PRESETS = tuple(
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
            if data not in _PRESETS:
                raise ValidationError(f"Invalid encoding preset. Must be one of: {', '.join(_PRESETS)}")
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


class ConfigBody(ObjectSerializer):
    recording = RecordingConfigBody(required=False)
    chat = SwitchBody(required=False)
    virtualBackground = SwitchBody(required=False)
    e2ee = SwitchBody(required=False)
    captions = SwitchBody(required=False)


# -- Rooms -----------------------------------------------------------------------------------------------------------


class AnonymousAccessBody(ObjectSerializer):
    moderator = SwitchBody(required=False)
    speaker = SwitchBody(required=False)
    recording = SwitchBody(required=False)


class AccessBody(ObjectSerializer):
    anonymous = AnonymousAccessBody(required=False)
    user = SwitchBody(required=False)


class DeletionDateField(NumberField):
    def problems(self, number: float) -> list[str]:
        problems = []
        if number <= 0:
            problems.append("autoDeletionDate must be a positive integer")
        if number < clock.to_ms(clock.now() + _SHORTEST_LEAD):
            problems.append("autoDeletionDate must be at least 1h in the future")
        if number > _LAST_MOMENT:
            problems.append("autoDeletionDate is too far in the future")
        return problems


# The end of the year 9999, the last that databases and Python know.
_LAST_MOMENT = 253402300799000


class DeletionPolicyField(EnumField):
    def __init__(self, values: Any, *, name: str, **options: Any) -> None:
        self.name = name
        super().__init__(values, **options)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if value == "fail":
            raise ValidationError(f"FAIL policy is not allowed for {self.name} auto-deletion policy")
        return value


class AutoDeletionPolicyBody(ObjectSerializer):
    withMeeting = DeletionPolicyField(MeetingPolicy.values, name="withMeeting")
    withRecordings = DeletionPolicyField(RecordingsPolicy.values, name="withRecordings")


class NewRoomBody(ObjectSerializer):
    roomName = StringField(maximum=(LONGEST_NAME, f"roomName cannot exceed {LONGEST_NAME} characters"), required=False)
    autoDeletionDate = DeletionDateField(required=False)
    autoDeletionPolicy = AutoDeletionPolicyBody(required=False)
    config = ConfigBody(required=False)
    roles = RolesBody(required=False)
    access = AccessBody(required=False)


def new_room(body: Mapping[str, Any]) -> NewRoom:
    """The validated body as the domain takes it."""
    roles = body.get("roles", {})
    access = body.get("access", {})
    anonymous = access.get("anonymous", {})
    return NewRoom(
        name=body.get("roomName", ""),
        expiry=_expiry(body),
        config=body.get("config", {}),
        moderator_permissions=from_object(roles.get("moderator", {}).get("permissions", {}), base=MODERATOR_DEFAULT),
        speaker_permissions=from_object(roles.get("speaker", {}).get("permissions", {}), base=SPEAKER_DEFAULT),
        user_access=access.get("user", {}).get("enabled", False),
        disabled_links=frozenset(
            role.value for role in AccessLink.Role if not anonymous.get(role.value, {}).get("enabled", True)
        ),
    )


def _expiry(body: Mapping[str, Any]) -> Expiry | None:
    date = body.get("autoDeletionDate")
    if date is None:
        return None
    policy = body.get("autoDeletionPolicy")
    at = clock.from_ms(int(date))
    if policy is None:
        return Expiry(at)
    return Expiry(at, MeetingPolicy(policy["withMeeting"]), RecordingsPolicy(policy["withRecordings"]))


class RoomListQuery(ObjectSerializer):
    status = EnumField(RoomStatus.values, required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **page_fields(("creationDate", "roomName", "autoDeletionDate"))}


class DeletionQuery(ObjectSerializer):
    withMeeting = EnumField(MeetingPolicy.values, default="fail")
    withRecordings = EnumField(RecordingsPolicy.values, default="fail")


_LONGEST_PARTICIPANT_NAME = 100


class MemberTokenBody(ObjectSerializer):
    secret = StringField(required=False)
    joinMeeting = BooleanField(default=False)
    participantName = StringField(
        maximum=(
            _LONGEST_PARTICIPANT_NAME,
            f"participantName cannot exceed {_LONGEST_PARTICIPANT_NAME} characters",
        ),
        required=False,
    )
    # Ours (decisions.md 3): name a guest by its public id, not by its secret.
    opaqueIdentity = BooleanField(default=False)

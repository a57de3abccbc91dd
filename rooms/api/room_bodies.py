"""Ids and bodies of the room endpoints (rest-api.md 1.5)."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from meet import clock, ids
from meet.api import dialects
from meet.api.describing import MOMENT, JsonSchema, one_of
from meet.api.fields import BooleanField, EnumField, NumberField, ObjectSerializer, StringField
from meet.errors import InvalidRequest, Issue
from rooms.api.config_bodies import ConfigBody, SwitchBody, config_changes
from rooms.api.permission_bodies import RolesBody, grants
from rooms.configuration import Access, Changes, Details
from rooms.lifecycle import Expiry, NewRoom, earliest_expiry
from rooms.models import (
    LONGEST_EXTERNAL_ID,
    LONGEST_NAME,
    LONGEST_RETENTION,
    MeetingPolicy,
    RecordingsPolicy,
    RoomStatus,
)
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT, MeetingRole, from_object

LONGEST_ROOM_ID = 100


def room_id_from(path: str, *, field: str = "roomId") -> str:
    """The id in a path as the contract cleans it; 422 when nothing is left."""
    if len(path) > LONGEST_ROOM_ID:
        raise InvalidRequest(Issue(field, f"roomId cannot exceed {LONGEST_ROOM_ID} characters"))
    clean = ids.cleaned(path)
    if not clean:
        raise InvalidRequest(Issue(field, "roomId cannot be empty after sanitization"))
    return clean


class AnonymousAccessBody(ObjectSerializer):
    moderator = SwitchBody(required=False)
    speaker = SwitchBody(required=False)
    recording = SwitchBody(required=False)


class AnonymousOfOldBody(ObjectSerializer):
    """As the 2026-Q1 dialect knew it: there was no link to the recordings."""

    moderator = SwitchBody(required=False)
    speaker = SwitchBody(required=False)


class AccessBody(ObjectSerializer):
    anonymous = AnonymousAccessBody(required=False)
    user = SwitchBody(required=False)


class DeletionDateField(NumberField):
    def problems(self, number: float) -> list[str]:
        problems = []
        if number <= 0:
            problems.append("autoDeletionDate must be a positive integer")
        if number < clock.to_ms(earliest_expiry(now=clock.now())):
            problems.append("autoDeletionDate must be at least 1h in the future")
        if number > _LAST_MOMENT:
            problems.append("autoDeletionDate is too far in the future")
        return problems

    def json_schema(self) -> JsonSchema:
        return {**MOMENT, "type": "number", "exclusiveMinimum": 0, "maximum": _LAST_MOMENT}


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

    def json_schema(self) -> JsonSchema:
        return one_of([value for value in self.values if value != "fail"])


class AutoDeletionPolicyBody(ObjectSerializer):
    withMeeting = DeletionPolicyField(MeetingPolicy.values, name="withMeeting")
    withRecordings = DeletionPolicyField(RecordingsPolicy.values, name="withRecordings")


class ExternalIdField(StringField):
    def __init__(self, **options: Any) -> None:
        longest = (LONGEST_EXTERNAL_ID, f"externalId cannot exceed {LONGEST_EXTERNAL_ID} characters")
        super().__init__(minimum=(1, "externalId cannot be empty"), maximum=longest, **options)


def _name_field() -> StringField:
    return StringField(maximum=(LONGEST_NAME, f"roomName cannot exceed {LONGEST_NAME} characters"), required=False)


def _auto_recording_field() -> BooleanField:
    return BooleanField(
        required=False, help_text="Whether each meeting is recorded from its first picture or sound on; false at first"
    )


class RetentionField(NumberField):
    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_null=True,
            help_text="Recordings are deleted so many days after their end; null: as the installation has it",
        )

    def to_internal_value(self, data: Any) -> int:
        return int(super().to_internal_value(data))

    def problems(self, number: float) -> list[str]:
        problems = []
        if number != int(number):
            problems.append("Expected integer, received float")
        if number < 1:
            problems.append("recordingRetentionDays must be a positive integer")
        if number > LONGEST_RETENTION:
            problems.append(f"recordingRetentionDays cannot exceed {LONGEST_RETENTION}")
        return problems

    def json_schema(self) -> JsonSchema:
        return {"type": "integer", "minimum": 1, "maximum": LONGEST_RETENTION}


class RoomBody(ObjectSerializer):
    """Everything that makes a room, in today's and in older spellings, but for what its owner calls it."""

    roomName = _name_field()
    autoDeletionDate = DeletionDateField(required=False)
    autoDeletionPolicy = AutoDeletionPolicyBody(required=False)
    config = ConfigBody(required=False)
    roles = RolesBody(required=False)
    access = AccessBody(required=False)
    anonymous = AnonymousOfOldBody(required=False)
    autoRecording = _auto_recording_field()
    recordingRetentionDays = RetentionField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        problems = dialects.conflicts(attrs.get("anonymous", {}), attrs.get("access", {}))
        if problems:
            raise ValidationError({"anonymous": problems})
        return attrs


class NewRoomBody(RoomBody):
    externalId = ExternalIdField(
        required=False, help_text="What your own system calls it; each once among the rooms of one owner"
    )


class ExternalIdPath(ObjectSerializer):
    externalId = ExternalIdField()


class RoomDetailsBody(ObjectSerializer):
    """null clears what a room can be without."""

    roomName = _name_field()
    autoDeletionDate = DeletionDateField(required=False, allow_null=True, help_text="null: never")
    autoDeletionPolicy = AutoDeletionPolicyBody(required=False)
    externalId = ExternalIdField(required=False, allow_null=True, help_text="null takes it away")
    autoRecording = _auto_recording_field()
    recordingRetentionDays = RetentionField()


class StatusBody(ObjectSerializer):
    status = EnumField((RoomStatus.OPEN.value, RoomStatus.CLOSED.value))


class AccessChangeBody(ObjectSerializer):
    access = AccessBody()


class AnonymousChangeBody(ObjectSerializer):
    anonymous = AnonymousOfOldBody()


# -- As the domain takes them ----------------------------------------------------------------------------------------


def new_room(body: Mapping[str, Any], *, external_id: str | None = None) -> NewRoom:
    """What is not said is as the contract creates it."""
    wish = changes(body)
    moderator, speaker = (wish.grants.get(role.value, {}) for role in MeetingRole)
    return NewRoom(
        name=body.get("roomName", ""),
        expiry=_expiry(body),
        config=wish.config,
        moderator_permissions=from_object(moderator, base=MODERATOR_DEFAULT),
        speaker_permissions=from_object(speaker, base=SPEAKER_DEFAULT),
        user_access=bool(wish.access.user),
        disabled_links=frozenset(role for role, is_enabled in wish.access.links.items() if not is_enabled),
        external_id=external_id or body.get("externalId"),
        auto_recording=body.get("autoRecording", False),
        recording_retention_days=body.get("recordingRetentionDays"),
    )


def _expiry(body: Mapping[str, Any]) -> Expiry | None:
    found = details(body)
    at = found.get("expires_at")
    if at is None:
        return None
    return Expiry(
        at,
        found.get("expiry_with_meeting", Expiry.with_meeting),
        found.get("expiry_with_recordings", Expiry.with_recordings),
    )


def changes(body: Mapping[str, Any]) -> Changes:
    """What the body says, and nothing of what it does not say. Roles win over their older spelling."""
    config, old_grants = config_changes(body.get("config", {}))
    new_grants = grants(body.get("roles", {}))
    return Changes(
        details=details(body),
        config=config,
        grants={role: {**old_grants.get(role, {}), **new_grants.get(role, {})} for role in MeetingRole.values},
        access=access_changes(dialects.access_of(body.get("anonymous", {}), body.get("access", {}))),
    )


def details(body: Mapping[str, Any]) -> Details:
    found = Details()
    if "roomName" in body:
        found["name"] = body["roomName"]
    if "autoDeletionDate" in body:
        date = body["autoDeletionDate"]
        found["expires_at"] = None if date is None else clock.from_ms(int(date))
    if "autoDeletionPolicy" in body:
        policy = body["autoDeletionPolicy"]
        found["expiry_with_meeting"] = MeetingPolicy(policy["withMeeting"])
        found["expiry_with_recordings"] = RecordingsPolicy(policy["withRecordings"])
    if "externalId" in body:
        found["external_id"] = body["externalId"]
    if "autoRecording" in body:
        found["auto_recording"] = body["autoRecording"]
    if "recordingRetentionDays" in body:
        found["recording_retention_days"] = body["recordingRetentionDays"]
    return found


def access_changes(access: Mapping[str, Any]) -> Access:
    links = {role: switch["enabled"] for role, switch in access.get("anonymous", {}).items()}
    return Access(links, access.get("user", {}).get("enabled"))

"""Bodies, queries and ids of the room endpoints (rest-api.md 1.5)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from rest_framework.exceptions import ValidationError

from meet import clock
from meet.api.describing import MOMENT, JsonSchema, one_of
from meet.api.fields import EnumField, NumberField, ObjectSerializer, StringField
from meet.api.pagination import page_fields
from meet.errors import InvalidRequest, Issue
from rooms.api.config_bodies import ConfigBody, SwitchBody
from rooms.api.permission_bodies import RolesBody
from rooms.lifecycle import Expiry, NewRoom
from rooms.models import LONGEST_NAME, AccessLink, MeetingPolicy, RecordingsPolicy, RoomStatus
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT, from_object

_LONGEST_ROOM_ID = 100
_SHORTEST_LEAD = timedelta(hours=1)


def room_id_from(path: str, *, field: str = "roomId") -> str:
    """The id in a path as the contract cleans it; 422 when nothing is left."""
    if len(path) > _LONGEST_ROOM_ID:
        raise InvalidRequest(Issue(field, f"roomId cannot exceed {_LONGEST_ROOM_ID} characters"))
    clean = re.sub(r"[^A-Za-z0-9_-]", "", path)
    if not clean:
        raise InvalidRequest(Issue(field, "roomId cannot be empty after sanitization"))
    return clean


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
    status = EnumField(RoomStatus.values, required=False, help_text="Only rooms in this state")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **page_fields(("creationDate", "roomName", "autoDeletionDate"))}


class DeletionQuery(ObjectSerializer):
    withMeeting = EnumField(MeetingPolicy.values, default="fail", help_text="What to do about a running meeting")
    withRecordings = EnumField(RecordingsPolicy.values, default="fail", help_text="What to do about recordings")

"""Bodies and queries of the member endpoints (rest-api.md 1.6)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from accounts.models import USER_ID_PATTERN
from meet.api.fields import EnumField, ObjectSerializer, StrictField, StringField
from meet.api.matching import BooleanTextField, match_fields
from meet.api.pagination import Sort, page_fields
from meet.names import tidy
from rooms.api.permission_bodies import PermissionsField
from rooms.members import MemberChange, NewMember
from rooms.models import LONGEST_EXTERNAL_ID, LONGEST_NAME
from rooms.permissions import MeetingRole

SORTS = {"membershipDate": Sort("created_at", datetime), "name": Sort("name_key", str)}
USER_ID = (re.compile(USER_ID_PATTERN), "userId must contain only lowercase letters, numbers, and underscores")
TYPES = ("user", "identified_guest")


class NameField(StringField):
    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not tidy(name):
            raise ValidationError("name cannot be empty")
        return name


class ExternalIdField(StringField):
    """Ours: what an integrator calls a member."""

    def __init__(self, **options: Any) -> None:
        maximum = (LONGEST_EXTERNAL_ID, f"externalId cannot exceed {LONGEST_EXTERNAL_ID} characters")
        super().__init__(minimum=(1, "externalId cannot be empty"), maximum=maximum, required=False, **options)


class NewMemberBody(ObjectSerializer):
    userId = StringField(pattern=USER_ID, required=False, help_text="Instead of `name`: somebody with an account")
    name = NameField(
        maximum=(LONGEST_NAME, f"name cannot exceed {LONGEST_NAME} characters"),
        required=False,
        help_text="Instead of `userId`: a guest with a link of their own",
    )
    baseRole = EnumField(MeetingRole.values)
    customPermissions = PermissionsField(required=False, help_text="Where they differ from those of the role")
    externalId = ExternalIdField(help_text="What your own system calls them; each once in a room")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("userId" in attrs) is ("name" in attrs):
            raise ValidationError({"userId": ["Either userId or name must be provided, but not both"]})
        return attrs


def new_member(body: Mapping[str, Any]) -> NewMember:
    return NewMember(
        base_role=MeetingRole(body["baseRole"]),
        user_id=body.get("userId"),
        name=body.get("name", ""),
        custom_permissions=body.get("customPermissions", {}),
        external_id=body.get("externalId"),
    )


class MemberChangeBody(ObjectSerializer):
    """`externalId: null` takes it away."""

    baseRole = EnumField(MeetingRole.values, required=False)
    customPermissions = PermissionsField(required=False, help_text="Replaces what was there")
    externalId = ExternalIdField(allow_null=True, help_text="null takes it away")


def member_change(body: Mapping[str, Any]) -> MemberChange:
    role = body.get("baseRole")
    return MemberChange(
        base_role=MeetingRole(role) if role else None,
        custom_permissions=body.get("customPermissions"),
        external_id=(body["externalId"] or "") if "externalId" in body else None,
    )


class MemberListQuery(ObjectSerializer):
    baseRole = EnumField(MeetingRole.values, required=False)
    type = EnumField(TYPES, required=False)
    externalId = StringField(required=False, help_text="The member with this id of your own system")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **match_fields("name"), **page_fields(tuple(SORTS))}


class MemberIdsField(StrictField):
    """A comma list, also over several parameters; each id once."""

    expected = "string"

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return False, data

    def to_internal_value(self, data: Any) -> list[str]:
        listed = ",".join(data) if isinstance(data, list) else data if isinstance(data, str) else ""
        member_ids = list(dict.fromkeys(part.strip() for part in listed.split(",") if part.strip()))
        if not member_ids:
            raise ValidationError("At least one memberId is required")
        return member_ids


class DryRunQuery(ObjectSerializer):
    """Ours: `dryRun=true` answers what would be done, and does nothing."""

    dryRun = BooleanTextField(default=False, help_text="Only tell what would happen")


class MembersDeletionQuery(DryRunQuery):
    memberIds = MemberIdsField(help_text="Separated by commas")

"""Bodies and queries of the member endpoints (rest-api.md 1.6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework.exceptions import ValidationError

from accounts.user_bodies import USER_ID
from meet.api.fields import EnumField, IdsField, NameField, ObjectSerializer, StringField
from meet.api.matching import BooleanTextField, match_fields
from meet.api.pagination import Sort, page_fields
from rooms.api.permission_bodies import PermissionsField
from rooms.api.room_bodies import ExternalIdField
from rooms.members import MemberChange, NewMember
from rooms.models import LONGEST_NAME
from rooms.permissions import MeetingRole

SORTS = {"membershipDate": Sort("created_at", datetime), "name": Sort("name_key", str)}
TYPES = ("user", "identified_guest")


class NewMemberBody(ObjectSerializer):
    userId = StringField(pattern=USER_ID, required=False, help_text="Instead of `name`: somebody with an account")
    name = NameField(
        longest=LONGEST_NAME,
        empty="name cannot be empty",
        required=False,
        help_text="Instead of `userId`: a guest with a link of their own",
    )
    baseRole = EnumField(MeetingRole.values)
    customPermissions = PermissionsField(required=False, help_text="Where they differ from those of the role")
    externalId = ExternalIdField(required=False, help_text="What your own system calls them; each once in a room")

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
    externalId = ExternalIdField(required=False, allow_null=True, help_text="null takes it away")


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


class DryRunQuery(ObjectSerializer):
    """Ours: `dryRun=true` answers what would be done, and does nothing."""

    dryRun = BooleanTextField(default=False, help_text="Only tell what would happen")


class MembersDeletionQuery(DryRunQuery):
    memberIds = IdsField("At least one memberId is required", help_text="Separated by commas")

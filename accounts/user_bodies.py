"""Bodies and queries of the user endpoints (rest-api.md 1.2)."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.models import USER_ID_PATTERN, Role
from accounts.users import NewUser
from meet.api.fields import EnumField, IdsField, NameField, ObjectSerializer, StringField
from meet.api.matching import match_fields
from meet.api.pagination import page_fields


class RoleField(EnumField):
    """Takes the name that an older dialect has for room managers (rest-api.md 9.4)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Role.values, **options)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(Role.ROOM_MANAGER.value if data == "user" else data)


_LONGEST_NAME = 50
USER_ID = (re.compile(USER_ID_PATTERN), "userId must contain only lowercase letters, numbers, and underscores")


def name_field(**options: Any) -> NameField:
    """Of users, and of keys."""
    return NameField(longest=_LONGEST_NAME, empty="name is required and cannot be empty", **options)


class NewUserBody(ObjectSerializer):
    userId = StringField(
        minimum=(5, "userId must be at least 5 characters long"),
        maximum=(20, "userId cannot exceed 20 characters"),
        pattern=USER_ID,
    )
    name = name_field()
    role = RoleField()

    def get_fields(self) -> dict[str, Any]:
        shortest = settings.MEET_PASSWORD_MIN_LENGTH
        message = f"password must be at least {shortest} characters long"
        return {**super().get_fields(), "password": StringField(minimum=(shortest, message))}


def new_user(body: Mapping[str, Any]) -> NewUser:
    """The validated body as the domain takes it."""
    return NewUser(body["userId"], body["name"], Role(body["role"]), body["password"])


class ResetPasswordBody(ObjectSerializer):
    def get_fields(self) -> dict[str, Any]:
        shortest = settings.MEET_PASSWORD_MIN_LENGTH
        message = f"New password must be at least {shortest} characters long"
        return {"newPassword": StringField(minimum=(shortest, message))}


class UserRoleBody(ObjectSerializer):
    role = RoleField()


class UserListQuery(ObjectSerializer):
    userId = StringField(default="", help_text="The one with this id; empty for all")
    role = RoleField(required=False, help_text="Only those with this role")

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **match_fields("name"), **page_fields(("registrationDate", "name"))}


class BulkDeletionQuery(ObjectSerializer):
    userIds = IdsField("At least one userId is required")

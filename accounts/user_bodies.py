"""Bodies and queries of the user endpoints (rest-api.md 1.2)."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError

from accounts.models import USER_ID_PATTERN, Role
from accounts.users import NewUser
from meet.api.describing import TEXT, JsonSchema
from meet.api.fields import EnumField, ObjectSerializer, StringField
from meet.api.matching import match_fields
from meet.api.pagination import page_fields
from meet.errors import InvalidRequest, Issue
from meet.names import tidy

_LONGEST_NAME = 50


class RoleField(EnumField):
    """Takes the name that an older dialect has for room managers (rest-api.md 9.4)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Role.values, **options)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(Role.ROOM_MANAGER.value if data == "user" else data)


class NameField(StringField):
    def __init__(self, **options: Any) -> None:
        super().__init__(maximum=(_LONGEST_NAME, f"name cannot exceed {_LONGEST_NAME} characters"), **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not tidy(name):
            raise ValidationError("name is required and cannot be empty")
        return name

    def json_schema(self) -> JsonSchema:
        return {**TEXT, "minLength": 1, "maxLength": _LONGEST_NAME, "pattern": r"\S"}


class NewUserBody(ObjectSerializer):
    userId = StringField(
        minimum=(5, "userId must be at least 5 characters long"),
        maximum=(20, "userId cannot exceed 20 characters"),
        pattern=(
            re.compile(USER_ID_PATTERN),
            "userId must contain only lowercase letters, numbers, and underscores",
        ),
    )
    name = NameField()
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
    userIds = StringField(help_text="Ids with commas between them")


def user_ids(query: Mapping[str, Any]) -> list[str]:
    """Each once, in the order given; 422 when nothing is left."""
    ids = dict.fromkeys(text.strip() for text in query["userIds"].split(","))
    ids.pop("", None)
    if not ids:
        raise InvalidRequest(Issue("userIds", "At least one userId is required"))
    return list(ids)

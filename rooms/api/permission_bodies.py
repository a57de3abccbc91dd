"""Permissions of roles and members in a body, in either spelling (rest-api.md 2.3)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError

from meet.api.describing import FLAG, JsonSchema
from meet.api.fields import ObjectSerializer, StrictField, received
from rooms.configuration import Grants
from rooms.permissions import OLD_NAMES, Permission


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

    def json_schema(self) -> JsonSchema:
        old = {**FLAG, "deprecated": True}
        return {
            "type": "object",
            "properties": {**{str(one.name): FLAG for one in Permission}, **dict.fromkeys(OLD_NAMES, old)},
        }

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


class RolesChangeBody(ObjectSerializer):
    roles = RolesBody()


def grants(roles: Mapping[str, Any]) -> Grants:
    """Validated roles as the domain takes them."""
    return {role: body["permissions"] for role, body in roles.items()}

"""Bodies of signing in and of one's own account, and the user object (rest-api.md 1.2, 1.3)."""

from typing import Any, TypedDict

from django.conf import settings

from accounts.models import ApiKey, User
from meet import clock
from meet.api.fields import ObjectSerializer, StringField

_SHORTEST_LOGIN = 5


class UserObject(TypedDict):
    userId: str
    name: str
    registrationDate: int
    role: str
    roleUpdatedAt: int


def user_object(user: User) -> UserObject:
    return {
        "userId": user.user_id,
        "name": user.name,
        "registrationDate": clock.to_ms(user.created_at),
        "role": user.role,
        "roleUpdatedAt": clock.to_ms(user.role_updated_at),
    }


class ApiKeyObject(TypedDict):
    key: str
    creationDate: int


def api_key_object(key: ApiKey) -> ApiKeyObject:
    return {"key": key.text or "", "creationDate": clock.to_ms(key.created_at)}


class LoginBody(ObjectSerializer):
    userId = StringField(minimum=(_SHORTEST_LOGIN, f"userId must be at least {_SHORTEST_LOGIN} characters long"))
    password = StringField(minimum=(_SHORTEST_LOGIN, f"password must be at least {_SHORTEST_LOGIN} characters long"))
    code = StringField(required=False)


class ChangePasswordBody(ObjectSerializer):
    currentPassword = StringField()

    def get_fields(self) -> dict[str, Any]:
        shortest = settings.MEET_PASSWORD_MIN_LENGTH
        message = f"New password must be at least {shortest} characters long"
        return {**super().get_fields(), "newPassword": StringField(minimum=(shortest, message))}

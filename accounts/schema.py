"""Users, tokens and API keys, for the OpenAPI document."""

from accounts.models import OAuthProvider, Role, Scope
from meet.api.describing import MESSAGE, MOMENT, TEXT, Component, array_of, one_of, page_of, shape

USER_ID = "olga_"
KEY_ID = "3"
_OLD_ROOM_MANAGER = "user"
_CREATED = 1795185600000
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvbGdhXyJ9.c2lnbmF0dXJl"

USER = shape(
    "User",
    {
        "userId": TEXT,
        "name": TEXT,
        "registrationDate": MOMENT,
        "role": {
            **one_of([*Role.values, _OLD_ROOM_MANAGER]),
            "description": f"`{_OLD_ROOM_MANAGER}` is what `X-Meet-Dialect` calls a room manager",
        },
        "roleUpdatedAt": MOMENT,
    },
    example={
        "userId": USER_ID,
        "name": "Olga",
        "registrationDate": _CREATED,
        "role": "room_manager",
        "roleUpdatedAt": _CREATED,
    },
)
USER_PAGE = page_of("users", USER)


def _message(name: str, text: str) -> Component:
    return Component(name, MESSAGE.schema, {"message": text})


USER_DELETED = _message("UserDeleted", f"User '{USER_ID}' deleted successfully")
_DELETED = array_of(TEXT, description="The ids of those who were deleted")
USERS_DELETED = shape(
    "UsersDeleted",
    {"message": TEXT, "deleted": _DELETED, "failed": {"type": "array", "maxItems": 0}},
    example={"message": "All users deleted successfully", "deleted": [USER_ID, "max__"], "failed": []},
)
USERS_NOT_DELETED = shape(
    "UsersNotDeleted",
    {
        "message": TEXT,
        "deleted": _DELETED,
        "failed": array_of(
            shape(
                "UserNotDeleted",
                {"userId": TEXT, "error": {**TEXT, "description": "Why, in words"}},
                example={"userId": "nobody", "error": "User not found"},
            ),
            minItems=1,
        ),
    },
    example={
        "message": "1 user(s) could not be deleted",
        "deleted": [USER_ID],
        "failed": [{"userId": "nobody", "error": "User not found"}],
    },
)
PASSWORD_RESET = _message(
    "PasswordReset",
    f"Password for user '{USER_ID}' has been reset successfully. User must change password on next login.",
)

API_KEY = shape(
    "DefaultApiKey",
    {"key": TEXT, "creationDate": MOMENT},
    example={"key": "ovmeet-0123456789abcdef0123456789abcdef", "creationDate": _CREATED},
)
API_KEYS = array_of(API_KEY, maxItems=1)

_NAMED_KEY = {
    "keyId": TEXT,
    "name": TEXT,
    "prefix": {**TEXT, "description": "The beginning of the key, to tell it from others"},
    "scopes": array_of(one_of(Scope.values), minItems=1),
    "creationDate": MOMENT,
    "createdBy": {**TEXT, "description": "The user id of whoever made it; absent once they are deleted"},
    "expiresAt": {**MOMENT, "description": "Milliseconds since the Unix epoch; absent when it does not expire"},
    "lastUsedAt": {**MOMENT, "description": "To the minute; absent until it is used"},
}
_OF_EVERY_KEY = ("keyId", "name", "prefix", "scopes", "creationDate")
NAMED_KEY = shape(
    "NamedKey",
    _NAMED_KEY,
    required=_OF_EVERY_KEY,
    text="Everything but the key itself.",
    example={
        "keyId": KEY_ID,
        "name": "Timetable",
        "prefix": "ovmeet-012",
        "scopes": ["rooms:read", "rooms:write"],
        "creationDate": _CREATED,
        "createdBy": "admin",
        "lastUsedAt": _CREATED + 3600000,
    },
)
NEW_NAMED_KEY = shape(
    "NewNamedKey",
    {**_NAMED_KEY, "key": {**TEXT, "description": "Shown this once, and kept nowhere"}},
    required=(*_OF_EVERY_KEY, "key"),
    example={
        "keyId": KEY_ID,
        "name": "Timetable",
        "prefix": "ovmeet-012",
        "scopes": ["rooms:read", "rooms:write"],
        "creationDate": _CREATED,
        "createdBy": "admin",
        "key": "ovmeet-0123456789abcdef0123456789abcdef",
    },
)
NAMED_KEY_DELETED = _message("NamedKeyDeleted", f"API key '{KEY_ID}' deleted successfully")

_PROVIDER = shape(
    "OAuthProvider",
    {"provider": one_of(OAuthProvider.Kind.values), "clientId": TEXT, "clientSecret": TEXT, "redirectUri": TEXT},
    required=("provider", "clientId", "redirectUri"),
    text="`clientSecret` only for administrators.",
    example={
        "provider": "github",
        "clientId": "Iv1.8a61f9b3a7aba766",
        "clientSecret": "d2f1c0",
        "redirectUri": "https://meet.example.org/oauth/github",
    },
)
SECURITY_CONFIG = shape(
    "SecurityConfig",
    {"authentication": shape("AuthenticationConfig", {"oauthProviders": array_of(_PROVIDER)})},
    example={"authentication": {"oauthProviders": [_PROVIDER.example]}},
)

LOGIN = shape(
    "Login",
    {
        "message": TEXT,
        "accessToken": TEXT,
        "refreshToken": TEXT,
        "mustChangePassword": {"const": True},
    },
    required=("message", "accessToken"),
    text="While a password change is pending there is no refresh token, and the access token opens nothing else.",
    example={
        "message": "User 'olga_' logged in successfully",
        "accessToken": _JWT,
        "refreshToken": _JWT,
    },
)
REFRESHED = shape(
    "RefreshedTokens",
    {"message": TEXT, "accessToken": TEXT, "refreshToken": TEXT},
    required=("message", "accessToken"),
    example={
        "message": "Access token for user 'olga_' successfully refreshed",
        "accessToken": _JWT,
        "refreshToken": _JWT,
    },
)
PASSWORD_CHANGED = shape(
    "PasswordChanged",
    {"message": TEXT, "accessToken": TEXT, "refreshToken": TEXT},
    required=("message",),
    text="With tokens when the change was pending.",
    example={"message": "Password for user 'olga_' changed successfully"},
)

"""Users, tokens and API keys, for the OpenAPI document."""

from accounts.models import Role
from meet.api.describing import MOMENT, TEXT, array_of, one_of, page_of, shape

_CREATED = 1795185600000
_JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJvbGdhXyJ9.c2lnbmF0dXJl"

USER = shape(
    "User",
    {
        "userId": TEXT,
        "name": TEXT,
        "registrationDate": MOMENT,
        "role": one_of(Role.values),
        "roleUpdatedAt": MOMENT,
    },
    example={
        "userId": "olga_",
        "name": "Olga",
        "registrationDate": _CREATED,
        "role": "room_manager",
        "roleUpdatedAt": _CREATED,
    },
)
USER_PAGE = page_of("users", USER)

API_KEY = shape(
    "DefaultApiKey",
    {"key": TEXT, "creationDate": MOMENT},
    example={"key": "ovmeet-0123456789abcdef0123456789abcdef", "creationDate": _CREATED},
)
API_KEYS = array_of(API_KEY, maxItems=1)

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

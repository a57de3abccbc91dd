"""What many operations share: parameters, headers, credentials, and the words around them."""

from typing import Any

from rooms.api.schema import ROOM_ID
from rooms.models import LONGEST_EXTERNAL_ID

PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "roomId": {
        "description": "The room's id. Characters other than letters, digits, `_` and `-` are dropped.",
        "schema": {"type": "string", "maxLength": 100},
        "example": ROOM_ID,
    },
    "memberId": {"description": "The user's id, or the guest's (`guest-…`)", "example": "max__"},
    "userId": {"description": "The user's id", "example": "olga_"},
    "identity": {"description": "The participant's identity in the meeting", "example": "ann-4f0x2k9c8m1b7qz"},
    "recordingId": {
        "description": "`<room id>--<egress id>--<uid>`",
        "example": f"{ROOM_ID}--EG_abcdefghijkl--1a2b3c4d5e",
    },
    "externalId": {
        "description": "The id that your own system gave",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_EXTERNAL_ID},
        "example": "course-2026-11",
    },
    "assistantId": {"description": "The assistant's id", "example": "AD_abcdefghijkl"},
    "keyId": {"description": "The API key's id", "example": "3"},
}

PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "Drawn by the caller for one request and sent again with every repetition of it: the work is done once, "
            "and repetitions get the first answer, for 24 hours. A UUID will do."
        ),
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
    },
    "MeetDialect": {
        "name": "X-Meet-Dialect",
        "in": "header",
        "description": (
            "Answers in the shapes of an older API. What is sent is understood in every dialect without this header."
        ),
        "schema": {"type": "string", "enum": ["2026-Q1", "2025"]},
    },
}

HEADERS: dict[str, tuple[str, str]] = {
    "Location": ("The address of what was made", "https://meet.example.org/api/v1/rooms/" + ROOM_ID),
    "Deprecation": ("`true` where permissions are spelt in the old way, too", "true"),
    "RateLimit": ("How much of the limit is left, and for how many seconds", "limit=500, remaining=499, reset=42"),
    "RateLimit-Policy": ("The limit: so many requests in a window of so many seconds", "500;w=60"),
    "Retry-After": ("Seconds to wait before trying again", "1"),
    "Idempotency-Replayed": ("`true` for an answer that was given before", "true"),
    "X-Request-ID": ("What the log calls this request", "4c3b6f6e-5b1a-4d0f-8f5e-2f3c1d7d9a10"),
}

# With every answer of an endpoint that is limited.
COMMON_HEADERS = ("RateLimit", "RateLimit-Policy", "X-Request-ID")

SECURITY: dict[str, Any] = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-KEY",
        "description": "Acts as the root administrator, narrowed by its scopes.",
    },
    "RoomMemberToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Room-Member-Token",
        "description": "`Bearer <token>`, as issued by `members/token`; opens one room.",
    },
    "AccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A user's token, as issued by `auth/login`.",
    },
    "Session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "meet_session_6080",
        "description": (
            "The console's cookie; its name ends in the server's port. Whatever changes something, and all of "
            "/internal-api, needs the header `X-CSRFToken` beside it."
        ),
    },
    "RefreshToken": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Refresh-Token",
        "description": "`Bearer <token>`, as issued by `auth/login`.",
    },
}

TITLE = "Meet API"
INTRODUCTION = """\
Rooms, the people in them, their meetings and recordings. All that the console does can be done here.

**Credentials.** Programs send an API key in `X-API-KEY`. Where several credentials come along, the API key counts
first, then the room member token, the access token, the session.

**Errors** are `{"error", "message"}`; of an invalid request all faults are listed in `details`, with status 422.
Whatever cannot be reached does not exist: 404. What can be seen but not done is 403.

**Keys of an answer.** `fields` and `extraFields`, or the headers `X-Fields` and `X-ExtraFields`, choose them. Unknown
names are ignored.

**Lists** come in pages of `maxItems`; `nextPageToken` of one page asks for the next.

**Repetitions.** With an `Idempotency-Key` a request that may have been lost can be sent again without harm.

**Limits** are told in `RateLimit` and `RateLimit-Policy`; programs with an API key have none.

**Older programs.** Bodies of the 2026-Q1 and 2025 dialects are understood as they are; `X-Meet-Dialect` asks for the
shapes of their answers.

Paths below `/internal-api/v1` serve our own pages and may change with them.
"""


def parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def shared_components() -> dict[str, Any]:
    headers = {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in HEADERS.items()
    }
    return {"parameters": PARAMETERS, "headers": headers, "securitySchemes": SECURITY}

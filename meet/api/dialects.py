"""The two older dialects of the API, all that there is of them (rest-api.md 9): no endpoint knows one.

Inputs of old are accepted from everybody: they contradict nothing. Answers of an older shape get only those who ask for
them by the header `X-Meet-Dialect: 2026-Q1` or `2025`; any other value is ignored, as an unusable `X-Fields` is. What
is said of both below, the contract knows of 2026-Q1 and does not contradict for 2025.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, cast

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response

from meet import ids


class Dialect(StrEnum):
    USERS_AND_MEMBERS = "2026-Q1"
    ROOMS_AND_LINKS = "2025"


def dialect_of(request: Request) -> Dialect | None:
    """None is the API as it is today."""
    value = request.headers.get("X-Meet-Dialect", "").strip()
    return Dialect(value) if value in tuple(Dialect) else None


# -- Inputs of old, always accepted ----------------------------------------------------------------------------------

# The options of `config.recording.allowAccessTo`: may moderators see and delete recordings, may speakers see them?
ALLOW_ACCESS_TO = {
    "admin": (False, False),
    "admin_moderator": (True, False),
    "admin_moderator_speaker": (True, True),
}
_SEE_RECORDINGS = ("recordingList", "recordingPlay", "recordingDownload")


def permissions_of(allow_access_to: str) -> dict[str, dict[str, bool]]:
    """By role, the permissions that an option stands for (9.3)."""
    moderators, speakers = ALLOW_ACCESS_TO[allow_access_to]
    return {
        "moderator": {**dict.fromkeys(_SEE_RECORDINGS, moderators), "recordingDelete": moderators},
        "speaker": {**dict.fromkeys(_SEE_RECORDINGS, speakers), "recordingDelete": False},
    }


def access_of(anonymous: Mapping[str, Any], access: Mapping[str, Any]) -> dict[str, Any]:
    """`access` with the switches of an `anonymous` of old."""
    return {**access, "anonymous": {**anonymous, **access.get("anonymous", {})}}


def conflicts(anonymous: Mapping[str, Any], access: Mapping[str, Any]) -> dict[str, Any]:
    """What `anonymous` says otherwise than `access`, as messages at its fields."""
    found: dict[str, Any] = {}
    for role, switch in anonymous.items():
        old, new = switch["enabled"], access.get("anonymous", {}).get(role, switch)["enabled"]
        if old is not new:
            message = (
                f"Conflicting values for deprecated 'anonymous.{role}.enabled' ({str(old).lower()}) and its "
                f"replacement 'access.anonymous.{role}.enabled' ({str(new).lower()}); send only one spelling"
            )
            found[role] = {"enabled": [message]}
    return found


# -- What a request means in a dialect -------------------------------------------------------------------------------

# Part of the plain answer then, extra fields now.
_PLAIN_THEN = frozenset({"roles", "effectivePermissions"})


def plain_fields(request: Request) -> frozenset[str]:
    """Extra fields that this caller takes for ordinary ones."""
    return _PLAIN_THEN if dialect_of(request) else frozenset()


def query_of(request: Request) -> QueryDict:
    """The query with the defaults of its dialect: the name of a room was a regular expression without case."""
    if dialect_of(request) is None or "roomName" not in request.query_params:
        return request.query_params
    query: QueryDict = request.query_params.copy()
    query.setdefault("roomNameMatchMode", "regex")
    query.setdefault("roomNameCaseInsensitive", "true")
    return query


# -- Answers of an older shape ---------------------------------------------------------------------------------------


def answer_in(dialect: Dialect, request: Request, response: Response) -> Any:
    """The body of `response`, which is no error, as `dialect` had it."""
    match = request._request.resolver_match
    reshape = _RESHAPED.get((str(request.method), match.url_name if match else None))
    body = _reworded(response.data, dialect)
    return reshape(body, request, response) if reshape else body


def _reworded(value: Any, dialect: Dialect) -> Any:
    """What differs wherever it stands."""
    if isinstance(value, list):
        return [_reworded(item, dialect) for item in value]
    if not isinstance(value, Mapping):
        return value
    result = {key: _reworded(item, dialect) for key, item in value.items()}
    if "_extraFields" in result:
        result["_extraFields"] = [name for name in result["_extraFields"] if name not in _PLAIN_THEN]
    if result.get("role") == "room_manager":
        result["role"] = "user"
    if dialect is Dialect.ROOMS_AND_LINKS and "config" in result and "roles" in result:
        _add_allow_access_to(result["config"], result["roles"])
    return result


def _add_allow_access_to(config: dict[str, Any], roles: Mapping[str, Any]) -> None:
    """Left out where the permissions are none of the three rows."""
    for option in ALLOW_ACCESS_TO:
        rows = permissions_of(option)
        if all(row.items() <= roles[role]["permissions"].items() for role, row in rows.items()):
            config["recording"] = {**config["recording"], "allowAccessTo": option}


Reshape = Callable[[Any, Request, Response], dict[str, Any]]


def _config_updated(_body: Any, request: Request, _response: Response) -> dict[str, Any]:
    return {"message": f"Room config for room '{_room_id(request)}' updated successfully"}


def _roles_updated(_body: Any, request: Request, _response: Response) -> dict[str, Any]:
    return {"message": f"Roles permissions for room '{_room_id(request)}' updated successfully"}


def _status_updated(body: Any, request: Request, response: Response) -> dict[str, Any]:
    wish = cast("dict[str, Any]", request.data)
    is_scheduled = response.status_code == HTTPStatus.ACCEPTED
    outcome = "scheduled to be closed when the meeting ends" if is_scheduled else f"{wish['status']} successfully"
    return {"message": f"Room '{_room_id(request)}' {outcome}", "room": body}


def _rooms_deleted(body: Any, _request: Request, response: Response) -> dict[str, Any]:
    result = {"successful" if key == "deleted" else key: value for key, value in body.items()}
    if response.status_code == HTTPStatus.OK:
        del result["failed"]
    return result


def _room_id(request: Request) -> str:
    return ids.cleaned(request.parser_context["kwargs"]["room_id"])


# By method and the name of the route.
_RESHAPED: dict[tuple[str, str | None], Reshape] = {
    ("PUT", "api-room-config"): _config_updated,
    ("PUT", "api-room-roles"): _roles_updated,
    ("PUT", "api-room-status"): _status_updated,
    ("DELETE", "api-rooms"): _rooms_deleted,
}

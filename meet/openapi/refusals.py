"""Refusals: those that every endpoint knows are told once, those of its own in place."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from meet.api import exceptions
from meet.api.parsers import BodyTooLarge
from meet.errors import DomainError, Forbidden, InvalidRequest, InvalidToken, Issue, NotAuthenticated, TooManyRequests
from meet.idempotency.calls import KeyReused, StillRunning
from meet.limits import API
from meet.openapi.parts import COMMON_HEADERS, header

_WITH_RETRY_AFTER = {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


def _bodies(*errors: DomainError) -> Sequence[Mapping[str, Any]]:
    return [exceptions.body(error) for error in errors]


# Status -> the name of the component, and what it may say.
COMMON: dict[int, tuple[str, Sequence[Mapping[str, Any]]]] = {
    HTTPStatus.BAD_REQUEST: ("Malformed", [{"error": "Bad Request", "message": "Malformed body"}]),
    HTTPStatus.UNAUTHORIZED: ("Unauthorized", _bodies(NotAuthenticated(), InvalidToken())),
    HTTPStatus.FORBIDDEN: ("Forbidden", _bodies(Forbidden())),
    HTTPStatus.CONFLICT: ("Repeated", _bodies(KeyReused(), StillRunning())),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("TooLarge", _bodies(BodyTooLarge())),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "Invalid",
        _bodies(InvalidRequest(Issue("roomName", "Expected string, received number"))),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ("TooMany", _bodies(TooManyRequests(API.message, headers={}))),
}


def refusal(status: int, bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = ["Retry-After", *COMMON_HEADERS] if status in _WITH_RETRY_AFTER else COMMON_HEADERS
    name = "ValidationError" if status == HTTPStatus.UNPROCESSABLE_ENTITY else "Error"
    examples = {str(number): {"summary": _gist(one), "value": one} for number, one in enumerate(bodies, start=1)}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": {name: header(name) for name in names},
        "content": {
            "application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}, "examples": examples},
        },
    }


def _gist(error: Mapping[str, Any]) -> str:
    if "details" in error:
        return "; ".join(f"{issue['field']}: {issue['message']}" for issue in error["details"])
    return str(error["message"])


def common_refusals() -> dict[str, Any]:
    return {name: refusal(status, bodies) for status, (name, bodies) in COMMON.items()}

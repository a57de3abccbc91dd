"""The contract's error bodies (rest-api.md 0.3), from whatever was raised."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from meet.api.parsers import BodyTooLarge
from meet.errors import DomainError, InvalidRequest

log = structlog.get_logger(__name__)

PATH_NOT_FOUND = {"error": "Path Not Found", "message": "API path not implemented"}


def handler(error: Exception, context: dict[str, Any]) -> Response:
    if isinstance(error, RequestDataTooBig):
        error = BodyTooLarge()
    if isinstance(error, DomainError) and not error.is_unexpected:
        # Stronger than what the view has noted on the way here, such as the state of another limiter.
        context["view"].headers.update(error.headers)
        return Response(body(error), status=error.status)
    if isinstance(error, exceptions.ParseError):
        return Response({"error": "Bad Request", "message": "Malformed body"}, status=HTTPStatus.BAD_REQUEST)
    if isinstance(error, SuspiciousOperation):
        return Response({"error": "Bad Request", "message": "Malformed request"}, status=HTTPStatus.BAD_REQUEST)
    # Express, which clients were written against, has no 405.
    if isinstance(error, exceptions.MethodNotAllowed | exceptions.NotFound | Http404):
        return Response(PATH_NOT_FOUND, status=HTTPStatus.NOT_FOUND)
    operation = getattr(context["view"], "operation", "processing the request")
    log.error("unexpected error", operation=operation, exc_info=error)
    message = f"Unexpected error while {operation}"
    return Response({"error": "Internal Server Error", "message": message}, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def body(error: DomainError) -> dict[str, Any]:
    answer: dict[str, Any] = {"error": error.code, "message": error.message}
    if isinstance(error, InvalidRequest):
        answer["details"] = [{"field": issue.field, "message": issue.message} for issue in error.issues]
    return answer

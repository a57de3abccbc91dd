"""The id that every log line of a request carries, told to the caller: «it failed» becomes «it failed as 4711»."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase


class RequestIdMiddleware:
    """Right behind django-structlog's, which takes the id from X-Request-ID or draws one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response["X-Request-ID"] = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:100]
        return response

"""The id that every log line of a request carries, told to the caller: «it failed» becomes «it failed as 4711»."""

from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog import middlewares

from meet.limits import address_of


class RequestMiddleware(middlewares.RequestMiddleware):
    """Takes the id from X-Request-ID or draws one."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Only proxies that are trusted say who is asking; django-structlog believes whatever header there is."""
        structlog.contextvars.bind_contextvars(ip=address_of(request))

    def handle_response(self, request: HttpRequest, response: Any) -> None:
        response["X-Request-ID"] = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:100]
        file = getattr(response, "file_to_stream", None)
        super().handle_response(request, response)
        # Streams come back wrapped, and Django takes what is wrapped for no file any more. It has to stay one: else it
        # passes through Python, of static files 4 KiB at a time, where the server could have the kernel send it.
        if hasattr(file, "fileno"):
            response.file_to_stream = file

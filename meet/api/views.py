"""The base of every endpoint: the order of its checks and the reading of its body."""

from typing import Any, ClassVar, Never

import structlog
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from meet.api import dialects, fields
from meet.errors import DomainError, NotAuthenticated
from meet.limits import API, Limiter, client_of

log = structlog.get_logger(__name__)

READING = ("GET", "HEAD")


class ApiView(APIView):
    """Credentials, limits, roles (permission classes), then the method; validation and existence come in there.

    `limiter` counts per client. Requests with a valid API key are not counted by the general limiter.
    """

    limiter: ClassVar[Limiter | None] = API
    operation: ClassVar[str] = "processing the request"
    # Whether there are answers in the shape of older dialects.
    has_dialects: ClassVar[bool] = True

    @property
    def is_read(self) -> bool:
        """Whoever may GET something may ask for its HEAD, by the same credentials."""
        return self.request.method in READING

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            self.perform_authentication(request)
        except DomainError:
            self._count(request)
            raise
        except Exception as error:
            # The contract: an authentication that cannot be carried out has failed.
            log.exception("authentication failed")
            raise NotAuthenticated from error
        if self.limiter is not API or not getattr(request.user, "is_unlimited", False):
            self._count(request)
        self.check_permissions(request)

    def _count(self, request: Request) -> None:
        if self.limiter is not None:
            self.headers.update(self.limiter.hit(client_of(request._request)))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.has_dialects and isinstance(response, Response) and not response.exception:
            dialect = dialects.dialect_of(self.request)
            if dialect:
                response.data = dialects.answer_in(dialect, self.request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> Never:
        raise NotAuthenticated

    def body(self, serializer_class: type[fields.ObjectSerializer], **context: Any) -> dict[str, Any]:
        return fields.parsed(serializer_class, self._data(), **context)

    def query(self, serializer_class: type[fields.ObjectSerializer], **context: Any) -> dict[str, Any]:
        return fields.parsed_query(serializer_class, dialects.query_of(self.request), **context)

    def _data(self) -> Any:
        has_body = self.request.META.get("CONTENT_LENGTH") not in (None, "", "0")
        return self.request.data if has_body else fields.MISSING

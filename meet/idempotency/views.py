"""The base of endpoints that take an Idempotency-Key (decisions.md 17)."""

import json
import re
from http import HTTPStatus
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from meet import clock
from meet.api.views import ApiView
from meet.errors import InvalidRequest, Issue
from meet.idempotency.calls import Answer, Claim, claim, fingerprint
from meet.idempotency.models import LONGEST_KEY

log = structlog.get_logger(__name__)

# Answers about API keys are shown once and kept nowhere.
_PATHS = re.compile(r"/api/v1/(?!api-keys(/|\Z))")
_KEY = re.compile(rf"[\x20-\x7e]{{1,{LONGEST_KEY}}}")
_KEPT_HEADERS = ("Location", "Deprecation")
# What an answer depends on beside its path, query and body.
_DECIDING_HEADERS = ("X-Fields", "X-ExtraFields", "X-Meet-Dialect")


class IdempotentView(ApiView):
    """Answers a repeated request of the same caller with what was answered the first time."""

    _claim: Claim | None = None

    def credential(self) -> str | None:
        """Whose keys these are; None for callers who may not use one."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if key is None or self.is_read or not _PATHS.match(request._request.path_info):
            return
        credential = self.credential()
        if credential is None:
            return
        if not _KEY.fullmatch(key):
            problem = f"Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters"
            raise InvalidRequest(Issue("headers.idempotency-key", problem))
        found = claim(credential, key=key, fingerprint=_fingerprint(request._request), now=clock.now())
        if isinstance(found, Answer):
            raise _Answered(found)
        self._claim = found

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Answered):
            headers = {**exc.answer.headers, "Idempotency-Replayed": "true"}
            response = Response(exc.answer.body, status=exc.answer.status, headers=headers)
            response.exception = exc.answer.is_error
            return response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self._claim is not None:
            try:
                _settle(self._claim, response)
            except DatabaseError:
                # The work is done and its answer is at hand: that is worth more than keeping it.
                log.exception("an answer under an Idempotency-Key is not kept")
        return super().finalize_response(request, response, *args, **kwargs)


class _Answered(Exception):
    """The way out of `initial` with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _settle(claim: Claim, response: HttpResponseBase) -> None:
    is_passing = response.status_code >= 500 or response.status_code == HTTPStatus.TOO_MANY_REQUESTS
    if is_passing or not isinstance(response, Response):
        claim.release()
        return
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    # As DRF writes it: what is not plain JSON becomes so here, once.
    body = json.loads(json.dumps(response.data, cls=JSONEncoder))
    claim.keep(Answer(response.status_code, headers, body, is_error=response.exception))


def _fingerprint(request: HttpRequest) -> str:
    """Without the prefix that the site is served under: one resource has one path."""
    path = request.path_info.rstrip("/")
    query = request.META.get("QUERY_STRING", "")
    headers = [request.headers.get(name, "") for name in _DECIDING_HEADERS]
    return fingerprint(str(request.method), path, query, *headers, body=_body(request))


def _body(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RawPostDataException:  # the CSRF check has read a multipart body
        return request.POST.urlencode().encode()

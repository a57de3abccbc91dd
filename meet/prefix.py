"""The same site at the root and under MEET_BASE_PATH (decisions.md 23)."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage as BaseStorage
from django.http import HttpRequest, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix


class PrefixMiddleware:
    """Moves MEET_BASE_PATH from the path to SCRIPT_NAME, so that one URLconf serves both and links keep the prefix
    of the request. Outermost: everything behind it sees the path without the prefix."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        prefix = settings.MEET_BASE_PATH
        # A whole segment: /meetings is not /meet + ings.
        if not prefix or not (request.path_info == prefix or request.path_info.startswith(f"{prefix}/")):
            return self.get_response(request)
        outer = get_script_prefix()
        request.path_info = request.path_info.removeprefix(prefix) or "/"
        request.META["PATH_INFO"] = request.path_info
        request.META["SCRIPT_NAME"] = request.META.get("SCRIPT_NAME", "") + prefix
        set_script_prefix(f"{outer.rstrip('/')}{prefix}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(outer)


class StaticFilesStorage(BaseStorage):
    """Static addresses with the prefix of the request that asks. Django would keep the first one it saw."""

    def url(self, name: str | None) -> str:
        return get_script_prefix().rstrip("/") + super().url(name)

"""What all pages share: the frame around them, and errors as pages that say what to do next."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from meet.api.exceptions import PATH_NOT_FOUND
from meet.errors import DomainError
from meet.htmx import is_by_htmx

_API_PREFIXES = ("/api/", "/internal-api/")


@dataclass(frozen=True)
class NavigationItem:
    """`icon` is a Tabler icon's name, `key` ends the element's id."""

    key: str
    label: str | Promise
    icon: str
    route: str
    roles: frozenset[Role]


_EVERYBODY = frozenset(Role)
_ADMIN = frozenset({Role.ADMIN})
_NAVIGATION = (
    NavigationItem("rooms", _("Rooms"), "video", "rooms", _EVERYBODY),
    NavigationItem("recordings", _("Recordings"), "movie", "recordings", _EVERYBODY),
    NavigationItem("api-keys", _("API keys"), "key", "api-keys", _ADMIN),
    NavigationItem("config", _("Configuration"), "palette", "config", _ADMIN),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context of every page."""
    port = settings.MEET_PORT
    theme = request.COOKIES.get(f"meet_theme_{port}")
    context: dict[str, Any] = {
        "meet_version": settings.MEET_VERSION,
        "languages": settings.LANGUAGES,
        # Browsers share cookies between the ports of a host.
        "cookie_suffix": port,
        "console_theme": theme if theme in ("light", "dark") else "",
        "is_navigation_folded": request.COOKIES.get(f"meet_navigation_{port}") == "folded",
    }
    user = getattr(request, "user", None)
    if isinstance(user, User):
        section = request.path_info.strip("/").partition("/")[0]
        context["navigation"] = [
            {"key": item.key, "label": item.label, "icon": item.icon, "url": reverse(item.route),
             "is_current": item.key == section}
            for item in _NAVIGATION
            if user.role in item.roles
        ]  # fmt: skip
    return context


class ErrorPagesMiddleware:
    """Domain errors of page views as pages, and as a toast where htmx asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        return error_page(request, error)


@dataclass(frozen=True)
class Explanation:
    """What an error page says: `reason` is that of meeting-ui.md 1.16."""

    reason: str
    title: str | Promise
    text: str | Promise


_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: Explanation(
        "unauthorized", _("Please sign in"), _("This page is for people with an account.")
    ),
    HTTPStatus.FORBIDDEN: Explanation(
        "forbidden-room-access",
        _("You have no access here"),
        _("Ask the owner of the room or an administrator to give you access."),
    ),
    HTTPStatus.NOT_FOUND: Explanation(
        "invalid-room",
        _("There is nothing here"),
        _("The address may be mistyped, or what it led to has been deleted."),
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Explanation(
        "too-many-requests", _("Too many requests"), _("Please wait a few minutes and try again.")
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Explanation(
        "internal-error",
        _("The media server does not answer"),
        _("Nothing has been changed. Please try again in a moment."),
    ),
}
_UNEXPECTED = Explanation(
    "internal-error", _("Something went wrong"), _("It has been noted. Please try again in a moment.")
)


def error_page(request: HttpRequest, error: DomainError, explanation: Explanation | None = None) -> HttpResponse:
    """The page for `error`, by its status unless the caller knows better."""
    told = explanation or _BY_STATUS.get(error.status, _UNEXPECTED)
    template = "components/_error_toast.html" if is_by_htmx(request) else "error.html"
    context = {"explanation": told, "status": int(error.status), "error": error}
    response = render(request, template, context, status=error.status)
    for name, value in error.headers.items():
        response[name] = value
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path_info.startswith(_API_PREFIXES):
        return JsonResponse(PATH_NOT_FOUND, status=HTTPStatus.NOT_FOUND)
    context = {"explanation": _BY_STATUS[HTTPStatus.NOT_FOUND], "status": 404}
    return render(request, "error.html", context, status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(_API_PREFIXES):
        message = "Unexpected error while processing the request"
        body = {"error": "Internal Server Error", "message": message}
        return JsonResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    context = {"explanation": _UNEXPECTED, "status": 500}
    try:
        return render(request, "error.html", context, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    except DatabaseError:
        # Who is asking is in the database, too: then it is the page for anybody.
        return HttpResponse(render_to_string("error.html", context), status=HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    explanation = Explanation(
        "forbidden",
        _("This page is out of date"),
        _("Reload it and try again. If that does not help, allow cookies for this site."),
    )
    context = {"explanation": explanation, "status": 403}
    return render(request, "error.html", context, status=HTTPStatus.FORBIDDEN)

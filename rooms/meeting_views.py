"""The page that access links open. It renders for whoever may come in and says to all others why not."""

from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import User
from meet import clock
from meet.appearance import themes
from meet.errors import DomainError, Forbidden, TooManyRequests
from meet.limits import FAILED_SECRETS, client_of
from meet.pages import Explanation, error_page
from rooms.access import visitor_for
from rooms.errors import LinkIsDisabled, MemberNotFound, RoomNotFound, WrongSecret

_EXPLANATIONS: dict[type[DomainError], Explanation] = {
    RoomNotFound: Explanation(
        "invalid-room",
        _("This room does not exist"),
        _("The link may be incomplete, or the room has been deleted. Ask whoever sent it to you."),
    ),
    WrongSecret: Explanation(
        "invalid-room-secret",
        _("This link does not work"),
        _("It may be incomplete or replaced by a newer one. Ask whoever sent it to you."),
    ),
    MemberNotFound: Explanation(
        "invalid-member",
        _("This invitation does not work"),
        _("It may have been withdrawn. Ask whoever sent it to you."),
    ),
    LinkIsDisabled: Explanation(
        "anonymous-access-disabled",
        _("This link is switched off"),
        _("The owner of the room has switched it off. Ask them for another way in."),
    ),
    Forbidden: Explanation(
        "forbidden-room-access",
        _("You have no access to this room"),
        _("Ask the owner of the room to invite you, or use a link that they send you."),
    ),
    TooManyRequests: Explanation(
        "too-many-requests", _("Too many attempts"), _("Please wait a few minutes and try again.")
    ),
}


@csp_update({"frame-ancestors": "*"})  # type: ignore[arg-type]
@require_GET
def meeting(request: HttpRequest, room_id: str) -> HttpResponse:
    """With a link or an account: checked here, so that a bad link gets its page and status at once. With neither: the
    shell, whose script finds the link in the history entry or goes to the login (decisions.md 5)."""
    secret = request.GET.get("secret")
    user = request.user if isinstance(request.user, User) else None
    if secret is not None or user is not None:
        try:
            _check(request, room_id, secret, user)
        except DomainError as error:
            return error_page(request, error, _EXPLANATIONS.get(type(error)))
    theme = themes.enabled()
    context = {"theme": theme, "config": _config(request, room_id, user, is_theme_imposed=theme is not None)}
    return render(request, "meeting/room.html", context)


def _check(request: HttpRequest, room_id: str, secret: str | None, user: User | None) -> None:
    client = client_of(request)
    if secret is not None:
        FAILED_SECRETS.check(client)
    try:
        visitor_for(room_id, secret=secret, user=user, now=clock.now())
    except (WrongSecret, MemberNotFound):
        FAILED_SECRETS.hit(client)
        raise


def _config(request: HttpRequest, room_id: str, user: User | None, *, is_theme_imposed: bool) -> dict[str, Any]:
    """What the script needs to know; no secrets: it is in the page's source."""
    prefix = get_script_prefix().rstrip("/")
    clean_path = reverse("meeting", args=[room_id])
    return {
        "roomId": room_id,
        "basePath": prefix,
        "language": get_language(),
        "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
        "signedIn": user is not None,
        "userName": user.name if user else None,
        "csrfToken": get_token(request) if user else None,
        "themeImposed": is_theme_imposed,
        "loginUrl": f"{reverse('account_login')}?next={clean_path}",
        "homeUrl": reverse("rooms") if user else None,
        "languageUrl": reverse("set_language"),
        "leaveRedirectUrl": _safe_url(request.GET.get("leave-redirect-url")),
        "participantName": request.GET.get("participant-name"),
    }


def _safe_url(url: str | None) -> str | None:
    """Only addresses that a browser opens as a page; `javascript:` is not one."""
    return url if url and urlsplit(url).scheme in ("", "http", "https") else None

"""The page that access links open. It renders for whoever may come in and says to all others why not."""

from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
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

EXPLANATIONS: dict[type[DomainError], Explanation] = {
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


@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]
@require_GET
def meeting(request: HttpRequest, room_id: str) -> HttpResponse:
    """With a link: checked here, so that a bad one gets its page and status at once. Without: the shell, whose script
    finds the link in the history entry after a reload, and else enters by the account or goes to the login
    (decisions.md 5)."""
    recordings = _recordings_page(request, room_id)
    answer = HttpResponseRedirect(recordings) if recordings else _door(request, room_id)
    # Browsers would name the whole address, secret and all, when they ask us for the page's files.
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def _recordings_page(request: HttpRequest, room_id: str) -> str | None:
    """Where links lead that show recordings in place of the meeting (meeting-ui.md 2.13)."""
    query = request.GET.copy()
    recording_id = query.pop("show-recording", [""])[-1]
    shows_all = query.pop("show-only-recordings", [""])[-1] == "true"
    if not recording_id and not shows_all:
        return None
    page = reverse("recording", args=[recording_id]) if recording_id else reverse("room-recordings", args=[room_id])
    return f"{page}?{query.urlencode()}" if query else page


def _door(request: HttpRequest, room_id: str) -> HttpResponse:
    secret = request.GET.get("secret")
    user = request.user if isinstance(request.user, User) else None
    guest_name = None
    if secret is not None:
        try:
            guest_name = _check(request, room_id, secret, user)
        except DomainError as error:
            return error_page(request, error, EXPLANATIONS.get(type(error)))
    theme = themes.enabled()
    config = _config(request, room_id, user)
    config |= {
        "themeImposed": theme is not None,
        "participantName": guest_name or request.GET.get("participant-name"),
    }
    return render(request, "meeting/room.html", {"theme": theme, "config": config})


def _check(request: HttpRequest, room_id: str, secret: str, user: User | None) -> str | None:
    """Refuses bad links; the name of the guest whose own link it is."""
    client = client_of(request)
    FAILED_SECRETS.check(client)
    try:
        visitor = visitor_for(room_id, secret=secret, user=user, now=clock.now())
    except (WrongSecret, MemberNotFound):
        FAILED_SECRETS.hit(client)
        raise
    return visitor.member.name if visitor.member and visitor.member.guest_id == secret else None


def _config(request: HttpRequest, room_id: str, user: User | None) -> dict[str, Any]:
    """What the script needs to know; no secrets: it is in the page's source."""
    prefix = get_script_prefix().rstrip("/")
    clean_path = reverse("meeting", args=[room_id])
    return {
        "roomId": room_id,
        "basePath": prefix,
        "language": get_language(),
        "signedIn": user is not None,
        "userName": user.name if user else None,
        "csrfToken": get_token(request) if user else None,
        "loginUrl": f"{reverse('account_login')}?next={clean_path}",
        "homeUrl": reverse("rooms") if user else None,
        "languageUrl": reverse("set_language"),
        "leaveRedirectUrl": _safe_url(request.GET.get("leave-redirect-url")),
    }


def _safe_url(url: str | None) -> str | None:
    """Only addresses that a browser opens as a page; `javascript:` is not one."""
    try:
        return url if url and urlsplit(url).scheme in ("", "http", "https") else None
    except ValueError:
        return None

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts.models import User

# What someone who must change their password may still open.
_OPEN_PREFIXES = (
    "/api/", "/internal-api/", "/static/", "/room/", "/recording/", "/logout", "/language", "/theme.css", "/health",
)  # fmt: skip


class PasswordChangeMiddleware:
    """Sends a signed-in user whose password was set by somebody else to the page that changes it. The API answers for
    itself, and meeting pages are open to everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        page = reverse("change-password-required")
        path = request.path_info
        if (
            isinstance(request.user, User)
            and request.user.must_change_password
            and not path.startswith(_OPEN_PREFIXES)
            and request.path != page
        ):
            return HttpResponseRedirect(page)
        return self.get_response(request)

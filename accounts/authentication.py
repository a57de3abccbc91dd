"""Credentials of the API (rest-api.md 4.5, decisions.md 4). A view lists the kinds that it accepts, in the order
API key > room member token > user token > session; the first one present decides.
`scheme` is what the OpenAPI document calls them."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from accounts import tokens
from accounts.actor import Actor, Via
from accounts.models import ApiKey, Scope, User
from meet import clock
from meet.errors import DomainError, Forbidden, NotAuthenticated

_BEARER = "Bearer "
# Writing «last used» at every request would make every read a write.
_LAST_USED_STEP = timedelta(minutes=1)


def bearer(request: Request, header: str) -> str | None:
    """The token in `header`; anything that does not start with «Bearer » counts as absent."""
    value = request.headers.get(header, "")
    return value.removeprefix(_BEARER) if value.startswith(_BEARER) else None


class ApiKeyAuthentication(BaseAuthentication):
    """A view says by `scopes` which scope a key needs for which method; what it does not say needs «admin»."""

    scheme = "ApiKey"

    def authenticate(self, request: Request) -> tuple[Actor, ApiKey] | None:
        text = request.headers.get("X-API-KEY")
        if text is None:
            return None
        now = clock.now()
        key = self._key(text, now=now)
        view = request.parser_context["view"]
        if not key.allows(getattr(view, "scopes", {}).get(request.method, Scope.ADMIN)):
            raise Forbidden
        root = key.root
        if root is None:
            raise Forbidden("Invalid API key subject. The user associated with the API key does not exist")
        return Actor(root, Via.API_KEY, key), key

    def _key(self, text: str, *, now: datetime) -> ApiKey:
        key = ApiKey.objects.matching(text, now=now)
        if key is None:
            if not ApiKey.objects.valid(now=now).exists():
                raise NotAuthenticated("There are no API keys configured yet. Please, create one to access the API")
            raise NotAuthenticated("Invalid API key")
        if key.last_used_at is None or now - key.last_used_at > _LAST_USED_STEP:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        return key


class AccessTokenAuthentication(BaseAuthentication):
    """The access JWT of a user. Views that must work while a password change is pending say so by
    `allow_pending_change`; those that feed media elements take `?accessToken=` by `allow_query_tokens`."""

    scheme = "AccessToken"

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        token = bearer(request, "Authorization")
        view = request.parser_context["view"]
        if token is None and getattr(view, "allow_query_tokens", False) and view.is_read:
            token = request.query_params.get("accessToken")
        if token is None:
            return None
        pending = getattr(view, "allow_pending_change", False)
        return Actor(tokens.user_of(token, now=clock.now(), allow_pending_change=pending), Via.TOKEN), token


class SessionAuthentication(BaseAuthentication):
    """The console's cookie, believed only together with its CSRF token: on whatever changes something, and on
    everything under /internal-api. Without it the caller is anonymous."""

    scheme = "Session"

    def authenticate(self, request: Request) -> tuple[Actor, None] | None:
        http_request = request._request
        user = http_request.user
        if not isinstance(user, User) or not user.is_active:
            return None
        view = request.parser_context["view"]
        must_prove = not view.is_read or http_request.path_info.startswith("/internal-api/")
        if must_prove and not ("X-CSRFToken" in request.headers and has_csrf_token(http_request)):
            return None
        if user.must_change_password and not getattr(view, "allow_pending_change", False):
            raise tokens.PasswordChangeRequired
        return Actor(user, Via.SESSION), None


def has_csrf_token(request: HttpRequest) -> bool:
    """Whether the session's own page sent this, whatever the method."""
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]
    check.process_request(request)
    method, request.method = request.method, "POST"  # the check lets safe methods pass unread
    try:
        return check.process_view(request, lambda: None, (), {}) is None  # type: ignore[arg-type, return-value]
    finally:
        request.method = method


USER = (AccessTokenAuthentication, SessionAuthentication)
API_KEY_OR_USER = (ApiKeyAuthentication, *USER)


class UserIfAny(BaseAuthentication):
    """For endpoints that tell everybody something and some users more: credentials that do not hold count as none."""

    def authenticate(self, request: Request) -> tuple[Actor, str | None] | None:
        for kind in USER:
            try:
                found = kind().authenticate(request)
            except DomainError:
                return None
            if found is not None:
                return found
        return None

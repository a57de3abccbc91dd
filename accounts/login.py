"""Signing in: one rule and one limiter behind the page and the API (decisions.md 6)."""

import time
from http import HTTPStatus

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from accounts.models import User
from meet.errors import DomainError, TooManyRequests
from meet.limits import FAILED_LOGINS, client_of

# Checked when the user is unknown, so that the time of the answer does not tell who exists.
_NOBODY = make_password("nobody has this password")


class LoginError(DomainError):
    def __init__(self) -> None:
        super().__init__("Login Error", HTTPStatus.NOT_FOUND, "Invalid user ID or password")


def authenticate(request: HttpRequest, *, user_id: str, password: str, code: str | None) -> User:
    """The user with these credentials; `code` is the one-time code of those who have set one up."""
    counted_at = count_as_failed(request)
    user = User.objects.filter(user_id=user_id, is_active=True).first()
    if not check_password(password, user.password if user else _NOBODY) or user is None or not _has_code(user, code):
        raise LoginError
    count_as_successful(request, counted_at=counted_at)
    return user


def count_as_failed(request: HttpRequest) -> float:
    """Counts an attempt before it is made: of guesses that come at once, no more are tried than the limit allows.
    Returns the moment that `count_as_successful` asks for."""
    counted_at = time.time()
    try:
        FAILED_LOGINS.hit(client_of(request))
    except TooManyRequests:
        # Refused unseen, it is no failure: who waits for others of the same network may try again when they are in.
        FAILED_LOGINS.give_back(client_of(request), counted_at=counted_at)
        raise
    return counted_at


def count_as_successful(request: HttpRequest, *, counted_at: float) -> None:
    FAILED_LOGINS.give_back(client_of(request), counted_at=counted_at)


def _has_code(user: User, code: str | None) -> bool:
    if not get_adapter().is_mfa_enabled(user):
        return True
    if not code:
        return False
    return any(authenticator.wrap().validate_code(code) for authenticator in Authenticator.objects.filter(user=user))

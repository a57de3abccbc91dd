"""Signing in: one rule and one limiter behind the page and the API (decisions.md 6)."""

from http import HTTPStatus

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from accounts.models import User
from meet.errors import DomainError
from meet.limits import FAILED_LOGINS, client_of

# Checked when the user is unknown, so that the time of the answer does not tell who exists.
_NOBODY = make_password("nobody has this password")


class LoginError(DomainError):
    def __init__(self) -> None:
        super().__init__("Login Error", HTTPStatus.NOT_FOUND, "Invalid user ID or password")


def authenticate(request: HttpRequest, *, user_id: str, password: str, code: str | None) -> User:
    """The user with these credentials; `code` is the one-time code of those who have set one up."""
    FAILED_LOGINS.check(client_of(request))
    user = User.objects.filter(user_id=user_id, is_active=True).first()
    if not check_password(password, user.password if user else _NOBODY) or user is None or not _has_code(user, code):
        FAILED_LOGINS.hit(client_of(request))
        raise LoginError
    return user


def _has_code(user: User, code: str | None) -> bool:
    if not get_adapter().is_mfa_enabled(user):
        return True
    if not code:
        return False
    return any(authenticator.wrap().validate_code(code) for authenticator in Authenticator.objects.filter(user=user))

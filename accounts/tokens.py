"""User tokens: access, refresh and, while a password change is pending, temporary (rest-api.md 4.2)."""

from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

from django.conf import settings

from accounts.models import User
from meet.errors import DomainError, Forbidden, InvalidToken
from meet.livekit import tokens

_REFRESH_LEEWAY = timedelta(seconds=10)


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"
    TEMPORARY = "temporary"


def issue(user: User, kind: TokenType, *, now: datetime) -> str:
    lifetimes = {
        TokenType.ACCESS: settings.MEET_ACCESS_TOKEN_EXPIRATION,
        TokenType.REFRESH: settings.MEET_REFRESH_TOKEN_EXPIRATION,
        TokenType.TEMPORARY: settings.MEET_PASSWORD_CHANGE_TOKEN_EXPIRATION,
    }
    return tokens.sign(ttl=lifetimes[kind], metadata={"tokenType": kind}, subject=user.user_id, name=user.name, now=now)


class InvalidSubject(Forbidden):
    def __init__(self) -> None:
        super().__init__("Invalid token subject")


class PasswordChangeRequired(Forbidden):
    def __init__(self) -> None:
        super().__init__("Password change required. Please change your password before accessing other resources.")


def user_of(token: str, *, now: datetime, allow_pending_change: bool = False) -> User:
    """The user of an access token, by the checks of rest-api.md 4.2 in their order."""
    kind, user, issued_at = _read(token, now=now)
    if kind is TokenType.REFRESH:
        raise InvalidToken
    if user is None:
        raise InvalidSubject
    if issued_at < user.role_updated_at:
        raise InvalidToken
    if (user.must_change_password or kind is TokenType.TEMPORARY) and not allow_pending_change:
        raise PasswordChangeRequired
    return user


class InvalidRefreshToken(DomainError):
    def __init__(self, message: str = "Invalid refresh token") -> None:
        super().__init__("Refresh Token Error", HTTPStatus.BAD_REQUEST, message)


def user_of_refresh(token: str, *, now: datetime) -> User:
    """The user of a refresh token. Another password ends it, or a stolen one would go on for ever. A role change does
    not: the new access token carries the new role."""
    try:
        kind, user, issued_at = _read(token, now=now, leeway=_REFRESH_LEEWAY)
    except InvalidToken as error:
        raise InvalidRefreshToken from error
    if kind is not TokenType.REFRESH:
        raise InvalidRefreshToken
    if user is None:
        raise InvalidSubject
    if user.must_change_password:
        raise PasswordChangeRequired
    if user.password_changed_at is not None and issued_at < user.password_changed_at:
        raise InvalidRefreshToken
    return user


def _read(token: str, *, now: datetime, leeway: timedelta = timedelta()) -> tuple[TokenType, User | None, datetime]:
    claims = tokens.verified(token, now=now, leeway=leeway)
    # A token that opens rooms in LiveKit is not one of ours for users, whatever else it says.
    if claims.video is not None or not claims.subject:
        raise InvalidToken
    try:
        kind = TokenType(claims.metadata["tokenType"])
    except (KeyError, ValueError) as error:
        raise InvalidToken from error
    try:
        user = User.objects.get(user_id=claims.subject, is_active=True)
    except User.DoesNotExist:
        user = None
    return kind, user, claims.issued_at

"""Changing one's own password, behind the page and the API alike."""

from datetime import datetime
from http import HTTPStatus

from accounts.models import User
from meet.errors import DomainError


class WrongPassword(DomainError):
    def __init__(self) -> None:
        super().__init__("Change Password Error", HTTPStatus.BAD_REQUEST, "Invalid current password")


def change(user: User, *, current: str, new: str, now: datetime) -> None:
    """Sets the new password and ends a pending change."""
    if not user.check_password(current):
        raise WrongPassword
    if not replace(user, new, must_change=False, now=now):
        raise WrongPassword


def replace(user: User, new: str, *, must_change: bool, now: datetime) -> bool:
    """The one way to another password, whoever chose it. Refresh tokens issued before `now` end. False if the user was
    deleted meanwhile."""
    user.set_password(new)
    user.must_change_password = must_change
    user.password_changed_at = now
    columns = ("password", "must_change_password", "password_changed_at")
    return bool(User.objects.filter(pk=user.pk).update(**{column: getattr(user, column) for column in columns}))

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
    replace(user, new, must_change=False, now=now)


def replace(user: User, new: str, *, must_change: bool, now: datetime) -> None:
    """The one way to another password, whoever chose it. Refresh tokens issued before `now` end."""
    user.set_password(new)
    user.must_change_password = must_change
    user.password_changed_at = now
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])

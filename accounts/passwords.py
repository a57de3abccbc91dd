"""Changing one's own password, behind the page and the API alike."""

from http import HTTPStatus

from accounts.models import User
from meet.errors import DomainError


class WrongPassword(DomainError):
    def __init__(self) -> None:
        super().__init__("Change Password Error", HTTPStatus.BAD_REQUEST, "Invalid current password")


def change(user: User, *, current: str, new: str) -> None:
    """Sets the new password and ends a pending change."""
    if not user.check_password(current):
        raise WrongPassword
    user.set_password(new)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])

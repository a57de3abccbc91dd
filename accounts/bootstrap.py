"""What an installation needs before its first request: the root admin and the default API key."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import ApiKey, Role, User


@dataclass(frozen=True)
class Made:
    """What this call created; generated secrets in clear, for the eyes of the operator only."""

    admin_user: str | None = None
    admin_password: str | None = None
    api_key: str | None = None


class PasswordNeeded(Exception):
    """There is no root admin yet, and nobody who would see a password that is drawn."""

    def __init__(self) -> None:
        super().__init__(
            f"There is no user '{settings.MEET_INITIAL_ADMIN_USER}' yet. In production no password is drawn, since "
            "nobody would see it: set MEET_INITIAL_ADMIN_PASSWORD (or MEET_INITIAL_ADMIN_PASSWORD_FILE) for the first "
            "start."
        )


def bootstrap(*, now: datetime) -> Made:
    """Idempotent. A key is generated only by the very first call, never after somebody deleted it; the configured
    MEET_INITIAL_API_KEY is used whenever there is no default key (decisions.md 6, 7). In production nothing is drawn:
    `PasswordNeeded` without a password for the root admin, and no key until one is made in the console."""
    with transaction.atomic():
        is_first = not User.objects.exists()
        admin_user = admin_password = api_key = None
        if not User.objects.filter(user_id=settings.MEET_INITIAL_ADMIN_USER).exists():
            if settings.MEET_PRODUCTION and not settings.MEET_INITIAL_ADMIN_PASSWORD:
                raise PasswordNeeded
            admin_user = settings.MEET_INITIAL_ADMIN_USER
            admin_password = None if settings.MEET_INITIAL_ADMIN_PASSWORD else secrets.token_urlsafe(12)
            User.objects.create_user(
                user_id=admin_user,
                name="Admin",
                role=Role.ADMIN,
                password=admin_password or settings.MEET_INITIAL_ADMIN_PASSWORD,
                must_change_password=False,
                now=now,
            )
        may_draw = is_first and not settings.MEET_PRODUCTION
        if ApiKey.objects.default() is None and (settings.MEET_INITIAL_API_KEY or may_draw):
            key = ApiKey.replace_default(text=settings.MEET_INITIAL_API_KEY or None, by=None, now=now)
            api_key = None if settings.MEET_INITIAL_API_KEY else key.text
        # Another root admin than at the last start, or keys from before they knew theirs.
        root = User.objects.root()
        ApiKey.objects.exclude(subject=root).update(subject=root)
        return Made(admin_user, admin_password, api_key)

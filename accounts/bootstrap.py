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


def bootstrap(*, now: datetime) -> Made:
    """Idempotent. A key is generated only by the very first call, never after somebody deleted it; the configured
    MEET_INITIAL_API_KEY is used whenever there is no default key (decisions.md 6, 7)."""
    with transaction.atomic():
        is_first = not User.objects.exists()
        admin_user = admin_password = api_key = None
        if not User.objects.filter(user_id=settings.MEET_INITIAL_ADMIN_USER).exists():
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
        if ApiKey.objects.default() is None and (settings.MEET_INITIAL_API_KEY or is_first):
            key = ApiKey.replace_default(text=settings.MEET_INITIAL_API_KEY or None, by=None, now=now)
            api_key = None if settings.MEET_INITIAL_API_KEY else key.text
        return Made(admin_user, admin_password, api_key)

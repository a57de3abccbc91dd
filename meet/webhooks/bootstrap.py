from datetime import datetime

from django.conf import settings

from meet.webhooks.models import Endpoint


def seed_endpoint(*, now: datetime) -> None:
    """The contract's endpoint, once, from MEET_INITIAL_WEBHOOK_*; enabled only if a key to sign with was given too."""
    enabled = bool(
        settings.MEET_INITIAL_WEBHOOK_ENABLED and settings.MEET_INITIAL_WEBHOOK_URL and settings.MEET_INITIAL_API_KEY
    )
    Endpoint.objects.get_or_create(
        is_contract=True,
        defaults={"url": settings.MEET_INITIAL_WEBHOOK_URL, "enabled": enabled, "created_at": now},
    )

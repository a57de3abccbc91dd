"""What Meet refuses to start with, each with an id and a hint."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

TAG = "meet"
_SHORTEST_SECRET = 32
_SHORTEST_PASSWORD = 5
_KNOWN_SECRETS = frozenset({"secret", "devkey", "changeme", "admin", "password", "meet-api-key"})


@register(TAG)
def mode(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.MEET_MODE in ("compatibility", "3.9.0"):
        return []
    return [
        Error(
            f"MEET_MODE is '{settings.MEET_MODE}'.",
            hint="Use 'compatibility' (permissions in both spellings) or '3.9.0' (current names only).",
            id="meet.E001",
        )
    ]


@register(TAG)
def shared_cache(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.WEB_CONCURRENCY == 1 or settings.REDIS_URL:
        return []
    return [
        Error(
            f"WEB_CONCURRENCY is {settings.WEB_CONCURRENCY}, but there is no REDIS_URL.",
            hint="Several web processes share rate limits and the broker through Redis. Set REDIS_URL, or run one.",
            id="meet.E002",
        )
    ]


@register(TAG)
def shortest_password(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.MEET_PASSWORD_MIN_LENGTH >= _SHORTEST_PASSWORD:
        return []
    return [
        Error(
            f"MEET_PASSWORD_MIN_LENGTH is {settings.MEET_PASSWORD_MIN_LENGTH}.",
            hint=f"Use {_SHORTEST_PASSWORD} or more: nobody can sign in with a shorter password.",
            id="meet.E007",
        )
    ]


@register(TAG)
def production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Only with MEET_PRODUCTION."""
    if not settings.MEET_PRODUCTION:
        return []
    return [
        Error(message, hint=hint, id=check_id)
        for is_wrong, check_id, message, hint in (
            (settings.DEBUG, "meet.E010", "DEBUG is on.", "Unset DEBUG: it shows secrets to visitors."),
            (
                _is_weak(settings.SECRET_KEY),
                "meet.E011",
                "SECRET_KEY is a default or shorter than 32 characters.",
                "Set SECRET_KEY, or SECRET_KEY_FILE, to a long random text.",
            ),
            (
                _is_weak(settings.LIVEKIT_API_SECRET),
                "meet.E012",
                "LIVEKIT_API_SECRET is a default or shorter than 32 characters.",
                "It signs every token: give LiveKit and Meet the same long random text.",
            ),
            (
                settings.MEET_INITIAL_ADMIN_PASSWORD in ("admin", "password")
                or 0 < len(settings.MEET_INITIAL_ADMIN_PASSWORD) < settings.MEET_PASSWORD_MIN_LENGTH,
                "meet.E013",
                "MEET_INITIAL_ADMIN_PASSWORD is a default or too short.",
                "Choose another one, or leave it out: a random one is printed at the first start.",
            ),
            (
                not settings.MEET_BASE_URL.startswith("https://"),
                "meet.E014",
                "MEET_BASE_URL is missing or not https.",
                "Set it to the public address, e.g. https://meet.example.org; browsers give cameras to https only.",
            ),
            (
                bool(settings.MEET_INITIAL_API_KEY) and _is_weak(settings.MEET_INITIAL_API_KEY),
                "meet.E015",
                "MEET_INITIAL_API_KEY is a default or shorter than 32 characters.",
                "Leave it out and generate a key in the console, or choose a long random one.",
            ),
        )
        if is_wrong
    ]


def _is_weak(secret: str) -> bool:
    return secret.lower() in _KNOWN_SECRETS or len(secret) < _SHORTEST_SECRET

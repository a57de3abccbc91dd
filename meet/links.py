"""Absolute addresses: stored data keeps paths, the host is added whenever they are shown (rest-api.md 0.1)."""

from django.conf import settings
from django.http import HttpRequest


def base_of(request: HttpRequest) -> str:
    """What every link in the answer to `request` begins with, without trailing slash: MEET_BASE_URL with the base
    path if it is set, else host and prefix as the caller used them."""
    if settings.MEET_BASE_URL:
        return f"{settings.MEET_BASE_URL}{settings.MEET_BASE_PATH}"
    return f"{request.scheme}://{request.get_host()}{request.META.get('SCRIPT_NAME', '').rstrip('/')}"


def base_in_background() -> str:
    """The same for work that no request asked for, such as webhooks."""
    return f"{settings.MEET_BASE_URL or f'http://localhost:{settings.MEET_PORT}'}{settings.MEET_BASE_PATH}"

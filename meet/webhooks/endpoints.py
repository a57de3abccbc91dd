"""The contract's single webhook: one rule behind the page and the API (rest-api.md 1.10)."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from meet.webhooks.models import Endpoint

LONGEST_URL = 2000
URL_IS_REQUIRED = "URL is required when webhooks are enabled"


@dataclass(frozen=True)
class Choice:
    """What somebody chose. Without an address the stored one is kept."""

    enabled: bool
    url: str | None = None


def url_problems(url: str) -> list[str]:
    """Everything that is wrong with an address to send to, in the contract's words."""
    problems = []
    if not _is_url(url):
        problems.append("Must be a valid URL")
    if not url.startswith(("http://", "https://")):
        problems.append("URL must start with http:// or https://")
    if len(url) > LONGEST_URL:
        problems.append(f"URL cannot exceed {LONGEST_URL} characters")
    return problems


def _is_url(text: str) -> bool:
    """What JavaScript's URL takes, of the kinds that may occur here."""
    if any(ord(character) < ord(" ") or character == "\x7f" for character in text) or text != text.strip():
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        has_port = parts.port != 0  # raises for what is no port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return bool(parts.scheme)
    return bool(host) and has_port and not set(host) & set(" <>^|%\\")


def contract() -> Endpoint | None:
    return Endpoint.objects.filter(is_contract=True).first()


def configure(choice: Choice, *, now: datetime) -> Endpoint:
    try:
        return _configure(choice, now=now)
    except IntegrityError:
        # Somebody else made the endpoint at the same moment; now there is one to change.
        return _configure(choice, now=now)


def _configure(choice: Choice, *, now: datetime) -> Endpoint:
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update().filter(is_contract=True).first()
        endpoint = endpoint or Endpoint(is_contract=True, created_at=now)
        endpoint.enabled = choice.enabled
        if choice.url is not None:
            endpoint.url = choice.url
        endpoint.save()
    return endpoint

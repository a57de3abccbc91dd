"""API keys: one rule behind the page and the API (decisions.md 7)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet

from accounts.models import ApiKey, Scope
from meet.errors import DomainError

LONGEST_NAME = 50
# More digits are no id of any database.
_LONGEST_ID = 18


class KeyNotFound(DomainError):
    def __init__(self, key_id: str) -> None:
        super().__init__("API Key Error", HTTPStatus.NOT_FOUND, f"API key '{key_id}' not found")


def named() -> QuerySet[ApiKey]:
    """All but the default one, oldest first."""
    return ApiKey.objects.named().select_related("created_by").order_by("created_at", "pk")


def named_key(key_id: str) -> ApiKey:
    is_id = key_id.isascii() and key_id.isdecimal() and len(key_id) <= _LONGEST_ID
    key = named().filter(pk=int(key_id)).first() if is_id else None
    if key is None:
        raise KeyNotFound(key_id)
    return key


def in_order(scopes: Collection[str]) -> list[str]:
    """Each one once, as they are listed everywhere."""
    return [scope for scope in Scope.values if scope in scopes]


def may_end(at: datetime, *, now: datetime) -> bool:
    """Whether a key that is made `now` may expire then."""
    return at > now


def change(key: ApiKey, changes: Mapping[str, Any]) -> ApiKey:
    if changes and not ApiKey.objects.filter(pk=key.pk).update(**changes):
        raise KeyNotFound(str(key.pk))
    return named_key(str(key.pk))


def delete(key: ApiKey) -> None:
    """Programs that use it are refused from now on."""
    ApiKey.objects.filter(pk=key.pk).delete()


def delete_default() -> None:
    """Webhooks rest until there is a new one to sign them with."""
    ApiKey.objects.filter(is_default=True).delete()

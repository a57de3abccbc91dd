"""The OAuth providers that an installation knows: stored, and nothing else (rest-api.md 1.10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import OAuthProvider
from meet import keystore


@dataclass(frozen=True)
class Provider:
    kind: OAuthProvider.Kind
    client_id: str
    client_secret: str
    redirect_uri: str


def providers() -> list[OAuthProvider]:
    return list(OAuthProvider.objects.all())


def replace_providers(chosen: Sequence[Provider]) -> list[OAuthProvider]:
    """`chosen` in this order, instead of whatever was stored."""
    try:
        return _replace(chosen)
    except IntegrityError:
        # Somebody else put another list at the same moment; this one came later.
        return _replace(chosen)


def _replace(chosen: Sequence[Provider]) -> list[OAuthProvider]:
    seal = keystore.Seal(settings.MEET_ENCRYPTION_KEYS)
    rows = [
        OAuthProvider(
            position=position,
            kind=provider.kind,
            client_id=provider.client_id,
            sealed_secret=seal.close(provider.client_secret),
            redirect_uri=provider.redirect_uri,
        )
        for position, provider in enumerate(chosen)
    ]
    with transaction.atomic():
        OAuthProvider.objects.all().delete()
        return OAuthProvider.objects.bulk_create(rows)

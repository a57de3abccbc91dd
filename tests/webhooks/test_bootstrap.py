"""The contract's endpoint is seeded from MEET_INITIAL_WEBHOOK_* (rest-api.md 0.2)."""

import pytest
from pytest_django import Settings

from meet import clock
from meet.webhooks.bootstrap import seed_endpoint
from meet.webhooks.models import Endpoint

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.mark.parametrize(
    ("wanted", "url", "key", "is_enabled"),
    [
        (True, "http://hooks.example/", "a key", True),
        (True, "http://hooks.example/", "", False),
        (True, "", "a key", False),
        (False, "http://hooks.example/", "a key", False),
        (False, "", "", False),
    ],
)
def test_it_is_enabled_only_with_an_address_and_a_key_to_sign_with(
    settings: Settings, wanted: bool, url: str, key: str, is_enabled: bool
) -> None:
    settings.MEET_INITIAL_WEBHOOK_ENABLED = wanted
    settings.MEET_INITIAL_WEBHOOK_URL = url
    settings.MEET_INITIAL_API_KEY = key
    seed_endpoint(now=NOW)
    endpoint = Endpoint.objects.get()
    assert (endpoint.url, endpoint.enabled, endpoint.is_contract) == (url, is_enabled, True)


def test_what_somebody_chose_since_is_not_overwritten(settings: Settings) -> None:
    seed_endpoint(now=NOW)
    Endpoint.objects.update(url="https://chosen.example/", enabled=True)
    settings.MEET_INITIAL_WEBHOOK_URL = "http://other.example/"
    seed_endpoint(now=NOW)
    assert Endpoint.objects.get().url == "https://chosen.example/"

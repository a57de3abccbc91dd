"""Fifty histories of rooms, always the same ones; `tests/nightly` tells more of them."""

import pytest

from accounts.models import ApiKey, User
from meet import clock
from meet.webhooks.models import Endpoint
from tests.rooms.lifecycle_machine import tell_a_history


@pytest.fixture
def world(admin: User, olga: User, max_: User) -> None:
    """What `Lifecycle` expects to be there."""
    ApiKey.replace_default(by=admin, now=clock.now())
    Endpoint.objects.create(url="https://integrator.example/hook", enabled=True, created_at=clock.now())


@pytest.mark.parametrize("number", range(50))
def test_no_history_of_a_room_breaks_what_must_hold(world: None, number: int) -> None:
    tell_a_history(number=number, steps=40)

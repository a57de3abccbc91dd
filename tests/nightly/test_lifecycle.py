"""Ten minutes of histories of rooms that nobody has thought of; see tests/rooms/lifecycle_machine.py."""

import random
import time

import pytest

from tests.rooms.lifecycle_machine import tell_a_history
from tests.rooms.test_lifecycle_machine import world

__all__ = ["world"]

pytestmark = pytest.mark.usefixtures("world")
_SECONDS = 240


def test_no_history_of_a_room_breaks_what_must_hold() -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        number = random.getrandbits(32)
        print(f"history {number}")
        tell_a_history(number=number, steps=100)

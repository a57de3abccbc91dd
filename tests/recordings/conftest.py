import pytest

from meet import clock
from recordings import starting
from recordings.models import Recording
from rooms.models import Room
from tests.livekit.wire import Twirp
from tests.recordings.recorders import recorder_is_free, somebody_is_there, take


@pytest.fixture
def ready(room: Room, twirp: Twirp) -> Room:
    """The room with somebody in its meeting and a recorder that is free."""
    somebody_is_there(twirp)
    recorder_is_free()
    return room


@pytest.fixture
def starting_one(ready: Room) -> Recording:
    """Asked for; no recorder has taken it yet."""
    return starting.request(ready, starting.Wish(by="Ann"), now=clock.now())


@pytest.fixture
def active_one(starting_one: Recording) -> Recording:
    return take(starting_one)

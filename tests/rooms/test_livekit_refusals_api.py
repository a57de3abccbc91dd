"""What LiveKit refuses, and why, is between it and the operator (rest-api.md 0.3)."""

from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from meet.api import exceptions
from rooms.models import Room
from rooms.permissions import ALL
from tests import jwts
from tests.conftest import Api
from tests.factories import make_meeting, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.joining import holder, join
from tests.rooms.live import ANN, REMOVE, in_meeting

MEETINGS = "/internal-api/v1/meetings"


def kick(room: Room) -> Any:
    in_meeting(room)
    moderator = holder(jwts.craft(jwts.member_metadata(room.room_id, ALL)))
    return moderator.delete(f"{MEETINGS}/{room.room_id}/participants/{ANN}")


def end(room: Room) -> Any:
    make_meeting(room)
    moderator = holder(jwts.craft(jwts.member_metadata(room.room_id, ALL)))
    return moderator.delete(f"{MEETINGS}/{room.room_id}")


def enter(room: Room) -> Any:
    return join(Api({}), room, secret=secret_of(room), participantName="Ann")


@pytest.mark.parametrize("code", ["permission_denied", "invalid_argument", "internal", "a_code_of_2031"])
@pytest.mark.parametrize(
    ("act", "method", "operation"),
    [
        (kick, REMOVE, "kicking participant"),
        (end, "RoomService/DeleteRoom", "ending meeting"),
        (enter, "RoomService/CreateRoom", "generating room member token"),
    ],
)
def test_what_livekit_refuses_is_an_unexpected_error(
    monkeypatch: pytest.MonkeyPatch, room: Room, twirp: Twirp, act: Any, method: str, operation: str, code: str
) -> None:
    twirp.refuses(method, code, message="secret details")
    logs = LogCapture()
    monkeypatch.setattr(exceptions, "log", structlog.wrap_logger(None, processors=[logs]))
    answer = act(room)
    assert answer.status_code == 500
    assert answer.json() == {"error": "Internal Server Error", "message": f"Unexpected error while {operation}"}
    (noted,) = logs.entries
    assert noted["event"] == "unexpected error"
    assert (noted["log_level"], noted["operation"]) == ("error", operation)
    assert "secret details" in str(noted["exc_info"])

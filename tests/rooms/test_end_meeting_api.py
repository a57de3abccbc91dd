"""Ending a meeting from inside (rest-api.md 1.9, 7.2)."""

import httpx
import pytest

from rooms.models import Meeting, Room
from tests.conftest import Api
from tests.factories import make_meeting, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.joining import holder, join

DELETE = "RoomService/DeleteRoom"


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_with_livekit_out_of_reach_the_answer_says_so_and_the_wish_is_kept(
    anonymous: Api, room: Room, twirp: Twirp, error: httpx.TransportError
) -> None:
    make_meeting(room)
    twirp.lets_rooms_be_made()
    answer = join(anonymous, room, secret=secret_of(room, "moderator"), participantName="Ann")
    twirp.raises(DELETE, error)
    ended = holder(answer.json()["token"]).delete(f"/internal-api/v1/meetings/{room.room_id}")
    assert ended.status_code == 503
    assert Meeting.objects.get().end_requested_at is not None

"""DELETE /api/v1/rooms/{id}?dryRun=true (ours): what would happen."""

from typing import Any

import pytest
from livekit.protocol import room as room_service

from recordings.models import Recording
from rooms.models import Meeting, Room
from tests.conftest import Api
from tests.factories import make_meeting, make_recording
from tests.livekit.wire import Twirp


@pytest.mark.parametrize("meeting", ["fail", "when_meeting_ends", "force"])
@pytest.mark.parametrize("recordings", ["fail", "close", "force"])
@pytest.mark.parametrize("is_live", [True, False])
@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_rehearsal_answers_as_the_deletion_would_and_changes_nothing(
    api: Api, room: Room, twirp: Twirp, meeting: str, recordings: str, is_live: bool, is_recorded: bool
) -> None:
    route = twirp.answers("RoomService/DeleteRoom", room_service.DeleteRoomResponse())
    if is_live:
        make_meeting(room)
    if is_recorded:
        make_recording(room)
    before = list(Room.with_deleted.values()), list(Meeting.objects.values()), list(Recording.objects.values())
    address = f"/api/v1/rooms/{room.room_id}?withMeeting={meeting}&withRecordings={recordings}"
    rehearsal = api.delete(f"{address}&dryRun=TRUE")
    after = list(Room.with_deleted.values()), list(Meeting.objects.values()), list(Recording.objects.values())
    assert after == before
    assert route.call_count == 0
    content: dict[str, Any] = rehearsal.json()
    if rehearsal.status_code != 409:
        assert content.pop("dryRun") is True
    performance = api.delete(address)
    assert (rehearsal.status_code, content) == (performance.status_code, performance.json())


def test_a_rehearsal_is_asked_for_in_so_many_words(api: Api, room: Room) -> None:
    answer = api.delete(f"/api/v1/rooms/{room.room_id}?dryRun=yes")
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "dryRun", "message": "Expected boolean, received string"}]
    assert Room.objects.exists()

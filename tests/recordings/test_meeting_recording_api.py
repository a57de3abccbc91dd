"""What the page of a meeting learns about its recording: GET /internal-api/v1/meetings/{roomId}/recording."""

from typing import Any

import pytest
from livekit.protocol.room import SendDataRequest, SendDataResponse

from meet import clock
from meet.livekit.inbox import process, receive
from recordings import late_joiners
from recordings.models import Recording, RecordingStatus
from rooms.models import Participation, Room
from tests.conftest import Api
from tests.factories import make_recording, make_room, secret_of
from tests.livekit.wire import Twirp, event_body, sent, signature
from tests.recordings.recorders import SEND, finish, recorder_is_free
from tests.rooms.joining import holder, join


@pytest.fixture
def visitor(room: Room, anonymous: Api) -> Api:
    """Somebody at the door of `room` with its weakest link."""
    return holder(join(anonymous, room, secret=secret_of(room), joinMeeting=False).json()["token"])


def ask(visitor: Api, room: Room) -> Any:
    return visitor.get(f"/internal-api/v1/meetings/{room.room_id}/recording")


def test_a_room_that_is_not_recorded_says_what_would_be_possible(visitor: Api, room: Room) -> None:
    recorder_is_free(slots=2)
    assert ask(visitor, room).json() == {
        "isAvailable": True,
        "unavailableReason": None,
        "recording": None,
        "freeRecorders": 2,
        "hasRecordings": False,
    }


def test_whoever_is_recorded_learns_it(visitor: Api, room: Room, active_one: Recording) -> None:
    answer = ask(visitor, room).json()
    assert answer["recording"]["recordingId"] == active_one.recording_id
    assert answer["recording"]["status"] == "active"
    assert answer["freeRecorders"] == 0
    assert answer["hasRecordings"] is True


def test_a_recording_whose_recorder_has_stopped_is_no_longer_going_on(
    visitor: Api, room: Room, active_one: Recording
) -> None:
    finish(active_one)
    assert ask(visitor, room).json()["recording"] is None


@pytest.mark.parametrize(
    ("block", "enabled", "reason"), [("recording", False, "disabled"), ("e2ee", True, "encrypted")]
)
def test_why_there_is_no_recording(visitor: Api, room: Room, block: str, enabled: bool, reason: str) -> None:
    room.config[block]["enabled"] = enabled
    room.save(update_fields=["config"])
    answer = ask(visitor, room).json()
    assert (answer["isAvailable"], answer["unavailableReason"]) == (False, reason)


def test_a_start_that_has_no_id_yet_is_shown_as_its_first_signal(visitor: Api, room: Room) -> None:
    make_recording(room, status=RecordingStatus.STARTING, egress_id=None, recording_id=None)
    assert ask(visitor, room).json()["recording"] == {
        "recordingId": "",
        "roomId": room.room_id,
        "roomName": room.room_id,
        "status": "starting",
    }


def test_other_peoples_rooms_tell_nothing(visitor: Api, olga: Any) -> None:
    other = make_room(olga, "Other")
    make_recording(other)
    assert ask(visitor, other).status_code == 403


def test_others_are_not_asked(room: Room, api: Api, anonymous: Api) -> None:
    assert ask(anonymous, room).status_code == 401
    assert ask(api, room).status_code == 401


# -- Late joiners ----------------------------------------------------------------------------------------------------


def joins(room: Room, *, sid: str) -> None:
    """LiveKit reports somebody."""
    who = {"sid": sid, "identity": f"who-{sid}", "name": "Bo", "state": "ACTIVE"}
    body = event_body("participant_joined", room.room_id, event_id=f"EV_{sid}", participant=who)
    event = receive(body.encode(), signature(body), now=clock.now())
    assert event is not None
    assert process(event.pk, now=clock.now())


def test_a_late_joiner_is_told_of_the_running_recording_and_nobody_else(active_one: Recording, twirp: Twirp) -> None:
    joins(active_one.room, sid="PA_late")
    route = twirp.answers(SEND, SendDataResponse())
    late_joiners.tell(Participation.objects.get(sid="PA_late").pk, now=clock.now())
    request = sent(route, SendDataRequest)
    assert list(request.destination_sids) == ["PA_late"]
    assert str(active_one.recording_id) in request.data.decode()


def test_nobody_is_told_of_a_recording_that_is_over(active_one: Recording, twirp: Twirp) -> None:
    joins(active_one.room, sid="PA_late")
    finish(active_one)
    route = twirp.answers(SEND, SendDataResponse())
    before = route.call_count
    late_joiners.tell(Participation.objects.get(sid="PA_late").pk, now=clock.now())
    assert route.call_count == before

"""Our meetings compared with LiveKit's rooms: events may have been lost (rest-api.md 3.5)."""

from datetime import datetime, timedelta

import httpx
import pytest
from livekit.protocol import models
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from rooms import reconciliation
from rooms.models import EndAction, Meeting, Room, RoomStatus
from tests.conftest import Api
from tests.factories import make_admission, make_meeting, make_participation, make_recording, make_room
from tests.livekit.wire import Twirp, sent
from tests.rooms.events import happen

LIST, DELETE = "RoomService/ListRooms", "RoomService/DeleteRoom"
NOW = clock.now()
LONG_AGO = NOW - timedelta(minutes=5)


@pytest.fixture
def meeting(room: Room) -> Meeting:
    return make_meeting(room, started_at=LONG_AGO)


def live(room: Room | str, sid: str = "RM_first", *, made: datetime = LONG_AGO) -> models.Room:
    name = room if isinstance(room, str) else room.room_id
    return models.Room(name=name, sid=sid, creation_time=int(made.timestamp()))


def status() -> RoomStatus:
    room: Room = Room.objects.get()
    return room.status


# -- An error is not an empty list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=lambda error: type(error).__name__,
)
def test_with_livekit_out_of_reach_nothing_changes(meeting: Meeting, twirp: Twirp, error: httpx.TransportError) -> None:
    Room.objects.update(on_meeting_end=EndAction.DELETE)
    twirp.raises(LIST, error)
    reconciliation.compare_meetings(now=NOW)
    assert status() is RoomStatus.ACTIVE_MEETING
    assert Room.objects.get().on_meeting_end == EndAction.DELETE


@pytest.mark.parametrize("code", ["internal", "unavailable", "unauthenticated"])
def test_with_livekit_refusing_nothing_changes(meeting: Meeting, twirp: Twirp, code: str) -> None:
    twirp.refuses(LIST, code)
    reconciliation.compare_meetings(now=NOW)
    assert status() is RoomStatus.ACTIVE_MEETING


# -- What was lost ---------------------------------------------------------------------------------------------------


def test_a_meeting_that_is_there_goes_on(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    twirp.has_rooms(live(room))
    reconciliation.compare_meetings(now=NOW)
    meeting.refresh_from_db()
    assert meeting.ended_at is None


def test_a_meeting_that_vanished_is_over_with_everything_that_waited_for_it(
    room: Room, meeting: Meeting, twirp: Twirp
) -> None:
    admission = make_admission(room, issued_at=LONG_AGO)
    make_participation(admission, meeting)
    Room.objects.update(on_meeting_end=EndAction.CLOSE)
    twirp.has_rooms()
    reconciliation.compare_meetings(now=NOW)
    meeting.refresh_from_db()
    admission.refresh_from_db()
    assert (meeting.ended_at, meeting.end_reason) == (NOW, "vanished")
    assert admission.released_at is not None
    assert not meeting.participations.filter(left_at=None).exists()
    assert status() is RoomStatus.CLOSED


def test_a_room_that_lives_under_another_number_is_another_meeting(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    """LiveKit was restarted and the people came back."""
    twirp.has_rooms(live(room, "RM_second", made=NOW - timedelta(minutes=1)))
    reconciliation.compare_meetings(now=NOW)
    assert list(Meeting.objects.order_by("pk").values_list("livekit_sid", "ended_at")) == [
        ("RM_first", NOW),
        ("RM_second", None),
    ]
    assert status() is RoomStatus.ACTIVE_MEETING


def test_a_meeting_whose_beginning_was_lost_begins_now(room: Room, twirp: Twirp) -> None:
    twirp.has_rooms(live(room))
    reconciliation.compare_meetings(now=NOW)
    assert status() is RoomStatus.ACTIVE_MEETING
    reconciliation.compare_meetings(now=NOW + timedelta(seconds=10))
    assert Meeting.objects.count() == 1


def test_rooms_of_others_are_none_of_ours(db: None, twirp: Twirp) -> None:
    twirp.has_rooms(live("somebody-elses"))
    reconciliation.compare_meetings(now=NOW)
    assert not Meeting.objects.exists()


def test_what_has_just_begun_is_left_to_its_event(room: Room, twirp: Twirp) -> None:
    twirp.has_rooms(live(room, made=NOW - timedelta(seconds=5)))
    reconciliation.compare_meetings(now=NOW)
    assert not Meeting.objects.exists()


def test_what_has_just_been_noted_is_not_ended_for_want_of_a_listing(room: Room, twirp: Twirp) -> None:
    make_meeting(room, started_at=NOW - timedelta(seconds=5))
    twirp.has_rooms()
    reconciliation.compare_meetings(now=NOW)
    assert status() is RoomStatus.ACTIVE_MEETING


def test_each_room_is_compared_by_itself(olga: User, twirp: Twirp) -> None:
    gone, stays = make_room(olga, "Gone"), make_room(olga, "Stays")
    make_meeting(gone, sid="RM_gone", started_at=LONG_AGO)
    make_meeting(stays, sid="RM_stays", started_at=LONG_AGO)
    twirp.has_rooms(live(stays, "RM_stays"))
    reconciliation.compare_meetings(now=NOW)
    assert Room.objects.get(pk=gone.pk).status is RoomStatus.OPEN
    assert Room.objects.get(pk=stays.pk).status is RoomStatus.ACTIVE_MEETING


def test_a_meeting_that_began_while_livekit_was_asked_is_not_the_one_that_vanished(
    room: Room, meeting: Meeting, twirp: Twirp
) -> None:
    def meanwhile(_request: httpx.Request) -> httpx.Response:
        happen("room_finished", room, sid="RM_first")
        happen("room_started", room, sid="RM_second")
        return httpx.Response(200, content=b"")

    twirp.has_rooms().mock(side_effect=meanwhile)
    reconciliation.compare_meetings(now=NOW)
    assert Meeting.objects.get(livekit_sid="RM_second").ended_at is None
    assert status() is RoomStatus.ACTIVE_MEETING


def test_a_run_that_follows_within_the_second_is_the_later_one(room: Room, twirp: Twirp) -> None:
    began = LONG_AGO.replace(microsecond=200_000)
    make_meeting(room, sid="RM_first", started_at=began)
    follower = live(room, "RM_second", made=began)
    follower.creation_time_ms = clock.to_ms(began) + 500
    twirp.has_rooms(follower)
    # So late that the first is still too young to be missed, if whole seconds counted.
    reconciliation.compare_meetings(now=began + timedelta(seconds=9.9))
    reconciliation.compare_meetings(now=began + timedelta(seconds=11))
    assert Meeting.objects.get(ended_at=None).livekit_sid == "RM_second"


# -- Wishes ----------------------------------------------------------------------------------------------------------


def test_an_end_that_livekit_has_not_heard_of_is_repeated(api: Api, room: Room, meeting: Meeting, twirp: Twirp) -> None:
    twirp.raises(DELETE, httpx.ConnectError("refused"))
    api.delete(f"/api/v1/rooms/{room.room_id}?withMeeting=force")
    twirp.has_rooms(live(room))
    again = twirp.answers(DELETE, room_service.DeleteRoomResponse())
    reconciliation.compare_meetings(now=NOW)
    assert sent(again, room_service.DeleteRoomRequest).room == room.room_id
    assert status() is RoomStatus.ACTIVE_MEETING, "until LiveKit says that it is over"


def test_an_end_that_comes_to_nothing_ends_the_meeting_here(
    api: Api, room: Room, meeting: Meeting, twirp: Twirp
) -> None:
    twirp.raises(DELETE, httpx.ConnectError("refused"))
    api.delete(f"/api/v1/rooms/{room.room_id}?withMeeting=force")
    twirp.has_rooms(live(room))
    twirp.refuses(DELETE, "not_found", status=404)
    reconciliation.compare_meetings(now=NOW)
    assert api.get(f"/api/v1/rooms/{room.room_id}").status_code == 404


def test_a_meeting_that_nobody_wants_to_end_is_not_ended(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    twirp.has_rooms(live(room))
    route = twirp.answers(DELETE, room_service.DeleteRoomResponse())
    reconciliation.compare_meetings(now=NOW)
    assert not route.called


def test_a_vanished_meeting_decides_again_about_a_deletion(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    Room.objects.update(on_meeting_end=EndAction.DELETE)
    make_recording(room)
    twirp.has_rooms()
    reconciliation.compare_meetings(now=NOW)
    assert status() is RoomStatus.CLOSED

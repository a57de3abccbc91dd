"""What `room_started` and `room_finished` mean to a room: twice, late, lost and out of order (rest-api.md 3.4, 6.4)."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from meet import clock
from meet.webhooks.models import Endpoint, Event
from rooms.models import EndAction, Meeting, RecordingsPolicy, Room, RoomStatus
from tests.conftest import Api
from tests.factories import make_admission, make_meeting, make_participation, make_recording, make_room
from tests.rooms.events import happen


@pytest.fixture
def told(api_key: str) -> Any:
    """`told()`: the webhook events so far, as (kind, data)."""
    Endpoint.objects.create(url="http://hooks.example/", enabled=True, created_at=clock.now())

    def events() -> list[tuple[str, dict[str, Any]]]:
        return [(event.kind, json.loads(event.body)["data"]) for event in Event.objects.order_by("pk")]

    return events


def kinds(told: Any) -> list[str]:
    return [kind for kind, _data in told()]


def status_of(room: Room) -> RoomStatus:
    stored: Room = Room.objects.get(pk=room.pk)
    return stored.status


# -- The usual course ------------------------------------------------------------------------------------------------


def test_a_meeting_begins_and_ends(room: Room, told: Any) -> None:
    happen("room_started", room)
    assert status_of(room) is RoomStatus.ACTIVE_MEETING
    happen("room_finished", room)
    assert status_of(room) is RoomStatus.OPEN
    meeting = Meeting.objects.get()
    assert (meeting.number, meeting.livekit_sid, meeting.end_reason) == (1, "RM_first", "finished")
    assert kinds(told) == ["meetingStarted", "meetingEnded"]


def test_events_tell_of_the_room_whole_with_its_links_and_both_spellings(room: Room, told: Any) -> None:
    happen("room_started", room)
    [(_, data)] = told()
    assert data["roomId"] == room.room_id
    assert data["status"] == "active_meeting"
    assert data["config"]["chat"] == {"enabled": True}
    assert data["roles"]["speaker"]["permissions"]["canJoinMeeting"] is True
    assert data["access"]["anonymous"]["moderator"]["url"] == data["moderatorUrl"]
    assert data["accessUrl"] == f"http://localhost:6080/meet/room/{room.room_id}"
    assert "_extraFields" not in data


def test_links_in_events_begin_with_the_configured_address(room: Room, told: Any, settings: Any) -> None:
    settings.MEET_BASE_URL = "https://meet.example.org"
    happen("room_started", room)
    assert told()[0][1]["accessUrl"] == f"https://meet.example.org/meet/room/{room.room_id}"


def test_a_room_holds_one_meeting_after_another(room: Room, told: Any) -> None:
    for number in (1, 2, 3):
        happen("room_started", room, sid=f"RM_{number}")
        happen("room_finished", room, sid=f"RM_{number}")
    assert list(Meeting.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3]
    assert kinds(told) == ["meetingStarted", "meetingEnded"] * 3


def test_a_room_that_is_not_ours_is_nothing(db: None) -> None:
    for kind in ("room_started", "room_finished"):
        happen(kind, "nowhere-1")
    assert not Meeting.objects.exists()


# -- Twice, late, lost -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    sorted({order for size in (2, 3, 4) for order in itertools.product(("started", "finished"), repeat=size)}),
    ids=" ".join,
)
def test_however_the_events_of_a_run_arrive_it_begins_once_and_ends_once(
    room: Room, told: Any, order: tuple[str, ...]
) -> None:
    for kind in order:
        happen(f"room_{kind}", room)
    meeting = Meeting.objects.get()
    if "finished" in order:
        assert kinds(told) == ["meetingStarted", "meetingEnded"]
        assert meeting.ended_at is not None
        assert status_of(room) is RoomStatus.OPEN
    else:
        assert kinds(told) == ["meetingStarted"]
        assert status_of(room) is RoomStatus.ACTIVE_MEETING


def test_a_run_whose_end_was_lost_ends_when_the_next_begins(room: Room, told: Any) -> None:
    happen("room_started", room, sid="RM_1")
    happen("room_started", room, sid="RM_2")
    first, second = Meeting.objects.order_by("number")
    assert (first.end_reason, second.ended_at) == ("superseded", None)
    assert kinds(told) == ["meetingStarted", "meetingEnded", "meetingStarted"]


def test_a_late_end_of_an_old_run_does_not_end_the_new_one(room: Room) -> None:
    happen("room_started", room, sid="RM_1")
    happen("room_started", room, sid="RM_2")
    happen("room_finished", room, sid="RM_1")
    assert status_of(room) is RoomStatus.ACTIVE_MEETING


def test_a_late_start_of_an_old_run_does_not_begin_it_again(room: Room) -> None:
    for sid in ("RM_1", "RM_2"):
        happen("room_started", room, sid=sid)
        happen("room_finished", room, sid=sid)
    happen("room_started", room, sid="RM_1")
    assert status_of(room) is RoomStatus.OPEN


@pytest.mark.parametrize("late", [["room_started"], ["room_finished"], ["room_started", "room_finished"]])
def test_news_of_an_older_run_leaves_the_running_one_alone(room: Room, told: Any, late: list[str]) -> None:
    """Its events were held up; a newer run is under way when they come."""
    happen("room_started", room, sid="RM_2", began=2000)
    for kind in late:
        happen(kind, room, sid="RM_1", began=1000)
    assert Meeting.objects.get(livekit_sid="RM_2").ended_at is None
    assert Meeting.objects.get(livekit_sid="RM_1").ended_at is not None
    assert status_of(room) is RoomStatus.ACTIVE_MEETING
    assert kinds(told) == ["meetingStarted"]


def test_a_meeting_began_when_livekit_made_its_room_but_never_in_the_future(room: Room) -> None:
    happen("room_started", room, sid="RM_1", began=1_795_000_000)
    assert Meeting.objects.get().started_at == clock.from_ms(1_795_000_000_000)
    happen("room_started", room, sid="RM_2", began=4_000_000_000)
    assert Meeting.objects.get(livekit_sid="RM_2").started_at <= clock.now()


EVENT = st.tuples(st.sampled_from(["room_started", "room_finished"]), st.sampled_from(["RM_1", "RM_2"]))


@given(st.lists(EVENT, max_size=8))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_events_breaks_what_must_hold(olga: User, events: list[tuple[str, str]]) -> None:
    room = make_room(olga)
    prefix = room.room_id
    for kind, sid in events:
        happen(kind, room, sid=f"{prefix}{sid}")
    meetings = Meeting.objects.filter(room=room)
    assert meetings.filter(ended_at=None).count() <= 1
    assert {meeting.livekit_sid for meeting in meetings} == {f"{prefix}{sid}" for _, sid in events}
    for _kind, sid in events:
        if ("room_finished", sid) in events:
            assert Meeting.objects.get(livekit_sid=f"{prefix}{sid}").ended_at is not None
    assert sorted(meeting.number for meeting in meetings) == list(range(1, meetings.count() + 1))


# -- Closed, scheduled -----------------------------------------------------------------------------------------------


def test_a_closed_room_in_which_a_meeting_begins_is_closed_again_after_it(room: Room, api: Api) -> None:
    Room.objects.update(closed_at=clock.now())
    happen("room_started", room)
    content = api.get(f"/api/v1/rooms/{room.room_id}").json()
    assert (content["status"], content["meetingEndAction"]) == ("active_meeting", "close")
    happen("room_finished", room)
    assert status_of(room) is RoomStatus.CLOSED


def test_a_scheduled_closing_happens_with_the_end(room: Room, told: Any) -> None:
    happen("room_started", room)
    Room.objects.update(on_meeting_end=EndAction.CLOSE)
    happen("room_finished", room)
    assert status_of(room) is RoomStatus.CLOSED
    assert Room.objects.get().on_meeting_end == EndAction.NONE
    _, data = told()[-1]
    assert (data["status"], data["meetingEndAction"]) == ("closed", "none")


def test_a_scheduled_deletion_happens_with_the_end_and_is_told_as_it_was_before(
    room: Room, told: Any, api: Api
) -> None:
    happen("room_started", room)
    Room.objects.update(on_meeting_end=EndAction.DELETE)
    happen("room_finished", room)
    assert api.get(f"/api/v1/rooms/{room.room_id}").status_code == 404
    _, data = told()[-1]
    assert (data["status"], data["meetingEndAction"]) == ("active_meeting", "delete")


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (RecordingsPolicy.FORCE, None),
        (RecordingsPolicy.CLOSE, "closed"),
        (RecordingsPolicy.FAIL, "closed"),
    ],
)
def test_recordings_made_after_a_deletion_was_scheduled_are_lost_only_by_force(
    room: Room, api: Api, policy: RecordingsPolicy, status: str | None
) -> None:
    happen("room_started", room)
    query = f"?withMeeting=when_meeting_ends&withRecordings={policy}"
    assert api.delete(f"/api/v1/rooms/{room.room_id}{query}").status_code == 202
    make_recording(room, meeting=Meeting.objects.get())
    happen("room_finished", room)
    answer = api.get(f"/api/v1/rooms/{room.room_id}")
    assert answer.status_code == (404 if status is None else 200)
    assert answer.json().get("status") == status


def test_a_room_deleted_during_its_meeting_stays_deleted_when_it_ends(room: Room, told: Any) -> None:
    happen("room_started", room)
    Room.objects.update(deleted_at=clock.now())
    happen("room_finished", room)
    assert not Room.objects.exists()
    assert Meeting.objects.get().ended_at is not None


def test_the_end_of_a_meeting_closes_its_connections(room: Room) -> None:
    meeting = make_meeting(room)
    participation = make_participation(make_admission(room), meeting)
    happen("room_finished", room)
    participation.refresh_from_db()
    assert participation.left_at is not None
    assert participation.reason == "finished"


def test_who_was_admitted_after_the_end_keeps_the_name_when_the_end_is_heard_of_late(room: Room) -> None:
    meeting = make_meeting(room)
    ended = int(clock.now().timestamp())
    make_admission(room, issued_at=clock.from_ms(ended * 1000) - clock.MILLISECOND * 5000)
    later = make_admission(room, "bob-000000000000001", "Bob", issued_at=clock.from_ms(ended * 1000 + 1500))
    happen("room_finished", room, at=ended)
    later.refresh_from_db()
    assert later.released_at is None
    assert room.admissions.exclude(released_at=None).count() == 1
    meeting.refresh_from_db()
    assert meeting.ended_at is not None

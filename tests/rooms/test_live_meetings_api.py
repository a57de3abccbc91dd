"""GET /api/v1/meetings: the meetings that run."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from meet import clock
from rooms.models import Meeting, Participation, Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_participation, make_room
from tests.rooms.live import in_meeting

PATH = "/api/v1/meetings"


def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(PATH + query)
    assert answer.status_code == 200, answer.content
    meetings: list[dict[str, Any]] = answer.json()["meetings"]
    return meetings


def test_a_meeting_with_the_number_of_those_in_it(api: Api, room: Room) -> None:
    ann = in_meeting(room)
    in_meeting(room, "bob-000000000000001", "Bob")
    meeting = Meeting.objects.get()
    make_participation(ann, meeting, sid="PA_second")
    gone = in_meeting(room, "gus-000000000000001", "Gus")
    Participation.objects.filter(admission=gone).update(left_at=clock.now())
    assert listed(api) == [
        {
            "meetingId": "RM_first",
            "roomId": room.room_id,
            "roomName": room.name,
            "startDate": clock.to_ms(meeting.started_at),
            "participants": 2,
        }
    ]


def test_nobody_there_yet(api: Api, room: Room) -> None:
    make_meeting(room)
    assert listed(api)[0]["participants"] == 0


def test_what_is_over_is_not_there(api: Api, room: Room, olga: User) -> None:
    make_meeting(room, ended_at=clock.now())
    make_meeting(make_room(olga, deleted_at=clock.now()), sid="RM_second")
    assert listed(api) == []


def test_managers_see_those_of_their_rooms(as_user: AsUser, room: Room, olga: User, stella: User, admin: User) -> None:
    make_meeting(room)
    make_meeting(make_room(stella, "Other"), sid="RM_second")
    assert [meeting["meetingId"] for meeting in listed(as_user(olga))] == ["RM_first"]
    assert [meeting["meetingId"] for meeting in listed(as_user(stella))] == ["RM_second"]
    assert len(listed(as_user(admin))) == 2


def test_page_by_page(api: Api, olga: User, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(5):
        started = clock.now() - timedelta(minutes=number)
        make_meeting(make_room(olga, f"Room {number}"), sid=f"RM_{number}", started_at=started)
    with django_assert_max_num_queries(5):
        answer = api.get(f"{PATH}?maxItems=3").json()
    assert [meeting["meetingId"] for meeting in answer["meetings"]] == ["RM_0", "RM_1", "RM_2"]
    assert answer["pagination"]["isTruncated"]
    rest = listed(api, f"?maxItems=3&nextPageToken={answer['pagination']['nextPageToken']}")
    assert [meeting["meetingId"] for meeting in rest] == ["RM_3", "RM_4"]
    assert listed(api, "?sortOrder=asc")[0]["meetingId"] == "RM_4"


@pytest.mark.parametrize("query", ["maxItems=0", "sortField=name", "nextPageToken=x"])
def test_a_query_that_does_not_hold(api: Api, query: str) -> None:
    assert api.get(f"{PATH}?{query}").status_code == 422

"""GET /api/v1/rooms/<id>/meetings: what the room has held, and who was there."""

from datetime import timedelta
from typing import Any

from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from meet import clock
from rooms.models import Meeting, Room
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_guest, make_meeting, make_participation
from tests.rooms.events import came, happen, went

HOUR = timedelta(hours=1)


def listed(api: Api, room: Room, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/rooms/{room.room_id}/meetings{query}")
    assert answer.status_code == 200, answer.content
    meetings: list[dict[str, Any]] = answer.json()["meetings"]
    return meetings


def test_who_came_and_when_they_left(api: Api, room: Room) -> None:
    make_admission(room)
    came(room, "ann-000000000000001")
    went(room, "ann-000000000000001")
    came(room, "ann-000000000000001", connection="PA_2")
    assert listed(api, room) == [], "it is still running"
    happen("room_finished", room)
    meeting = Meeting.objects.get()
    assert meeting.ended_at is not None
    [first, second] = meeting.participations.order_by("joined_at", "pk")
    person = {"identity": "ann-000000000000001", "name": "Ann", "badge": "other"}
    assert first.left_at is not None
    assert second.left_at is not None
    assert listed(api, room) == [
        {
            "meetingId": "RM_first",
            "roomId": room.room_id,
            "startDate": clock.to_ms(meeting.started_at),
            "endDate": clock.to_ms(meeting.ended_at),
            "endReason": "finished",
            "participants": [
                {
                    **person,
                    "joinDate": clock.to_ms(first.joined_at),
                    "leaveDate": clock.to_ms(first.left_at),
                    "leaveReason": "client_initiated",
                },
                {
                    **person,
                    "joinDate": clock.to_ms(second.joined_at),
                    "leaveDate": clock.to_ms(second.left_at),
                    "leaveReason": "finished",
                },
            ],
        }
    ]


def test_a_guests_secret_is_not_shown(api: Api, room: Room) -> None:
    guest = make_guest(room)
    meeting = make_meeting(room, ended_at=clock.now())
    make_participation(make_admission(room, str(guest.guest_id), "Gwen", member=guest), meeting)
    [shown] = listed(api, room)[0]["participants"]
    assert shown["identity"] == guest.public_id


def test_page_by_page_with_as_many_queries_for_many_people(
    api: Api, room: Room, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        started = clock.now() - number * HOUR
        meeting = make_meeting(room, sid=f"RM_{number}", started_at=started, ended_at=started + HOUR / 2)
        for person in range(4):
            admission = make_admission(
                room, f"p{number}-{person}", f"Person {number}-{person}", released_at=clock.now()
            )
            make_participation(admission, meeting, sid=f"PA_{number}_{person}")
    path = f"/api/v1/rooms/{room.room_id}/meetings"
    with django_assert_max_num_queries(8):
        answer = api.get(f"{path}?maxItems=2").json()
    assert [meeting["meetingId"] for meeting in answer["meetings"]] == ["RM_0", "RM_1"]
    assert [len(meeting["participants"]) for meeting in answer["meetings"]] == [4, 4]
    rest = listed(api, room, f"?nextPageToken={answer['pagination']['nextPageToken']}")
    assert [meeting["meetingId"] for meeting in rest] == ["RM_2", "RM_3", "RM_4"]


def test_refusals(api: Api, as_user: AsUser, room: Room, stella: User) -> None:
    path = f"/api/v1/rooms/{room.room_id}/meetings"
    assert as_user(stella).get(path).status_code == 403
    assert as_user(stella).get("/api/v1/rooms/nowhere-1/meetings").status_code == 404
    assert api.get(f"{path}?sortField=name").status_code == 422

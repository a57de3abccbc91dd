"""GET /internal-api/v1/analytics (rest-api.md 1.11): exact figures of what exists."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from meet import clock
from recordings.models import RecordingStatus
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_recording, make_room

PATH = "/internal-api/v1/analytics"


@pytest.fixture
def boss(as_user: AsUser, admin: User) -> Api:
    return as_user(admin)


def figures(api: Api) -> list[int]:
    answer = api.get(PATH)
    assert answer.status_code == 200
    assert list(answer.json()) == ["totalRooms", "activeRooms", "totalRecordings", "completeRecordings"]
    return list(answer.json().values())


def test_an_empty_installation_has_nothing(boss: Api) -> None:
    assert figures(boss) == [0, 0, 0, 0]


def test_rooms_of_everybody_in_every_status_count(boss: Api, room: Room, stella: User) -> None:
    make_room(stella, closed_at=clock.now())
    live = make_room(stella)
    make_meeting(live, sid="RM_old", ended_at=clock.now())
    make_meeting(live, sid="RM_new")
    make_meeting(make_room(stella), sid="RM_over", ended_at=clock.now())
    assert figures(boss) == [4, 1, 0, 0]


def test_recordings_in_every_status_count(boss: Api, room: Room, stella: User) -> None:
    for status in RecordingStatus:
        if status.is_final:
            make_recording(room, status=status)
    make_recording(room, status=RecordingStatus.ACTIVE)
    make_recording(make_room(stella))
    assert figures(boss) == [2, 0, 6, 2]


def test_what_is_deleted_is_gone(boss: Api, room: Room, olga: User) -> None:
    gone = make_room(olga, deleted_at=clock.now())
    make_meeting(gone)
    make_recording(room, deleted_at=clock.now())
    make_recording(room)
    assert figures(boss) == [1, 0, 1, 1]


def test_a_start_that_never_became_a_recording_does_not_count(boss: Api, room: Room) -> None:
    make_recording(room, status=RecordingStatus.FAILED, egress_id=None, recording_id=None)
    assert figures(boss) == [1, 0, 0, 0]


def test_counting_takes_as_many_queries_whatever_there_is(
    boss: Api, room: Room, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        another = make_room(olga)
        make_meeting(another, sid=f"RM_{number}")
        make_recording(another)
    with django_assert_num_queries(4):  # one for the token's user
        boss.get(PATH)

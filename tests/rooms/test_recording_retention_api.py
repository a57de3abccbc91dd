"""`recordingRetentionDays` of rooms (ours): after how many days recordings go. By POST, PATCH, and by external id."""

from typing import Any

import pytest

from accounts.models import User
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting
from tests.livekit.wire import Twirp

ROOMS = "/api/v1/rooms"
NAME = "recordingRetentionDays"
EXTRA = {"_extraFields": ["config", "roles"]}


def test_a_room_has_days_of_its_own_only_if_it_is_made_so(api: Api) -> None:
    made = api.post(ROOMS, {NAME: 30})
    assert made.status_code == 201
    assert made.json()[NAME] == 30
    assert Room.objects.get(room_id=made.json()["roomId"]).recording_retention_days == 30
    for body in ({}, {NAME: None}):
        room = api.post(ROOMS, body).json()
        assert NAME not in room
        assert Room.objects.get(room_id=room["roomId"]).recording_retention_days is None


def test_whoever_asks_for_them_by_name_is_told_in_any_room(api: Api, room: Room) -> None:
    address = f"{ROOMS}/{room.room_id}?fields={NAME}"
    assert api.get(address).json() == {NAME: None, **EXTRA}
    Room.objects.update(recording_retention_days=7)
    assert api.get(address).json() == {NAME: 7, **EXTRA}
    assert api.get(ROOMS).json()["rooms"][0][NAME] == 7
    assert NAME not in api.get(f"{ROOMS}?fields=roomId").json()["rooms"][0]


def test_they_are_changed_at_any_time_and_end_no_token(as_user: AsUser, room: Room, olga: User, twirp: Twirp) -> None:
    twirp.is_content()
    make_meeting(room)
    before = room.roles_updated_at
    address = f"{ROOMS}/{room.room_id}"
    assert as_user(olga).patch(address, {NAME: 7}).json()[NAME] == 7
    assert as_user(olga).patch(address, {"roomName": "Other"}).json()[NAME] == 7
    assert NAME not in as_user(olga).patch(address, {NAME: None}).json()
    room.refresh_from_db()
    assert (room.recording_retention_days, room.roles_updated_at) == (None, before)


def test_by_external_id_they_are_set_and_changed(api: Api) -> None:
    address = f"{ROOMS}/by-external-id/course-7"
    assert api.put(address, {NAME: 7}).json()[NAME] == 7
    assert api.put(address, {"roomName": "Course"}).json()[NAME] == 7
    assert NAME not in api.put(address, {NAME: None}).json()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("7", "Expected number, received string"),
        (True, "Expected number, received boolean"),
        ({}, "Expected number, received object"),
        (1.5, "Expected integer, received float"),
        (0, f"{NAME} must be a positive integer"),
        (-1, f"{NAME} must be a positive integer"),
        (32768, f"{NAME} cannot exceed 32767"),
        (10**30, f"{NAME} cannot exceed 32767"),
    ],
)
def test_they_are_a_whole_number_of_days(api: Api, room: Room, value: Any, message: str) -> None:
    for answer in (api.post(ROOMS, {NAME: value}), api.patch(f"{ROOMS}/{room.room_id}", {NAME: value})):
        assert answer.status_code == 422
        assert answer.json()["details"] == [{"field": NAME, "message": message}]


def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    made = api.client.post(ROOMS, f'{{"{NAME}": 7.0}}', content_type="application/json")
    assert (made.status_code, made.json()[NAME]) == (201, 7)

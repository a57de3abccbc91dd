"""`autoRecording` of rooms (ours, decisions.md 30), outside of `config`: by POST, by PATCH, and by external id."""

from typing import Any

import pytest

from accounts.models import User
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_member
from tests.livekit.wire import Twirp

ROOMS = "/api/v1/rooms"
EXTRA = {"_extraFields": ["config", "roles"]}


def test_a_room_records_by_itself_only_if_it_is_made_so(api: Api) -> None:
    made = api.post(ROOMS, {"autoRecording": True})
    assert made.status_code == 201
    assert made.json()["autoRecording"] is True
    assert Room.objects.get(room_id=made.json()["roomId"]).auto_recording
    for body in ({}, {"autoRecording": False}):
        room = api.post(ROOMS, body).json()
        assert "autoRecording" not in room
        assert not Room.objects.get(room_id=room["roomId"]).auto_recording


def test_it_is_outside_of_the_configuration(api: Api) -> None:
    room = api.post(f"{ROOMS}?extraFields=config", {"autoRecording": True}).json()
    assert list(room["config"]["recording"]) == ["enabled", "layout", "encoding"]


def test_whoever_asks_for_it_by_name_is_told_in_any_room(api: Api, room: Room) -> None:
    address = f"{ROOMS}/{room.room_id}?fields=autoRecording"
    assert api.get(address).json() == {"autoRecording": False, **EXTRA}
    Room.objects.update(auto_recording=True)
    assert api.get(address).json() == {"autoRecording": True, **EXTRA}
    assert "autoRecording" in api.get(ROOMS).json()["rooms"][0]
    assert "autoRecording" not in api.get(f"{ROOMS}?fields=roomId").json()["rooms"][0]


def test_it_is_switched_at_any_time_and_ends_no_token(as_user: AsUser, room: Room, olga: User, twirp: Twirp) -> None:
    twirp.is_content()
    make_meeting(room)
    before = room.roles_updated_at
    address = f"{ROOMS}/{room.room_id}"
    assert as_user(olga).patch(address, {"autoRecording": True}).json()["autoRecording"] is True
    assert "autoRecording" not in as_user(olga).patch(address, {"autoRecording": False}).json()
    assert as_user(olga).patch(address, {"roomName": "Other"}).status_code == 200
    room.refresh_from_db()
    assert (room.auto_recording, room.roles_updated_at) == (False, before)


def test_what_is_not_mentioned_stays(api: Api, room: Room) -> None:
    Room.objects.update(auto_recording=True)
    assert api.patch(f"{ROOMS}/{room.room_id}", {"roomName": "Other"}).json()["autoRecording"] is True


def test_by_external_id_it_is_made_and_changed(api: Api) -> None:
    address = f"{ROOMS}/by-external-id/course-7"
    assert api.put(address, {"autoRecording": True}).json()["autoRecording"] is True
    assert api.put(address, {"roomName": "Course"}).json()["autoRecording"] is True
    assert "autoRecording" not in api.put(address, {"autoRecording": False}).json()


@pytest.mark.parametrize("value", ["true", 1, None, {}])
def test_it_is_a_boolean(api: Api, room: Room, value: Any) -> None:
    for answer in (
        api.post(ROOMS, {"autoRecording": value}),
        api.patch(f"{ROOMS}/{room.room_id}", {"autoRecording": value}),
    ):
        assert answer.status_code == 422
        assert [one["field"] for one in answer.json()["details"]] == ["autoRecording"]


def test_members_see_it_and_do_not_switch_it(as_user: AsUser, room: Room, max_: User) -> None:
    Room.objects.update(auto_recording=True)
    make_member(room, max_)
    assert as_user(max_).get(f"{ROOMS}/{room.room_id}").json()["autoRecording"] is True
    assert as_user(max_).patch(f"{ROOMS}/{room.room_id}", {"autoRecording": False}).status_code == 403

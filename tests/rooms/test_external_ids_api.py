"""PUT /api/v1/rooms/by-external-id/{externalId}, and `externalId` when a room is made (ours)."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from livekit.protocol import models
from livekit.protocol.room import UpdateRoomMetadataRequest

from accounts.models import User
from meet import clock
from rooms import lifecycle
from rooms.lifecycle import NewRoom
from rooms.models import Room
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_room
from tests.livekit.wire import Twirp, sent

ROOMS = "/api/v1/rooms"
LATER = clock.to_ms(clock.now() + timedelta(days=2))


def put(api: Api, external_id: str, body: Any = None, query: str = "") -> tuple[int, dict[str, Any]]:
    address = f"{ROOMS}/by-external-id/{quote(external_id, safe='')}{query}"
    answer = api.put(address, {} if body is None else body)
    content: dict[str, Any] = answer.json()
    return answer.status_code, content


# -- Making ----------------------------------------------------------------------------------------------------------


def test_a_room_is_made_with_an_external_id(api: Api) -> None:
    content = api.post(ROOMS, {"roomName": "Course", "externalId": "course 7"}).json()
    assert content["externalId"] == "course 7"
    shown = api.get(f"{ROOMS}/{content['roomId']}?fields=externalId").json()
    assert shown == {"externalId": "course 7", "_extraFields": ["config", "roles"]}


def test_a_room_without_one_shows_none(api: Api) -> None:
    content = api.post(ROOMS, {}).json()
    assert "externalId" not in content
    assert api.get(f"{ROOMS}/{content['roomId']}?fields=externalId").json() == {"_extraFields": ["config", "roles"]}


def test_making_a_second_room_of_the_same_name_is_refused(api: Api, as_user: AsUser, olga: User) -> None:
    assert api.post(ROOMS, {"externalId": "7"}).status_code == 201
    answer = api.post(ROOMS, {"externalId": "7"})
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "Room Error",
        "message": "External ID '7' is already used by another room of 'admin'",
    }
    assert as_user(olga).post(ROOMS, {"externalId": "7"}).status_code == 201
    assert Room.objects.count() == 2


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "externalId cannot be empty"),
        ("x" * 101, "externalId cannot exceed 100 characters"),
        (7, "Expected string, received number"),
        (None, "Expected string, received null"),
    ],
)
def test_an_external_id_is_a_text_of_some_length(api: Api, value: Any, message: str) -> None:
    answer = api.post(ROOMS, {"externalId": value})
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "externalId", "message": message}]


# -- Making or changing ----------------------------------------------------------------------------------------------


def test_the_first_call_makes_the_room_and_says_where_it_is(api: Api) -> None:
    answer = api.put(f"{ROOMS}/by-external-id/course-7?fields=roomName", {"roomName": "Course"})
    assert answer.status_code == 201
    assert answer.json() == {"roomName": "Course", "_extraFields": ["config", "roles"]}
    room = Room.objects.get()
    assert answer["Location"] == f"http://testserver{ROOMS}/{room.room_id}"
    assert (room.external_id, room.owner.user_id) == ("course-7", "admin")


def test_the_second_call_changes_what_it_mentions(api: Api) -> None:
    _, made = put(api, "7", {"roomName": "Course", "autoDeletionDate": LATER, "config": {"chat": {"enabled": False}}})
    changes = {
        "config": {"captions": {"enabled": False}},
        "roles": {"speaker": {"permissions": {"chatWrite": False}}},
        "access": {"anonymous": {"speaker": {"enabled": False}}, "user": {"enabled": True}},
    }
    status, changed = put(api, "7", changes, "?extraFields=config,roles")
    assert (status, changed["roomId"], changed["roomName"]) == (200, made["roomId"], "Course")
    assert changed["autoDeletionDate"] == LATER
    assert (changed["config"]["chat"]["enabled"], changed["config"]["captions"]["enabled"]) == (False, False)
    assert changed["roles"]["speaker"]["permissions"]["chatWrite"] is False
    assert changed["access"]["anonymous"]["speaker"]["enabled"] is False
    assert changed["access"]["anonymous"]["moderator"]["enabled"] is True
    assert changed["access"]["user"]["enabled"] is True
    assert put(api, "7", {"roomName": "Renamed"})[1]["roomName"] == "Renamed"
    assert Room.objects.count() == 1


def test_what_is_as_wished_already_ends_no_tokens_and_is_no_conflict_with_a_meeting(api: Api, twirp: Twirp) -> None:
    told = twirp.answers("RoomService/UpdateRoomMetadata", models.Room())
    body = {
        "config": {"chat": {"enabled": False}},
        "roles": {"speaker": {"permissions": {"chatWrite": False}}},
        "access": {"user": {"enabled": True}, "anonymous": {"speaker": {"enabled": False}}},
    }
    room_id = put(api, "7", body)[1]["roomId"]
    holder = Api({"X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(room_id))}"})
    make_meeting(Room.objects.get())
    assert put(api, "7", body)[0] == 200
    assert put(api, "7", {"roomName": "Renamed"})[0] == 200
    assert json.loads(sent(told, UpdateRoomMetadataRequest).metadata)["roomOptions"]["roomName"] == "Renamed"
    assert holder.get(f"{ROOMS}/{room_id}").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"config": {"chat": {"enabled": False}}},
        {"roles": {"speaker": {"permissions": {"chatWrite": False}}}},
        {"access": {"user": {"enabled": True}}},
        {"anonymous": {"speaker": {"enabled": False}}},
    ],
)
def test_what_a_meeting_relies_on_is_not_changed_during_one_and_nothing_else_either(
    api: Api, body: dict[str, Any]
) -> None:
    put(api, "7", {"roomName": "Course"})
    room = Room.objects.get()
    make_meeting(room)
    status, content = put(api, "7", {"roomName": "Renamed", **body})
    assert (status, content["message"]) == (409, f"Room '{room.room_id}' has an active meeting")
    assert Room.objects.get().name == "Course", "all or nothing"


def test_of_two_at_once_one_makes_the_room_and_the_other_changes_it(
    api: Api, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = lifecycle.create

    def too_late(wish: NewRoom, *, owner: User, now: Any) -> Room:
        """Somebody else has made it since we looked."""
        monkeypatch.setattr(lifecycle, "create", make)
        make(NewRoom(name="Theirs", external_id="7"), owner=admin, now=now)
        return make(wish, owner=owner, now=now)

    monkeypatch.setattr(lifecycle, "create", too_late)
    status, content = put(api, "7", {"roomName": "Ours"})
    assert (status, content["roomName"]) == (200, "Ours")
    assert Room.objects.count() == 1


def test_everybody_has_rooms_of_their_own(api: Api, as_user: AsUser, olga: User, stella: User) -> None:
    found = {put(caller, "7")[1]["owner"] for caller in (api, as_user(olga), as_user(stella))}
    assert found == {"admin", "olga_", "stella"}
    assert Room.objects.count() == 3


def test_a_deleted_room_frees_its_name(api: Api, admin: User) -> None:
    make_room(admin, external_id="7", deleted_at=clock.now())
    assert put(api, "7")[0] == 201


@pytest.mark.parametrize(
    "external_id", ["course/7/lesson", "köln & bonn?", "config", "x" * 100, "a%b", " ", "\n", "two\nlines", "a line\n"]
)
def test_any_text_may_be_an_external_id(api: Api, external_id: str) -> None:
    assert put(api, external_id)[0] == 201
    status, content = put(api, external_id)
    assert (status, content["externalId"]) == (200, external_id)


@pytest.mark.parametrize(
    ("external_id", "body", "field", "message"),
    [
        ("x" * 101, {}, "externalId", "externalId cannot exceed 100 characters"),
        ("7", {"roomName": 5}, "roomName", "Expected string, received number"),
        ("7", {"autoDeletionDate": None}, "autoDeletionDate", "Expected number, received null"),
        ("7", {"roles": {"speaker": {}}}, "roles.speaker.permissions", "Required"),
        ("7", [], "", "Expected object, received array"),
    ],
)
def test_each_field_is_checked(api: Api, external_id: str, body: Any, field: str, message: str) -> None:
    status, content = put(api, external_id, body)
    assert status == 422
    assert content["details"] == [{"field": field, "message": message}]
    assert not Room.objects.exists()


def test_an_external_id_in_the_body_does_not_count(api: Api) -> None:
    assert put(api, "7", {"externalId": "8"})[1]["externalId"] == "7"

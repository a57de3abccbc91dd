"""PATCH /api/v1/rooms/{id} (ours): its name, its end, and what its owner calls it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from livekit.protocol import models
from livekit.protocol.room import UpdateRoomMetadataRequest

from accounts.models import User
from meet import clock
from rooms.joining import room_metadata
from rooms.models import MeetingPolicy, RecordingsPolicy, Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_room
from tests.livekit.wire import Twirp, sent

METADATA = "RoomService/UpdateRoomMetadata"
LATER = clock.to_ms(clock.now() + timedelta(days=2))
POLICY = {"withMeeting": "force", "withRecordings": "force"}
DEFAULT_POLICY = {"withMeeting": "when_meeting_ends", "withRecordings": "close"}


def patch(api: Api, room: Room, body: Any) -> dict[str, Any]:
    answer = api.patch(f"/api/v1/rooms/{room.room_id}", body)
    assert answer.status_code == 200, answer.content
    content: dict[str, Any] = answer.json()
    assert api.get(f"/api/v1/rooms/{room.room_id}").json() == content, "what was answered is what is there"
    return content


def test_a_room_gets_another_name_and_keeps_its_id(api: Api, room: Room) -> None:
    content = patch(api, room, {"roomName": "  Weekly \t review "})
    assert (content["roomName"], content["roomId"]) == ("Weekly review", room.room_id)


def test_lists_know_the_new_name(api: Api, olga: User) -> None:
    first, second = make_room(olga, "Alpha"), make_room(olga, "Beta")
    patch(api, first, {"roomName": "Zeta"})
    answer = api.get("/api/v1/rooms?sortField=roomName&sortOrder=asc").json()
    assert [room["roomId"] for room in answer["rooms"]] == [second.room_id, first.room_id]
    found = api.get("/api/v1/rooms?roomName=zeta&roomNameCaseInsensitive=true").json()
    assert [room["roomId"] for room in found["rooms"]] == [first.room_id]


@pytest.mark.parametrize("blank", ["", "   ", "\t"])
def test_a_blank_name_counts_as_not_given(api: Api, room: Room, blank: str) -> None:
    assert patch(api, room, {"roomName": blank})["roomName"] == room.name


def test_an_end_is_set_moved_and_cleared(api: Api, room: Room) -> None:
    content = patch(api, room, {"autoDeletionDate": LATER})
    assert (content["autoDeletionDate"], content["autoDeletionPolicy"]) == (LATER, DEFAULT_POLICY)
    assert patch(api, room, {"autoDeletionPolicy": POLICY})["autoDeletionPolicy"] == POLICY
    content = patch(api, room, {"autoDeletionDate": LATER + 1})
    assert (content["autoDeletionDate"], content["autoDeletionPolicy"]) == (LATER + 1, POLICY)
    content = patch(api, room, {"autoDeletionDate": None})
    assert not {"autoDeletionDate", "autoDeletionPolicy"} & set(content)
    assert patch(api, room, {"autoDeletionDate": LATER})["autoDeletionPolicy"] == DEFAULT_POLICY


def test_a_policy_without_a_date_is_not_kept(api: Api, room: Room) -> None:
    assert "autoDeletionPolicy" not in patch(api, room, {"autoDeletionPolicy": POLICY})
    stored = Room.objects.get()
    assert (stored.expiry_with_meeting, stored.expiry_with_recordings) == (
        MeetingPolicy.WHEN_MEETING_ENDS,
        RecordingsPolicy.CLOSE,
    )


def test_an_external_id_is_given_changed_and_taken_away(api: Api, room: Room) -> None:
    assert "externalId" not in patch(api, room, {})
    assert patch(api, room, {"externalId": "course 7"})["externalId"] == "course 7"
    assert patch(api, room, {"roomName": "Other"})["externalId"] == "course 7"
    assert "externalId" not in patch(api, room, {"externalId": None})


def test_an_external_id_that_another_room_of_the_owner_has_is_refused(api: Api, room: Room, olga: User) -> None:
    make_room(olga, external_id="course 7")
    answer = api.patch(f"/api/v1/rooms/{room.room_id}", {"externalId": "course 7", "roomName": "Other"})
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "Room Error",
        "message": "External ID 'course 7' is already used by another room of 'olga_'",
    }
    assert Room.objects.get(pk=room.pk).name == room.name, "all or nothing"


def test_owners_do_not_get_in_each_others_way_and_deleted_rooms_in_nobodys(
    api: Api, room: Room, olga: User, stella: User
) -> None:
    make_room(stella, external_id="course 7")
    make_room(olga, external_id="course 7", deleted_at=clock.now())
    assert patch(api, room, {"externalId": "course 7"})["externalId"] == "course 7"


def test_a_meeting_is_no_hindrance_and_tokens_live_on(api: Api, room: Room, twirp: Twirp) -> None:
    twirp.answers(METADATA, models.Room())
    make_meeting(room)
    before = Room.objects.get().roles_updated_at
    assert patch(api, room, {"roomName": "Renamed"})["status"] == "active_meeting"
    assert Room.objects.get().roles_updated_at == before


def test_the_people_in_the_meeting_see_the_news(api: Api, room: Room, twirp: Twirp) -> None:
    route = twirp.answers(METADATA, models.Room())
    make_meeting(room)
    patch(api, room, {"roomName": "Rénamed", "autoDeletionDate": LATER, "autoDeletionPolicy": POLICY})
    request = sent(route, UpdateRoomMetadataRequest)
    assert request.room == room.room_id
    stored = Room.objects.get()
    assert json.loads(request.metadata) == room_metadata(stored)
    options = json.loads(request.metadata)["roomOptions"]
    assert (options["roomName"], options["autoDeletionDate"], options["autoDeletionPolicy"]) == (
        "Rénamed",
        LATER,
        POLICY,
    )
    assert "secret" not in request.metadata


@pytest.mark.parametrize("code", ["unavailable", "not_found", "internal"])
def test_a_livekit_out_of_order_is_no_hindrance(api: Api, room: Room, twirp: Twirp, code: str) -> None:
    route = twirp.refuses(METADATA, code)
    make_meeting(room)
    assert patch(api, room, {"roomName": "Renamed"})["roomName"] == "Renamed"
    assert route.called


def test_without_a_meeting_livekit_is_not_asked(api: Api, room: Room, twirp: Twirp) -> None:
    route = twirp.answers(METADATA, models.Room())
    make_meeting(room, ended_at=clock.now())
    patch(api, room, {"roomName": "Renamed"})
    assert not route.called


def test_nothing_but_the_four_is_changed(api: Api, room: Room) -> None:
    before = Room.objects.values().get()
    patch(api, room, {"roomId": "x-1", "owner": "admin", "status": "closed", "config": {"chat": {"enabled": False}}})
    assert Room.objects.values().get() == before


def test_the_answer_has_the_fields_that_were_asked_for(api: Api, room: Room) -> None:
    address = f"/api/v1/rooms/{room.room_id}?fields=roomName,externalId&extraFields=roles"
    answer = api.patch(address, {"externalId": "7"})
    assert set(answer.json()) == {"roomName", "externalId", "roles", "_extraFields"}
    assert answer["Deprecation"] == "true"


@pytest.mark.parametrize(
    ("body", "field", "messages"),
    [
        ({"roomName": None}, "roomName", ["Expected string, received null"]),
        ({"roomName": 5}, "roomName", ["Expected string, received number"]),
        ({"roomName": "x" * 51}, "roomName", ["roomName cannot exceed 50 characters"]),
        ({"autoDeletionDate": "soon"}, "autoDeletionDate", ["Expected number, received string"]),
        (
            {"autoDeletionDate": -1},
            "autoDeletionDate",
            [
                "autoDeletionDate must be a positive integer",
                "autoDeletionDate must be at least 1h in the future",
            ],
        ),
        (
            {"autoDeletionDate": clock.to_ms(clock.now() + timedelta(minutes=30))},
            "autoDeletionDate",
            ["autoDeletionDate must be at least 1h in the future"],
        ),
        ({"autoDeletionPolicy": None}, "autoDeletionPolicy", ["Expected object, received null"]),
        ({"autoDeletionPolicy": {"withMeeting": "force"}}, "autoDeletionPolicy.withRecordings", ["Required"]),
        (
            {"autoDeletionPolicy": {**POLICY, "withMeeting": "fail"}},
            "autoDeletionPolicy.withMeeting",
            ["FAIL policy is not allowed for withMeeting auto-deletion policy"],
        ),
        ({"externalId": ""}, "externalId", ["externalId cannot be empty"]),
        ({"externalId": "x" * 101}, "externalId", ["externalId cannot exceed 100 characters"]),
        ({"externalId": 7}, "externalId", ["Expected string, received number"]),
        ({"externalId": "a\0b"}, "externalId", ["String must not contain the null character"]),
    ],
)
def test_each_field_is_checked(api: Api, room: Room, body: Any, field: str, messages: list[str]) -> None:
    before = Room.objects.values().get()
    answer = api.patch(f"/api/v1/rooms/{room.room_id}", body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message} for message in messages]
    assert Room.objects.values().get() == before


def test_without_a_body_the_body_is_missing(api: Api, room: Room) -> None:
    assert api.patch(f"/api/v1/rooms/{room.room_id}").json()["details"] == [{"field": "", "message": "Required"}]


def test_a_stranger_learns_only_of_rooms_that_exist(as_user: AsUser, stella: User, room: Room) -> None:
    assert as_user(stella).patch(f"/api/v1/rooms/{room.room_id}", {}).status_code == 403
    assert as_user(stella).patch("/api/v1/rooms/nowhere-1", {}).status_code == 404

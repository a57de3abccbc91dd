"""PUT /api/v1/rooms/{id}/status: opening, closing, closing later."""

from typing import Any

import pytest

from meet import clock
from rooms.models import EndAction, Meeting, Room
from tests.conftest import Api
from tests.factories import make_meeting, secret_of


def put(api: Api, room: Room, status: str, query: str = "") -> tuple[int, dict[str, Any]]:
    answer = api.put(f"/api/v1/rooms/{room.room_id}/status{query}", {"status": status})
    content: dict[str, Any] = answer.json()
    return answer.status_code, content


def state(answer: tuple[int, dict[str, Any]]) -> tuple[int, str, str]:
    status, content = answer
    return status, content["status"], content["meetingEndAction"]


def test_a_room_is_closed_and_opened_again(api: Api, anonymous: Api, room: Room) -> None:
    assert state(put(api, room, "closed")) == (200, "closed", "none")
    token = {"secret": secret_of(room), "joinMeeting": True, "participantName": "Ann"}
    refused = anonymous.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", token)
    assert refused.status_code == 409
    assert state(put(api, room, "open")) == (200, "open", "none")
    assert api.get(f"/api/v1/rooms/{room.room_id}").json()["status"] == "open"


@pytest.mark.parametrize("status", ["open", "closed"])
def test_twice_is_once(api: Api, room: Room, status: str) -> None:
    put(api, room, status)
    since = Room.objects.get().closed_at
    assert state(put(api, room, status)) == (200, status, "none")
    assert Room.objects.get().closed_at == since


def test_in_a_meeting_closing_waits_for_its_end(api: Api, room: Room) -> None:
    make_meeting(room)
    assert state(put(api, room, "closed")) == (202, "active_meeting", "close")
    assert api.get(f"/api/v1/rooms/{room.room_id}").json()["meetingEndAction"] == "close"


@pytest.mark.parametrize("action", EndAction)
def test_opening_in_a_meeting_cancels_whatever_was_to_happen_at_its_end(
    api: Api, room: Room, action: EndAction
) -> None:
    make_meeting(room)
    Room.objects.update(on_meeting_end=action, closed_at=clock.now())
    assert state(put(api, room, "open")) == (200, "active_meeting", "none")
    Meeting.objects.update(ended_at=clock.now())
    assert api.get(f"/api/v1/rooms/{room.room_id}").json()["status"] == "open"


def test_closing_takes_the_place_of_a_scheduled_deletion(api: Api, room: Room) -> None:
    make_meeting(room)
    Room.objects.update(on_meeting_end=EndAction.DELETE)
    assert state(put(api, room, "closed")) == (202, "active_meeting", "close")


def test_tokens_and_roles_are_untouched(api: Api, room: Room) -> None:
    before = Room.objects.get().roles_updated_at
    put(api, room, "closed")
    assert Room.objects.get().roles_updated_at == before


def test_the_answer_is_the_room_with_the_fields_that_were_asked_for(api: Api, room: Room) -> None:
    _, whole = put(api, room, "closed")
    assert {"roomId", "access", "moderatorUrl", "_extraFields"} <= set(whole)
    assert put(api, room, "closed", "?fields=status")[1] == {"status": "closed", "_extraFields": ["config", "roles"]}
    _, extended = put(api, room, "closed", "?fields=roomId&extraFields=config,roles")
    assert set(extended) == {"roomId", "config", "roles", "_extraFields"}


def test_permissions_in_both_spellings_are_announced(api: Api, room: Room) -> None:
    answer = api.put(f"/api/v1/rooms/{room.room_id}/status?extraFields=roles", {"status": "closed"})
    assert answer["Deprecation"] == "true"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Required"),
        ({"status": "active_meeting"}, "Invalid enum value. Expected 'open' | 'closed', received 'active_meeting'"),
        ({"status": "OPEN"}, "Invalid enum value. Expected 'open' | 'closed', received 'OPEN'"),
        ({"status": None}, "Expected 'open' | 'closed', received null"),
        ({"status": 1}, "Expected 'open' | 'closed', received number"),
    ],
)
def test_the_status_is_one_of_two(api: Api, room: Room, body: Any, message: str) -> None:
    answer = api.put(f"/api/v1/rooms/{room.room_id}/status", body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "status", "message": message}]


def test_an_unknown_or_deleted_room_is_404(api: Api, room: Room) -> None:
    Room.objects.update(deleted_at=clock.now())
    assert put(api, room, "closed")[0] == 404
    assert api.put("/api/v1/rooms/nowhere-1/status", {"status": "open"}).status_code == 404

"""PUT /api/v1/rooms/{id}/access, and /anonymous, its name of old."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from meet import clock
from rooms.models import AccessLink, Room
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, secret_of

ROLES = ("moderator", "speaker", "recording")


def address(room: Room, what: str = "access") -> str:
    return f"/api/v1/rooms/{room.room_id}/{what}"


def put(api: Api, room: Room, access: Any) -> dict[str, Any]:
    answer = api.put(address(room), {"access": access})
    assert answer.status_code == 200, answer.content
    content: dict[str, Any] = answer.json()
    assert api.get(f"/api/v1/rooms/{room.room_id}").json()["access"] == content, "what was answered is what is there"
    return content


def switches(access: dict[str, Any]) -> dict[str, bool]:
    return {role: access["anonymous"][role]["enabled"] for role in ROLES} | {"user": access["user"]["enabled"]}


def enter(anonymous: Api, room: Room, role: str = "speaker") -> int:
    body = {"secret": secret_of(room, role)}
    return int(anonymous.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", body).status_code)


def test_the_answer_is_the_whole_access_with_its_links(api: Api, room: Room) -> None:
    base = f"http://testserver/room/{room.room_id}"
    assert put(api, room, {}) == {
        "anonymous": {
            "moderator": {"enabled": True, "url": f"{base}?secret={secret_of(room, 'moderator')}"},
            "speaker": {"enabled": True, "url": f"{base}?secret={secret_of(room)}"},
            "recording": {"enabled": True, "url": f"{base}/recordings?secret={secret_of(room, 'recording')}"},
        },
        "user": {"enabled": False, "url": base},
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_link_is_switched_off_and_on_and_stays_the_same(api: Api, anonymous: Api, room: Room, role: str) -> None:
    secret = secret_of(room, role)
    off = put(api, room, {"anonymous": {role: {"enabled": False}}})
    assert switches(off) == {**dict.fromkeys(ROLES, True), role: False, "user": False}
    assert enter(anonymous, room, role) == 403
    on = put(api, room, {"anonymous": {role: {"enabled": True}}})
    assert switches(on)[role] is True
    assert enter(anonymous, room, role) == 200
    assert secret_of(room, role) == secret


def test_switches_that_are_not_sent_stay(api: Api, room: Room) -> None:
    put(api, room, {"anonymous": {"speaker": {"enabled": False}}, "user": {"enabled": True}})
    content = put(api, room, {"anonymous": {"moderator": {"enabled": False}}})
    assert switches(content) == {"moderator": False, "speaker": False, "recording": True, "user": True}


def test_a_room_is_opened_to_everybody_with_an_account(api: Api, as_user: AsUser, room: Room, stella: User) -> None:
    assert as_user(stella).get(f"/api/v1/rooms/{room.room_id}").status_code == 403
    put(api, room, {"user": {"enabled": True}})
    assert as_user(stella).get(f"/api/v1/rooms/{room.room_id}").status_code == 200


def test_addresses_that_are_sent_are_dropped(api: Api, room: Room) -> None:
    content = put(api, room, {"anonymous": {"speaker": {"enabled": True, "url": "http://evil.example/"}}})
    assert "evil" not in str(content)


def test_links_of_the_consoles_own_keep_their_switch(api: Api, room: Room) -> None:
    own = room.links.create(role="speaker", secret="x" * 32, created_at=clock.now(), label="For the class")
    put(api, room, {"anonymous": {"speaker": {"enabled": False}}})
    assert AccessLink.objects.get(pk=own.pk).enabled is True


def test_tokens_of_the_room_end_even_when_nothing_changed(api: Api, room: Room) -> None:
    holder = Api({"X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(room.room_id))}"})
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 200
    put(api, room, {})
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 401


@pytest.mark.parametrize("what", ["access", "anonymous"])
def test_the_moment_of_the_change_always_grows(api: Api, room: Room, what: str) -> None:
    future = clock.now() + timedelta(minutes=5)
    Room.objects.update(roles_updated_at=future)
    api.put(address(room, what), {what: {}})
    assert Room.objects.get().roles_updated_at == future + clock.MILLISECOND


@pytest.mark.parametrize("what", ["access", "anonymous"])
def test_during_a_meeting_nothing_changes(api: Api, room: Room, what: str) -> None:
    make_meeting(room)
    off = {"speaker": {"enabled": False}}
    answer = api.put(address(room, what), {what: {"anonymous": off} if what == "access" else off})
    assert answer.status_code == 409
    assert answer.json() == {"error": "Room Error", "message": f"Room '{room.room_id}' has an active meeting"}
    assert not AccessLink.objects.filter(enabled=False).exists()


@pytest.mark.parametrize(
    ("what", "body", "field", "message"),
    [
        ("access", {}, "access", "Required"),
        ("access", {"access": 5}, "access", "Expected object, received number"),
        ("access", {"access": {"anonymous": None}}, "access.anonymous", "Expected object, received null"),
        ("access", {"access": {"anonymous": {"speaker": {}}}}, "access.anonymous.speaker.enabled", "Required"),
        ("access", {"access": {"anonymous": {"recording": True}}}, "access.anonymous.recording",
         "Expected object, received boolean"),
        ("access", {"access": {"anonymous": {"moderator": {"enabled": "on"}}}}, "access.anonymous.moderator.enabled",
         "Expected boolean, received string"),
        ("access", {"access": {"user": {"enabled": 0}}}, "access.user.enabled", "Expected boolean, received number"),
        ("anonymous", {}, "anonymous", "Required"),
        ("anonymous", {"anonymous": []}, "anonymous", "Expected object, received array"),
        ("anonymous", {"anonymous": {"speaker": {"enabled": None}}}, "anonymous.speaker.enabled",
         "Expected boolean, received null"),
    ],
)  # fmt: skip
def test_each_field_is_checked(api: Api, room: Room, what: str, body: Any, field: str, message: str) -> None:
    answer = api.put(address(room, what), body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


@pytest.mark.parametrize("what", ["access", "anonymous"])
def test_an_unknown_room_is_404(api: Api, what: str) -> None:
    assert api.put(f"/api/v1/rooms/nowhere-1/{what}", {what: {}}).status_code == 404


# -- The name of old -------------------------------------------------------------------------------------------------


def test_the_older_route_switches_the_same_links_and_answers_as_it_did(api: Api, anonymous: Api, room: Room) -> None:
    answer = api.put(address(room, "anonymous"), {"anonymous": {"speaker": {"enabled": False}}})
    message = f"Anonymous access config for room '{room.room_id}' updated successfully"
    assert (answer.status_code, answer.json()) == (200, {"message": message})
    assert enter(anonymous, room) == 403
    assert enter(anonymous, room, "moderator") == 200


def test_the_older_route_knows_no_link_to_the_recordings(api: Api, room: Room) -> None:
    assert api.put(address(room, "anonymous"), {"anonymous": {"recording": {"enabled": False}}}).status_code == 200
    assert not AccessLink.objects.filter(enabled=False).exists()

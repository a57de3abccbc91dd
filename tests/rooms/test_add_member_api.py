"""POST /api/v1/rooms/<id>/members (rest-api.md 1.6)."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Role, User
from meet import clock
from rooms.models import LONGEST_EXTERNAL_ID, Member, Room
from rooms.permissions import MODERATOR_DEFAULT, OLD_NAMES, SPEAKER_DEFAULT, Permission, to_object
from tests.conftest import Api, AsUser
from tests.factories import make_member, make_user

HOST = "http://testserver"


def add(api: Api, room: Room | str, path: str = "", **body: Any) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return api.post(f"/api/v1/rooms/{room_id}/members{path}", {"baseRole": "speaker", **body})


def test_a_user_is_invited(as_user: AsUser, olga: User, room: Room, max_: User) -> None:
    before = clock.to_ms(clock.now())
    answer = add(as_user(olga), room, userId="max__")
    assert answer.status_code == 201, answer.content
    assert answer.headers["Location"] == f"{HOST}/api/v1/rooms/{room.room_id}/members/max__"
    assert "Deprecation" not in answer.headers
    body = answer.json()
    assert before <= body["membershipDate"] == body["permissionsUpdatedAt"]
    assert body == {
        "memberId": "max__",
        "roomId": room.room_id,
        "type": "user",
        "name": "Max",
        "membershipDate": body["membershipDate"],
        "accessUrl": f"{HOST}/room/{room.room_id}",
        "baseRole": "speaker",
        "permissionsUpdatedAt": body["membershipDate"],
        "_extraFields": ["effectivePermissions"],
    }
    assert Member.objects.get().permissions == SPEAKER_DEFAULT


def test_a_guest_gets_a_link_of_their_own(api: Api, anonymous: Api, room: Room) -> None:
    answer = add(api, room, name="  Gwen   the guest ", baseRole="moderator")
    body = answer.json()
    member = Member.objects.get()
    assert (body["type"], body["name"], body["baseRole"]) == ("identified_guest", "Gwen the guest", "moderator")
    assert body["memberId"] == member.guest_id
    assert str(member.guest_id).startswith("guest-")
    assert len(str(member.guest_id)) >= len("guest-") + 32
    assert body["accessUrl"] == f"{HOST}/room/{room.room_id}?secret={member.guest_id}"
    assert answer.headers["Location"].endswith(f"/members/{member.guest_id}")
    assert member.permissions == MODERATOR_DEFAULT
    assert str(member.public_id) not in answer.content.decode()
    token = anonymous.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", {"secret": body["memberId"]})
    assert token.status_code == 200


def test_the_same_under_the_prefix(api: Api, room: Room, max_: User) -> None:
    answer = api.post(f"/meet/api/v1/rooms/{room.room_id}/members", {"baseRole": "speaker", "userId": "max__"})
    assert answer.headers["Location"] == f"{HOST}/meet/api/v1/rooms/{room.room_id}/members/max__"


def test_own_permissions_lie_over_those_of_the_role(api: Api, room: Room) -> None:
    Room.objects.update(speaker_permissions=int(Permission.meetingJoin | Permission.chatRead))
    wish = {"recordingControl": True, "chatRead": False}
    answer = add(api, room, name="Gwen", customPermissions=wish, path="?extraFields=effectivePermissions")
    body = answer.json()
    assert answer.headers["Deprecation"] == "true"
    assert body["customPermissions"] == wish | {"canRecord": True, "canReadChat": False}
    granted = {name for name, value in body["effectivePermissions"].items() if value}
    assert granted == {"meetingJoin", "recordingControl", "canJoinMeeting", "canRecord"}
    assert set(body["effectivePermissions"]) == set(to_object(SPEAKER_DEFAULT)) | set(OLD_NAMES)


@pytest.mark.parametrize(
    ("sent", "group"),
    [
        ({"canRetrieveRecordings": False}, False),
        ({"recordingList": True, "recordingPlay": False, "recordingDownload": True}, False),
        ({"recordingList": True, "recordingPlay": True}, None),
    ],
)
def test_an_old_name_for_several_permissions_needs_all_of_them(
    api: Api, room: Room, sent: dict[str, bool], group: bool | None
) -> None:
    shown = add(api, room, name="Gwen", customPermissions=sent).json()["customPermissions"]
    assert shown.get("canRetrieveRecordings") is group
    current = {name: value for name, value in sent.items() if not name.startswith("can")}
    assert current.items() <= shown.items()


def test_only_current_names_in_the_mode_of_this_release(api: Api, room: Room, settings: Settings) -> None:
    settings.MEET_MODE = "3.9.0"
    path = "?extraFields=effectivePermissions"
    answer = add(api, room, name="Gwen", customPermissions={"chatRead": False}, path=path)
    assert "Deprecation" not in answer.headers
    assert answer.json()["customPermissions"] == {"chatRead": False}
    assert set(answer.json()["effectivePermissions"]) == set(to_object(SPEAKER_DEFAULT))
    refused = add(api, room, name="Gwen", customPermissions={"canReadChat": False})
    message = "'canReadChat' is not accepted when MEET_MODE is '3.9.0'; use 'chatRead'"
    assert refused.json()["details"] == [{"field": "customPermissions.canReadChat", "message": message}]


def test_chosen_fields_and_the_real_location(api: Api, room: Room, max_: User) -> None:
    answer = add(api, room, userId="max__", path="?fields=name,nonsense")
    assert answer.json() == {"name": "Max", "_extraFields": ["effectivePermissions"]}
    assert answer.headers["Location"].endswith("/members/max__")


# -- Our own id ------------------------------------------------------------------------------------------------------


def test_an_integrators_own_id_is_kept_and_unique_in_its_room(api: Api, room: Room, olga: User) -> None:
    answer = add(api, room, name="Gwen", externalId="crm-7")
    assert answer.json()["externalId"] == "crm-7"
    taken = add(api, room, name="Gus", externalId="crm-7")
    assert taken.status_code == 409
    message = f"External id 'crm-7' is already used by another member of room '{room.room_id}'"
    assert taken.json() == {"error": "Room Member Error", "message": message}
    elsewhere = api.post("/api/v1/rooms", {}).json()["roomId"]
    assert add(api, elsewhere, name="Gus", externalId="crm-7").status_code == 201


# -- Refusals --------------------------------------------------------------------------------------------------------


def test_an_unknown_user(api: Api, room: Room) -> None:
    answer = add(api, room, userId="nobody")
    assert answer.status_code == 404
    assert answer.json() == {"error": "User Error", "message": "User 'nobody' not found"}


def test_somebody_who_is_a_member_already(api: Api, room: Room, max_: User) -> None:
    make_member(room, max_)
    answer = add(api, room, userId="max__")
    assert answer.status_code == 409
    message = f"User 'max__' is already a member of room '{room.room_id}'"
    assert answer.json() == {"error": "Room Member Error", "message": message}
    assert Member.objects.count() == 1


@pytest.mark.parametrize("user_id", ["olga_", "admin", "boss_"])
def test_owner_and_administrators_need_no_invitation(api: Api, room: Room, user_id: str) -> None:
    make_user("boss_", role=Role.ADMIN)
    answer = add(api, room, userId=user_id)
    assert answer.status_code == 409
    message = (
        f"User '{user_id}' cannot be added as a member of room '{room.room_id}' because they are the room owner or "
        "an admin"
    )
    assert answer.json() == {"error": "Room Member Error", "message": message}


ROLES = "'moderator' | 'speaker'"
CONFLICT = (
    "Conflicting values for deprecated permission 'canReadChat' (false) and its replacement 'chatRead' (true); send "
    "only one spelling"
)
EITHER = "Either userId or name must be provided, but not both"
BAD: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"baseRole": "speaker"}, [("userId", EITHER)]),
    ({"baseRole": "speaker", "userId": "max__", "name": "Max"}, [("userId", EITHER)]),
    ({"userId": "max__"}, [("baseRole", "Required")]),
    ({"baseRole": "king", "name": "G"}, [("baseRole", f"Invalid enum value. Expected {ROLES}, received 'king'")]),
    ({"baseRole": "speaker", "name": ""}, [("name", "name cannot be empty")]),
    ({"baseRole": "speaker", "name": " \t"}, [("name", "name cannot be empty")]),
    ({"baseRole": "speaker", "name": "n" * 51}, [("name", "name cannot exceed 50 characters")]),
    ({"baseRole": "speaker", "name": 5}, [("name", "Expected string, received number")]),
    (
        {"baseRole": "speaker", "userId": "Max!"},
        [("userId", "userId must contain only lowercase letters, numbers, and underscores")],
    ),
    ({"baseRole": "speaker", "userId": None}, [("userId", "Expected string, received null")]),
    (
        {"baseRole": "speaker", "name": "G", "customPermissions": {"chatRead": "yes"}},
        [("customPermissions.chatRead", "Expected boolean, received string")],
    ),
    (
        {"baseRole": "speaker", "name": "G", "customPermissions": {"chatRead": True, "canReadChat": False}},
        [("customPermissions.canReadChat", CONFLICT)],
    ),
    ({"baseRole": "speaker", "name": "G", "externalId": ""}, [("externalId", "externalId cannot be empty")]),
    (
        {"baseRole": "speaker", "name": "G", "externalId": "x" * (LONGEST_EXTERNAL_ID + 1)},
        [("externalId", "externalId cannot exceed 100 characters")],
    ),
    (
        {"baseRole": 1, "name": 2},
        [("name", "Expected string, received number"), ("baseRole", f"Expected {ROLES}, received number")],
    ),
    ([], [("", "Expected object, received array")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "issues"), BAD)
def test_a_body_that_does_not_hold(api: Api, room: Room, body: Any, issues: list[tuple[str, str]]) -> None:
    answer = api.post(f"/api/v1/rooms/{room.room_id}/members", body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message} for field, message in issues]
    assert not Member.objects.exists()


def test_no_body(api: Api, room: Room) -> None:
    answer = api.client.post(f"/api/v1/rooms/{room.room_id}/members")
    assert answer.json()["details"] == [{"field": "", "message": "Required"}]


def test_a_body_is_read_before_the_room_and_the_room_before_its_owner(
    api: Api, as_user: AsUser, stella: User, room: Room
) -> None:
    assert add(api, "nowhere-1", baseRole="king").status_code == 422
    answer = add(api, "nowhere-1", name="Gwen")
    assert answer.json() == {"error": "Room Error", "message": "Room 'nowhere-1' does not exist"}
    assert add(as_user(stella), room, userId="nobody").status_code == 403

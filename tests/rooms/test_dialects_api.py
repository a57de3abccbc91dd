"""The two older dialects (rest-api.md 9): their inputs from everybody, their answers for those who ask."""

from typing import Any

import pytest

from accounts.models import User
from rooms.models import AccessLink, Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_member, make_room

ROOMS = "/api/v1/rooms"
DIALECTS = ["2026-Q1", "2025"]
SEE = Permission.recordingList | Permission.recordingPlay | Permission.recordingDownload


@pytest.fixture(params=DIALECTS)
def old(api_key: str, request: pytest.FixtureRequest) -> Api:
    return Api({"X-API-KEY": api_key, "X-Meet-Dialect": request.param})


@pytest.fixture
def old_2025(api_key: str) -> Api:
    return Api({"X-API-KEY": api_key, "X-Meet-Dialect": "2025"})


# -- Inputs ----------------------------------------------------------------------------------------------------------


def disabled() -> set[str]:
    return set(AccessLink.objects.filter(enabled=False).values_list("role", flat=True))


@pytest.mark.parametrize("role", ["moderator", "speaker"])
def test_a_room_is_made_with_the_anonymous_of_old(api: Api, role: str) -> None:
    assert api.post(ROOMS, {"anonymous": {role: {"enabled": False}}}).status_code == 201
    assert disabled() == {role}


def test_both_spellings_of_the_access_may_stand_together(api: Api) -> None:
    body = {
        "anonymous": {"moderator": {"enabled": False}},
        "access": {"anonymous": {"moderator": {"enabled": False}, "recording": {"enabled": False}}},
    }
    assert api.post(ROOMS, body).status_code == 201
    assert disabled() == {"moderator", "recording"}


def test_spellings_of_the_access_that_differ_are_refused(api: Api) -> None:
    body = {
        "anonymous": {"moderator": {"enabled": False}, "speaker": {"enabled": True}},
        "access": {"anonymous": {"moderator": {"enabled": True}}},
    }
    answer = api.post(ROOMS, body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [
        {
            "field": "anonymous.moderator.enabled",
            "message": "Conflicting values for deprecated 'anonymous.moderator.enabled' (false) and its replacement "
            "'access.anonymous.moderator.enabled' (true); send only one spelling",
        }
    ]


@pytest.mark.parametrize(
    ("anonymous", "field", "message"),
    [
        (5, "anonymous", "Expected object, received number"),
        ({"speaker": {}}, "anonymous.speaker.enabled", "Required"),
        ({"moderator": {"enabled": "no"}}, "anonymous.moderator.enabled", "Expected boolean, received string"),
    ],
)
def test_the_anonymous_of_old_is_checked(api: Api, anonymous: Any, field: str, message: str) -> None:
    answer = api.post(ROOMS, {"anonymous": anonymous})
    assert answer.json()["details"] == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    ("option", "moderator", "speaker"),
    [
        ("admin", ALL & ~SEE & ~Permission.recordingDelete, SPEAKER_DEFAULT & ~SEE),
        ("admin_moderator", ALL, SPEAKER_DEFAULT & ~SEE),
        ("admin_moderator_speaker", ALL, SPEAKER_DEFAULT),
    ],
)
def test_a_room_is_made_with_the_recording_access_of_old(
    api: Api, option: str, moderator: Permission, speaker: Permission
) -> None:
    config = {"recording": {"enabled": True, "allowAccessTo": option}}
    answer = api.post(f"{ROOMS}?extraFields=config", {"config": config})
    assert answer.json()["config"]["recording"] == {"enabled": True, "layout": "grid", "encoding": "H264_720P_30"}
    room = Room.objects.get()
    assert (room.moderator_permissions, room.speaker_permissions) == (int(moderator), int(speaker))


def test_roles_win_over_the_recording_access_of_old(api: Api) -> None:
    body = {
        "config": {"recording": {"enabled": True, "allowAccessTo": "admin"}},
        "roles": {"speaker": {"permissions": {"recordingPlay": True}}},
    }
    api.post(ROOMS, body)
    assert Room.objects.get().speaker_permissions == int(SPEAKER_DEFAULT & ~SEE | Permission.recordingPlay)


def test_a_recording_access_that_never_was_is_refused(api: Api) -> None:
    answer = api.post(ROOMS, {"config": {"recording": {"enabled": True, "allowAccessTo": "all"}}})
    assert answer.json()["details"] == [
        {
            "field": "config.recording.allowAccessTo",
            "message": "Invalid enum value. Expected 'admin' | 'admin_moderator' | 'admin_moderator_speaker', "
            "received 'all'",
        }
    ]


# -- The switch ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["", "2024", "2026-q1", "3.9", "2025, 2026-Q1"])
def test_a_dialect_that_nobody_speaks_is_ignored(api_key: str, room: Room, value: str) -> None:
    plain = Api({"X-API-KEY": api_key})
    other = Api({"X-API-KEY": api_key, "X-Meet-Dialect": value})
    address = f"{ROOMS}/{room.room_id}"
    assert other.get(address).json() == plain.get(address).json()
    assert "message" not in other.put(f"{address}/config", {"config": {}}).json()


def test_refusals_are_the_same_in_every_dialect(api: Api, old: Api, room: Room) -> None:
    for method, path, body in (
        ("get", f"{ROOMS}/nowhere-1", None),
        ("put", f"{ROOMS}/{room.room_id}/config", {"config": 5}),
        ("delete", ROOMS, None),
    ):
        mine, theirs = getattr(api, method)(path, body), getattr(old, method)(path, body)
        assert (mine.status_code, mine.json()) == (theirs.status_code, theirs.json())


# -- Answers ---------------------------------------------------------------------------------------------------------


def test_roles_were_no_extra_field(old: Api, room: Room) -> None:
    answer = old.get(f"{ROOMS}/{room.room_id}")
    assert answer.json()["_extraFields"] == ["config"]
    assert "canRecord" in answer.json()["roles"]["speaker"]["permissions"]
    assert answer["Deprecation"] == "true"
    content = old.get(ROOMS).json()
    assert content["_extraFields"] == ["config"]
    assert "roles" in content["rooms"][0]
    assert "config" not in content["rooms"][0]
    assert set(old.get(f"{ROOMS}/{room.room_id}?fields=roomId").json()) == {"roomId", "_extraFields"}
    assert set(old.get(f"{ROOMS}/{room.room_id}?fields=roles").json()) == {"roles", "_extraFields"}
    assert "roles" in old.post(ROOMS, {}).json()


def test_changes_were_answered_by_a_message(old: Api, room: Room) -> None:
    address = f"{ROOMS}/{room.room_id}"
    assert old.put(f"{address}/config", {"config": {"chat": {"enabled": False}}}).json() == {
        "message": f"Room config for room '{room.room_id}' updated successfully"
    }
    assert old.put(f"{address}/roles", {"roles": {}}).json() == {
        "message": f"Roles permissions for room '{room.room_id}' updated successfully"
    }
    assert old.get(f"{address}/config").json()["chat"] == {"enabled": False}


def test_a_status_was_answered_by_a_message_and_the_room(old: Api, room: Room) -> None:
    address = f"{ROOMS}/{room.room_id}/status?fields=status"
    shown = {"_extraFields": ["config"]}
    for status in ("closed", "open"):
        answer = old.put(address, {"status": status})
        message = f"Room '{room.room_id}' {status} successfully"
        assert (answer.status_code, answer.json()) == (200, {"message": message, "room": {"status": status, **shown}})
    make_meeting(room)
    answer = old.put(address, {"status": "closed"})
    message = f"Room '{room.room_id}' scheduled to be closed when the meeting ends"
    assert answer.status_code == 202
    assert answer.json() == {"message": message, "room": {"status": "active_meeting", **shown}}


def test_a_bulk_deletion_told_of_its_successes(old: Api, olga: User) -> None:
    first, second = make_room(olga), make_room(olga)
    entries = [
        {
            "roomId": room.room_id,
            "successCode": "room_deleted",
            "message": f"Room '{room.room_id}' deleted successfully",
        }
        for room in (first, second)
    ]
    answer = old.delete(f"{ROOMS}?roomIds={first.room_id}")
    message = "All rooms successfully processed for deletion"
    assert (answer.status_code, answer.json()) == (200, {"message": message, "successful": entries[:1]})
    answer = old.delete(f"{ROOMS}?roomIds={second.room_id},nowhere-1")
    assert answer.status_code == 400
    assert set(answer.json()) == {"message", "successful", "failed"}
    assert answer.json()["successful"] == entries[1:]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("roomName=stand", 1),
        ("roomName=WEEK.*UP$", 1),
        ("roomName=week", 1),
        ("roomName=stand&roomNameMatchMode=exact", 0),
        ("roomName=week&roomNameCaseInsensitive=false", 0),
    ],
)
def test_a_name_was_a_regular_expression_without_case(api: Api, old: Api, room: Room, query: str, found: int) -> None:
    assert len(old.get(f"{ROOMS}?{query}").json()["rooms"]) == found
    assert len(api.get(f"{ROOMS}?{query}").json()["rooms"]) == 0


def test_the_recording_access_of_2025_is_read_back_where_it_is_exact(old_2025: Api, room: Room) -> None:
    address = f"{ROOMS}/{room.room_id}?extraFields=config"
    assert old_2025.get(address).json()["config"]["recording"]["allowAccessTo"] == "admin_moderator_speaker"
    Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT & ~SEE))
    assert old_2025.get(address).json()["config"]["recording"]["allowAccessTo"] == "admin_moderator"
    Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT & ~Permission.recordingPlay))
    assert "allowAccessTo" not in old_2025.get(address).json()["config"]["recording"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_dialect_shows_a_secret_to_who_may_not_share(as_user: AsUser, room: Room, max_: User, dialect: str) -> None:
    make_member(room, max_)
    api = as_user(max_)
    for path in (f"{ROOMS}/{room.room_id}", ROOMS, f"{ROOMS}?fields=anonymous,moderatorUrl,access,roles"):
        text = api.get(path, headers={"X-Meet-Dialect": dialect}).content.decode()
        assert not any(link.secret in text for link in room.links.all())


def test_a_room_manager_was_called_user(as_user: AsUser, olga: User) -> None:
    api = as_user(olga)
    path = "/internal-api/v1/users/me"
    assert api.get(path).json()["role"] == "room_manager"
    assert api.get(path, headers={"X-Meet-Dialect": "2026-Q1"}).json()["role"] == "user"

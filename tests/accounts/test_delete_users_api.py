"""DELETE /api/v1/users?userIds=… (rest-api.md 1.2, 2.5)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from livekit.protocol.room import RemoveParticipantResponse

from accounts import users
from accounts.models import Role, User
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_meeting, make_participation, make_room, make_user
from tests.livekit.wire import Twirp

USERS = "/api/v1/users"


@pytest.mark.parametrize("mount", ["/api/v1", "/internal-api/v1"])
def test_all_of_them_go(api: Api, olga: User, max_: User, mount: str) -> None:
    room = make_room(olga)
    answer = api.delete(f"{mount}/users?userIds={quote(' olga_,,max__ , olga_')}")
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "All users deleted successfully",
        "deleted": ["olga_", "max__"],
        "failed": [],
    }
    assert [user.user_id for user in User.objects.all()] == ["admin"]
    assert Room.objects.get(pk=room.pk).owner.user_id == "admin"


def test_no_statement_has_more_parameters_than_databases_take(
    api: Api, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "_BATCH", 2)
    rooms = [make_room(olga, f"Room {number}").pk for number in range(5)]
    held: list[object] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"rooms_room"."id" IN (' in sql:
            held.append([each for each in params if each in rooms])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert api.delete(f"{USERS}?userIds=olga_").status_code == 200
    assert held == [rooms[:2], rooms[2:4], rooms[4:]]
    assert Room.objects.filter(owner__user_id="admin").count() == 5


def test_who_cannot_be_deleted_is_told_and_keeps_no_other_from_it(as_user: AsUser, admin: User, max_: User) -> None:
    deputy = as_user(make_user("deputy", role=Role.ADMIN))
    answer = deputy.delete(f"{USERS}?userIds=admin,nobody,max__,deputy")
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "3 user(s) could not be deleted",
        "deleted": ["max__"],
        "failed": [
            {"userId": "admin", "error": "Cannot delete the root admin user"},
            {"userId": "nobody", "error": "User not found"},
            {"userId": "deputy", "error": "Cannot delete your own account"},
        ],
    }
    assert User.objects.count() == 2


def test_the_key_is_the_root_admin(api: Api) -> None:
    failed = api.delete(f"{USERS}?userIds=admin").json()["failed"]
    assert failed == [{"userId": "admin", "error": "Cannot delete the root admin user"}]


def test_with_livekit_out_of_reach_it_is_asked_once_and_all_go(api: Api, twirp: Twirp, room: Room, max_: User) -> None:
    meeting = make_meeting(room)
    for user in (max_, make_user("moritz")):
        admission = make_admission(room, user.user_id, user.name, user=user)
        make_participation(admission, meeting, sid=f"PA_{user.pk}")
    route = twirp.is_down()
    assert api.delete(f"{USERS}?userIds=max__,moritz").status_code == 200
    assert route.call_count == 1


def test_each_is_sent_out_of_the_meeting(api: Api, twirp: Twirp, room: Room, max_: User) -> None:
    make_participation(make_admission(room, "max__", "Max", user=max_), make_meeting(room))
    route = twirp.answers("RoomService/RemoveParticipant", RemoveParticipantResponse())
    api.delete(f"{USERS}?userIds=max__")
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "At least one userId is required"),
        ("userIds=", "At least one userId is required"),
        ("userIds=%20,,", "At least one userId is required"),
        ("userIds=max__,%00", "String must not contain the null character"),
        ("userIds=max__&userIds=olga_", "Expected string, received array"),
    ],
)
def test_somebody_must_be_named(api: Api, max_: User, query: str, message: str) -> None:
    answer = api.delete(f"{USERS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "userIds", "message": message}]
    assert User.objects.filter(pk=max_.pk).exists()

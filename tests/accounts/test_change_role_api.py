"""PUT /api/v1/users/{userId}/role and what follows from it (rest-api.md 1.2, 2.5)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from livekit.protocol.room import SendDataRequest, SendDataResponse

from accounts.models import Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from rooms.models import Member, Room
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_meeting, make_member, make_participation, make_room, make_user
from tests.livekit.wire import Twirp, sent

SEND = "RoomService/SendData"
EXPECTED = "'admin' | 'room_manager' | 'room_member'"


def change(api: Api, user_id: str, role: Any, mount: str = "/api/v1") -> Any:
    return api.put(f"{mount}/users/{user_id}/role", {"role": role})


def sit(user: User, room: Room, **more: Any) -> None:
    admission = make_admission(room, user.user_id, user.name, user=user)
    make_participation(admission, make_meeting(room, sid=f"RM_{room.pk}"), sid=f"PA_{room.pk}_{user.pk}", **more)


@pytest.mark.parametrize("mount", ["/api/v1", "/internal-api/v1"])
@pytest.mark.parametrize(("sent_as", "role"), [("admin", "admin"), ("user", "room_manager")])
def test_a_role_is_changed(api: Api, max_: User, mount: str, sent_as: str, role: str) -> None:
    answer = change(api, "max__", sent_as, mount)
    assert answer.status_code == 200
    content = answer.json()
    assert (content["userId"], content["role"]) == ("max__", role)
    assert content["roleUpdatedAt"] > content["registrationDate"]
    assert api.get("/api/v1/users/max__").json() == content


def test_the_moment_grows_even_within_a_millisecond(api: Api, max_: User) -> None:
    ahead = clock.now() + clock.MILLISECOND * 60_000
    User.objects.filter(pk=max_.pk).update(role_updated_at=ahead)
    assert change(api, "max__", "admin").json()["roleUpdatedAt"] == clock.to_ms(ahead) + 1


def test_the_same_role_changes_nothing(api: Api, as_user: AsUser, olga: User, room: Room) -> None:
    sit(olga, room)
    program = as_user(olga)
    content = change(api, "olga_", "room_manager").json()
    assert content["roleUpdatedAt"] == clock.to_ms(olga.created_at)
    assert program.get("/api/v1/rooms").status_code == 200


def test_old_tokens_end(api: Api, max_: User) -> None:
    User.objects.update(role_updated_at=clock.now() - timedelta(hours=1))
    token = issue(max_, TokenType.ACCESS, now=clock.now() - timedelta(minutes=1))
    program = Api({"Authorization": f"Bearer {token}"})
    assert program.get("/api/v1/rooms").status_code == 200
    change(api, "max__", "room_manager")
    answer = program.get("/api/v1/rooms")
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid token"


# -- Rooms and memberships -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [Role.ADMIN, Role.ROOM_MANAGER])
def test_who_becomes_a_room_member_hands_the_rooms_over(api: Api, admin: User, stella: User, before: Role) -> None:
    owner = make_user("owner", role=before)
    room, gone = make_room(owner), make_room(owner, "Gone", deleted_at=clock.now())
    kept = make_room(stella, "Kept")
    Member.objects.all().delete()
    make_member(kept, owner)
    assert change(api, "owner", "room_member").status_code == 200
    assert {row.pk: row.owner_id for row in Room.with_deleted.all()} == {
        room.pk: admin.pk,
        gone.pk: admin.pk,
        kept.pk: stella.pk,
    }
    assert Member.objects.filter(user=owner).exists()
    assert api.get(f"/api/v1/rooms/{room.room_id}").json()["owner"] == "admin"


@pytest.mark.parametrize(("before", "after"), [(Role.ADMIN, "room_manager"), (Role.ROOM_MANAGER, "admin")])
def test_managers_and_admins_keep_their_rooms(api: Api, before: Role, after: str) -> None:
    owner = make_user("owner", role=before)
    room = make_room(owner)
    change(api, "owner", after)
    assert Room.objects.get().owner_id == room.owner_id == owner.pk


@pytest.mark.parametrize(("after", "count"), [("admin", 0), ("room_manager", 1)])
def test_admins_are_members_of_nothing(api: Api, room: Room, max_: User, after: str, count: int) -> None:
    make_member(room, max_)
    change(api, "max__", after)
    assert Member.objects.count() == count


# -- Meetings --------------------------------------------------------------------------------------------------------


def test_each_live_meeting_of_the_user_is_told(api: Api, twirp: Twirp, room: Room, olga: User, max_: User) -> None:
    second = make_room(olga, "Second")
    left = make_room(olga, "Left")
    over = make_room(olga, "Over")
    sit(max_, room)
    sit(max_, second)
    sit(max_, left, left_at=clock.now())
    sit(max_, over)
    over.meetings.update(ended_at=clock.now())
    make_admission(make_room(olga, "Never entered"), "max__", "Max", user=max_)
    sit(olga, make_room(olga, "Of others"))
    route = twirp.answers(SEND, SendDataResponse())
    content = change(api, "max__", "room_manager").json()
    messages = [sent(route, SendDataRequest, index=index) for index in range(route.call_count)]
    assert {message.room for message in messages} == {room.room_id, second.room_id}
    assert len(messages) == 2
    for message in messages:
        assert message.topic == "meet_participant_permissions_updated"
        assert list(message.destination_identities) == ["max__"]
        data = json.loads(message.data)
        assert data["timestamp"] <= content["roleUpdatedAt"]
        assert data == {"roomId": message.room, "participantIdentity": "max__", "timestamp": data["timestamp"]}


def test_without_livekit_the_role_changes_all_the_same(api: Api, twirp: Twirp, room: Room, max_: User) -> None:
    sit(max_, room)
    twirp.is_down()
    assert change(api, "max__", "admin").status_code == 200
    max_.refresh_from_db()
    assert max_.role == "admin"


def test_a_meeting_that_refuses_keeps_no_other_from_hearing_it(
    api: Api, twirp: Twirp, room: Room, olga: User, max_: User
) -> None:
    sit(max_, room)
    sit(max_, make_room(olga, "Second"))
    route = twirp.refuses(SEND, "internal")
    assert change(api, "max__", "admin").status_code == 200
    assert route.call_count == 2


# -- Refusals --------------------------------------------------------------------------------------------------------


ROOT = "Cannot change the role of the root admin user. This account must retain administrative privileges."
OWN = "Cannot change your own role. Please have another administrator change your role if needed."


def test_the_roots_and_ones_own_role_stay(api: Api, as_user: AsUser, admin: User) -> None:
    deputy = as_user(make_user("deputy", role=Role.ADMIN))
    for caller, user_id, message in (
        (api, "admin", ROOT),
        (as_user(admin), "admin", ROOT),
        (deputy, "admin", ROOT),
        (deputy, "deputy", OWN),
    ):
        answer = change(caller, user_id, "room_member")
        assert answer.status_code == 403
        assert answer.json() == {"error": "User Error", "message": message}
    assert User.objects.filter(role="admin").count() == 2


@pytest.mark.parametrize("user_id", ["nobody", "a%00b"])
def test_nobody_of_that_id_is_404(api: Api, user_id: str) -> None:
    assert change(api, user_id, "admin").status_code == 404


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ("boss", f"Invalid enum value. Expected {EXPECTED}, received 'boss'"),
        ("Admin", f"Invalid enum value. Expected {EXPECTED}, received 'Admin'"),
        (None, f"Expected {EXPECTED}, received null"),
        (5, f"Expected {EXPECTED}, received number"),
    ],
)
def test_other_roles_do_not_exist(api: Api, max_: User, role: Any, message: str) -> None:
    answer = change(api, "max__", role)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "role", "message": message}]
    assert api.put("/api/v1/users/max__/role", {}).json()["details"] == [{"field": "role", "message": "Required"}]

"""GET /api/v1/rooms/<id>/members/<member> (rest-api.md 1.6, 8.2): whose record it is, and who may read it."""

from typing import Any

import pytest

from accounts.models import Role, User
from rooms.models import Admission, Member, Room
from rooms.permissions import ALL
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_guest, make_member, make_room, make_user
from tests.rooms.joining import holder


def get(api: Api, room: Room | str, member_id: str | None, query: str = "") -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return api.get(f"/api/v1/rooms/{room_id}/members/{member_id}{query}")


@pytest.fixture
def member(room: Room, max_: User) -> Member:
    return make_member(room, max_)


def token_of(member: Member, **metadata: Any) -> Api:
    claims = {"memberId": member.member_id, **metadata}
    return holder(jwts.craft(jwts.member_metadata(member.room.room_id, **claims)))


def test_one_member(api: Api, room: Room, member: Member) -> None:
    body = get(api, room, "max__", "?extraFields=effectivePermissions").json()
    assert (body["memberId"], body["type"], body["baseRole"]) == ("max__", "user", "speaker")
    assert body["effectivePermissions"]["meetingJoin"] is True
    assert body["_extraFields"] == ["effectivePermissions"]
    assert "customPermissions" not in body
    assert "externalId" not in body


def test_a_guest_by_either_id(api: Api, room: Room) -> None:
    guest = make_guest(room)
    assert get(api, room, guest.guest_id).json() == get(api, room, guest.public_id).json()
    assert get(api, room, guest.public_id).json()["memberId"] == guest.guest_id


def test_the_owner_and_the_member_read_it_if_they_manage_rooms(
    as_user: AsUser, room: Room, olga: User, stella: User, admin: User
) -> None:
    make_member(room, stella)
    for user in (olga, admin, stella):
        assert get(as_user(user), room, "stella").status_code == 200


def test_another_manager_does_not(as_user: AsUser, room: Room, member: Member, stella: User) -> None:
    assert get(as_user(stella), room, "max__").status_code == 403
    make_member(room, stella)
    assert get(as_user(stella), room, "max__").status_code == 403


def test_a_room_member_reads_nothing_by_account_not_even_itself(as_user: AsUser, room: Room, member: Member) -> None:
    client = as_user(member.user)  # type: ignore[arg-type]
    assert get(client, room, "max__").status_code == 403
    assert get(client, "nowhere-1", "max__").status_code == 403


def test_by_token_a_member_reads_its_own_record(room: Room, member: Member) -> None:
    assert get(token_of(member), room, "max__").status_code == 200


def test_a_guests_token_names_it_by_either_id(room: Room) -> None:
    guest = make_guest(room)
    for client in (token_of(guest), token_of(guest, memberId=guest.public_id)):
        for member_id in (guest.guest_id, guest.public_id):
            assert get(client, room, member_id).status_code == 200


def test_by_token_nobody_reads_others(room: Room, member: Member, olga: User) -> None:
    other = make_guest(room)
    assert get(token_of(other), room, "max__").status_code == 403
    everything = jwts.craft(jwts.member_metadata(room.room_id, ALL, badge="owner"))
    assert get(holder(everything), room, "max__").status_code == 403
    elsewhere = make_room(olga, "Other")
    assert get(token_of(member), elsewhere, "max__").status_code == 404
    make_member(elsewhere, member.user)  # type: ignore[arg-type]
    assert get(token_of(member), elsewhere, "max__").status_code == 403


def test_what_livekit_signed_again_reads_nothing(room: Room, member: Member) -> None:
    """The metadata names the member, as a participant may have written it."""
    make_admission(room)
    grant = {"room": room.room_id, "roomJoin": True}
    token = jwts.craft(jwts.member_metadata(room.room_id), sub="ann-000000000000001", video=grant)
    forged = jwts.member_metadata(room.room_id, memberId="max__", iat=1)
    assert get(holder(jwts.resigned(token, forged)), room, "max__").status_code == 401
    quiet = jwts.resigned(token, jwts.member_metadata(room.room_id, memberId="max__"))
    assert get(holder(quiet), room, "max__").status_code == 401
    # Even if nothing gave it away: the row says whose token it is.
    bare = jwts.craft(jwts.member_metadata(room.room_id, memberId="max__"), sub="ann-000000000000001", video=grant)
    assert Admission.objects.get().member is None
    assert get(holder(bare), room, "max__").status_code == 403


def test_first_the_room_then_the_member_then_the_right(
    as_user: AsUser, room: Room, member: Member, stella: User
) -> None:
    client = as_user(stella)
    answer = get(client, "nowhere-1", "max__")
    assert answer.json() == {"error": "Room Error", "message": "Room 'nowhere-1' does not exist"}
    answer = get(client, room, "nobody")
    assert answer.status_code == 404
    message = f"Room member 'nobody' not found in room '{room.room_id}'"
    assert answer.json() == {"error": "Room Member Error", "message": message}
    assert get(client, room, "max__").status_code == 403


@pytest.mark.parametrize("member_id", ["%00", "a%00b", "é", "x" * 500, "' OR 1=1 --"])
def test_ids_that_nobody_has(api: Api, room: Room, member_id: str) -> None:
    assert get(api, room, member_id).status_code == 404


def test_a_manager_who_is_no_member(as_user: AsUser, room: Room, member: Member) -> None:
    manager = make_user("manager", role=Role.ROOM_MANAGER)
    assert get(as_user(manager), room, "max__").status_code == 403

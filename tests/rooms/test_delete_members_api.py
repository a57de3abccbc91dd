"""DELETE /api/v1/rooms/<id>/members?memberIds= (rest-api.md 1.6)."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from rooms.models import Member, Room
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_member, make_room, make_user
from tests.livekit.wire import Twirp
from tests.rooms.live import REMOVE, has_everybody, in_meeting


def delete(api: Api, room: Room, query: str) -> Any:
    return api.delete(f"/api/v1/rooms/{room.room_id}/members{query}")


@pytest.fixture
def members(room: Room, max_: User) -> list[Member]:
    """A user and a guest."""
    return [make_member(room, max_), make_guest(room)]


def test_all_are_gone(api: Api, room: Room, members: list[Member]) -> None:
    ids = [member.member_id for member in members]
    answer = delete(api, room, f"?memberIds={ids[0]},%20{ids[1]},,{ids[0]}")
    assert answer.status_code == 200
    assert answer.json() == {"message": "All room members deleted successfully", "deleted": ids, "failed": []}
    assert not Member.objects.exists()


def test_what_fails_does_not_stop_the_rest(api: Api, room: Room, olga: User, members: list[Member]) -> None:
    elsewhere = make_guest(make_room(olga, "Other"))
    answer = delete(api, room, f"?memberIds=nobody,max__,{elsewhere.guest_id}")
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "2 room member(s) could not be deleted",
        "deleted": ["max__"],
        "failed": [
            {"memberId": "nobody", "error": "Room member not found"},
            {"memberId": elsewhere.guest_id, "error": "Room member not found"},
        ],
    }
    assert set(Member.objects.all()) == {members[1], elsewhere}


def test_guests_by_their_public_ids(api: Api, room: Room, members: list[Member]) -> None:
    public_id = members[1].public_id
    assert delete(api, room, f"?memberIds={public_id}").json()["deleted"] == [public_id]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "At least one memberId is required"),
        ("?memberIds=", "At least one memberId is required"),
        ("?memberIds=%20,,", "At least one memberId is required"),
        ("?memberIds=max__,%00", "String must not contain the null character"),
        ("?memberIds=max__&memberIds=olga_", "Expected string, received array"),
    ],
)
def test_somebody_must_be_named(api: Api, room: Room, members: list[Member], query: str, message: str) -> None:
    answer = delete(api, room, query)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "memberIds", "message": message}]
    assert Member.objects.count() == 2


def test_a_rehearsal_changes_nothing(api: Api, room: Room, members: list[Member]) -> None:
    answer = delete(api, room, "?memberIds=max__,nobody&dryRun=true")
    assert answer.status_code == 400
    assert (answer.json()["dryRun"], answer.json()["deleted"]) == (True, ["max__"])
    assert Member.objects.count() == 2


def test_people_in_the_meeting_are_sent_out(api: Api, room: Room, members: list[Member], twirp: Twirp) -> None:
    route = has_everybody(twirp)[REMOVE]
    for member in members:
        in_meeting(room, member.member_id, member.name, member=member, user=member.user)
    delete(api, room, f"?memberIds=max__,{members[1].guest_id}")
    assert route.call_count == 2


def test_order_of_refusals(api: Api, as_user: AsUser, room: Room, stella: User) -> None:
    assert as_user(stella).delete("/api/v1/rooms/nowhere-1/members").status_code == 422
    assert as_user(stella).delete("/api/v1/rooms/nowhere-1/members?memberIds=a").status_code == 404
    assert delete(as_user(stella), room, "?memberIds=a").status_code == 403


def test_queries_do_not_grow_with_members(
    api: Api, room: Room, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_member(room, make_user(f"user_{number}"))
    ids = ",".join(f"user_{number}" for number in range(20))
    with django_assert_max_num_queries(15):
        assert len(delete(api, room, f"?memberIds={ids}").json()["deleted"]) == 20

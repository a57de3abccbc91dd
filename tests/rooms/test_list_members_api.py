"""GET /api/v1/rooms/<id>/members (rest-api.md 0.5, 1.6)."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from meet import clock
from rooms.models import Member, Room
from rooms.permissions import MeetingRole
from tests.conftest import Api
from tests.factories import make_guest, make_member, make_room, make_user

NAMES = ["Ada", "ada", "Bea", "Zoë", "max"]


@pytest.fixture
def crowd(room: Room, olga: User) -> list[Member]:
    """Guests, a second apart, a moderator among them, and somebody in another room."""
    made = [make_guest(room, name) for name in NAMES]
    for number, member in enumerate(made):
        member.created_at = clock.now() + timedelta(seconds=number)
        member.base_role = MeetingRole.MODERATOR if number == 2 else MeetingRole.SPEAKER
        member.save()
    make_guest(make_room(olga, "Other"), "Ada")
    return made


def listed(api: Api, room: Room, query: str = "") -> dict[str, Any]:
    answer = api.get(f"/api/v1/rooms/{room.room_id}/members{query}")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def names(api: Api, room: Room, query: str = "") -> list[str]:
    return [member["name"] for member in listed(api, room, query)["members"]]


def test_the_latest_come_first(api: Api, room: Room, crowd: list[Member]) -> None:
    body = listed(api, room)
    assert [member["name"] for member in body["members"]] == NAMES[::-1]
    assert body["pagination"] == {"isTruncated": False, "maxItems": 10}
    assert body["_extraFields"] == ["effectivePermissions"]
    assert all("_extraFields" not in member for member in body["members"])
    assert "effectivePermissions" not in body["members"][0]


def test_a_room_without_members(api: Api, room: Room) -> None:
    assert listed(api, room)["members"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=Ada", {"Ada"}),
        ("name=Ada&nameCaseInsensitive=true", {"Ada", "ada"}),
        ("name=da&nameMatchMode=partial", {"Ada", "ada"}),
        ("name=A&nameMatchMode=prefix", {"Ada"}),
        ("name=^(Bea|Z.*)$&nameMatchMode=regex", {"Bea", "Zoë"}),
        ("baseRole=moderator", {"Bea"}),
        ("type=identified_guest&baseRole=speaker", {"Ada", "ada", "Zoë", "max"}),
        ("type=user", set()),
        ("externalId=crm-7", {"Zoë"}),
    ],
)
def test_filters(api: Api, room: Room, crowd: list[Member], query: str, found: set[str]) -> None:
    Member.objects.filter(name="Zoë").update(external_id="crm-7")
    assert set(names(api, room, f"?{query.replace('^', '%5E')}")) == found


def test_users_and_guests_apart(api: Api, room: Room, crowd: list[Member], max_: User) -> None:
    make_member(room, max_)
    assert names(api, room, "?type=user") == ["Max"]
    assert len(names(api, room, "?type=identified_guest")) == 5


def test_page_by_page_nobody_is_missed_and_filters_hold(api: Api, room: Room, crowd: list[Member]) -> None:
    found: list[str] = []
    query = "?sortField=name&sortOrder=asc&maxItems=2&baseRole=speaker&fields=memberId"
    token = ""
    while True:
        body = listed(api, room, query + token)
        found += [member["memberId"] for member in body["members"]]
        if not body["pagination"]["isTruncated"]:
            break
        token = f"&nextPageToken={body['pagination']['nextPageToken']}"
    expected = Member.objects.filter(room=room, base_role="speaker").order_by("name_key", "pk")
    assert found == [member.member_id for member in expected]


def test_fields_extras_and_the_header_that_goes_with_permissions(api: Api, room: Room, crowd: list[Member]) -> None:
    path = f"/api/v1/rooms/{room.room_id}/members"
    answer = api.get(f"{path}?fields=name&extraFields=effectivePermissions")
    assert set(answer.json()["members"][0]) == {"name", "effectivePermissions"}
    assert answer.headers["Deprecation"] == "true"
    assert "Deprecation" not in api.get(path).headers
    Member.objects.update(custom_permissions={"chatRead": True})
    assert api.get(path).headers["Deprecation"] == "true"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("maxItems=0", "maxItems"),
        ("sortField=type", "sortField"),
        ("baseRole=king", "baseRole"),
        ("type=robot", "type"),
        ("name=(&nameMatchMode=regex", "name"),
        ("nameMatchMode=fuzzy", "nameMatchMode"),
        ("nameCaseInsensitive=2", "nameCaseInsensitive"),
        ("nextPageToken=nonsense", "nextPageToken"),
        ("fields=name&fields=type", "fields"),
    ],
)
def test_a_query_that_does_not_hold(api: Api, room: Room, query: str, field: str) -> None:
    answer = api.get(f"/api/v1/rooms/{room.room_id}/members?{query}")
    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == field


def test_queries_do_not_grow_with_members(
    api: Api, room: Room, crowd: list[Member], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_member(room, make_user(f"user_{number}"))
    with django_assert_max_num_queries(8):
        assert len(listed(api, room, "?maxItems=100")["members"]) == 25

"""GET /api/v1/rooms: whose rooms, in which order, page by page."""

import base64
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from meet import clock
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_member, make_room, make_user

ROOMS = "/api/v1/rooms"
NOW = clock.now()
SORTS = ("creationDate", "roomName", "autoDeletionDate")


def listed(api: Api, query: str = "") -> dict[str, Any]:
    answer = api.get(f"{ROOMS}?{query}")
    assert answer.status_code == 200, answer.content
    content: dict[str, Any] = answer.json()
    return content


def names(content: dict[str, Any]) -> list[str]:
    return [room["roomName"] for room in content["rooms"]]


def all_pages(api: Api, query: str) -> list[str]:
    """The ids of every room, walked page by page."""
    found: list[str] = []
    token = ""
    while True:
        content = listed(api, f"{query}&nextPageToken={token}" if token else query)
        found += [room["roomId"] for room in content["rooms"]]
        if not content["pagination"]["isTruncated"]:
            assert "nextPageToken" not in content["pagination"]
            return found
        token = content["pagination"]["nextPageToken"]
        assert len(content["rooms"]) == content["pagination"]["maxItems"], "only the last page may be short"


def make_rooms(owner: User) -> list[Room]:
    """Eleven rooms with ties in every order, and with and without an expiry date."""
    made = []
    for number in range(11):
        expires = None if number % 3 == 0 else NOW + timedelta(hours=2 + number % 4)
        created = NOW + clock.MILLISECOND * (number // 2)
        made.append(make_room(owner, f"Room {'abc'[number % 3]}", now=created, expires_at=expires))
    return made


def in_order(rooms: Iterable[Room], sort: str, order: str) -> list[str]:
    def key(room: Room) -> tuple[Any, ...]:
        value = {"creationDate": room.created_at, "roomName": room.name_key, "autoDeletionDate": room.expires_at}[sort]
        return (value is not None, value or 0, room.pk)

    return [room.room_id for room in sorted(rooms, key=key, reverse=order == "desc")]


# -- Envelope --------------------------------------------------------------------------------------------------------


def test_a_list_has_the_envelope_of_the_contract(api: Api, room: Room) -> None:
    content = listed(api)
    assert set(content) == {"rooms", "pagination", "_extraFields"}
    assert content["pagination"] == {"isTruncated": False, "maxItems": 10}
    assert content["_extraFields"] == ["config", "roles"]
    assert "_extraFields" not in content["rooms"][0]


def test_a_list_without_rooms_is_empty(api: Api) -> None:
    assert listed(api)["rooms"] == []


def test_the_newest_ten_come_first_unless_asked_otherwise(api: Api, olga: User) -> None:
    for number in range(12):
        make_room(olga, f"Room {number}", now=NOW + timedelta(seconds=number))
    content = listed(api)
    assert names(content) == [f"Room {number}" for number in range(11, 1, -1)]
    assert content["pagination"]["isTruncated"] is True


def test_a_deleted_room_is_not_listed(api: Api, room: Room) -> None:
    Room.objects.update(deleted_at=NOW)
    assert listed(api)["rooms"] == []


# -- Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 3, 4, 11])
def test_pages_lose_and_repeat_nothing(api: Api, olga: User, sort: str, order: str, size: int) -> None:
    rooms = make_rooms(olga)
    found = all_pages(api, f"sortField={sort}&sortOrder={order}&maxItems={size}")
    assert found == in_order(rooms, sort, order)


def test_rooms_without_an_expiry_come_first_upwards_and_last_downwards(api: Api, olga: User) -> None:
    make_room(olga, "never")
    make_room(olga, "soon", expires_at=NOW + timedelta(hours=1))
    make_room(olga, "later", expires_at=NOW + timedelta(hours=2))
    assert names(listed(api, "sortField=autoDeletionDate&sortOrder=asc")) == ["never", "soon", "later"]
    assert names(listed(api, "sortField=autoDeletionDate&sortOrder=desc")) == ["later", "soon", "never"]


def test_names_are_sorted_as_they_read(api: Api, olga: User) -> None:
    for name in ("beta", "Alpha", "ALPHA 2", "Éclair", "zeta"):
        make_room(olga, name)
    assert names(listed(api, "sortField=roomName&sortOrder=asc")) == ["Alpha", "ALPHA 2", "beta", "zeta", "Éclair"]


def test_fields_without_the_sort_field_change_nothing_about_the_pages(api: Api, olga: User) -> None:
    rooms = make_rooms(olga)
    query = "sortField=autoDeletionDate&sortOrder=asc&maxItems=3&fields=roomId"
    assert all_pages(api, query) == in_order(rooms, "autoDeletionDate", "asc")


def test_rooms_made_while_somebody_turns_pages_do_not_move_the_rest(api: Api, olga: User) -> None:
    old = [make_room(olga, f"Room {number}", now=NOW + timedelta(seconds=number)) for number in range(4)]
    first = listed(api, "maxItems=2")
    make_room(olga, "new", now=NOW + timedelta(minutes=1))
    second = listed(api, f"maxItems=2&nextPageToken={first['pagination']['nextPageToken']}")
    assert [room["roomId"] for room in second["rooms"]] == [old[1].room_id, old[0].room_id]


# -- Visibility ------------------------------------------------------------------------------------------------------


def populate(olga: User, stella: User, max_: User) -> dict[str, list[Room]]:
    """Rooms by why somebody sees them; some for several reasons at once."""
    rooms: dict[str, list[Room]] = {"own": [], "member": [], "shared": [], "own and shared": [], "foreign": []}
    for number in range(4):
        moment = NOW + clock.MILLISECOND * number
        rooms["own"].append(make_room(olga, f"own {number}", now=moment))
        rooms["own and shared"].append(make_room(olga, f"both {number}", now=moment, user_access=True))
        invited = make_room(stella, f"member {number}", now=moment, user_access=number % 2 == 0)
        make_member(invited, olga)
        make_member(invited, max_)
        rooms["member"].append(invited)
        rooms["shared"].append(make_room(stella, f"shared {number}", now=moment, user_access=True))
        rooms["foreign"].append(make_room(stella, f"foreign {number}", now=moment))
    return rooms


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_manager_sees_exactly_their_own_their_invitations_and_the_shared_ones_on_every_page(
    as_user: AsUser, olga: User, stella: User, max_: User, sort: str, order: str
) -> None:
    rooms = populate(olga, stella, max_)
    found = all_pages(as_user(olga), f"maxItems=3&sortField={sort}&sortOrder={order}")
    visible = [room for kind, some in rooms.items() if kind != "foreign" for room in some]
    assert found == in_order(visible, sort, order)


def test_a_member_sees_exactly_their_invitations_and_the_shared_ones_on_every_page(
    as_user: AsUser, olga: User, stella: User, max_: User
) -> None:
    rooms = populate(olga, stella, max_)
    visible = [*rooms["member"], *rooms["shared"], *rooms["own and shared"]]
    assert all_pages(as_user(max_), "maxItems=3") == in_order(visible, "creationDate", "desc")


def test_a_member_does_not_see_what_they_own(as_user: AsUser, max_: User) -> None:
    """Who lost the manager's role is left with invitations."""
    make_room(max_)
    assert listed(as_user(max_))["rooms"] == []


def test_administrators_and_keys_see_everything(
    api: Api, as_user: AsUser, admin: User, olga: User, stella: User, max_: User
) -> None:
    everything = [room for some in populate(olga, stella, max_).values() for room in some]
    expected = in_order(everything, "creationDate", "desc")
    assert all_pages(api, "maxItems=7") == all_pages(as_user(admin), "maxItems=7") == expected


def test_a_stranger_sees_nothing(as_user: AsUser, room: Room, stella: User) -> None:
    assert listed(as_user(stella))["rooms"] == []


# -- Links -----------------------------------------------------------------------------------------------------------


def test_links_are_shown_in_the_rooms_one_may_share_and_in_no_other(
    as_user: AsUser, olga: User, stella: User, max_: User
) -> None:
    populate(olga, stella, max_)
    for room in listed(as_user(olga), "maxItems=100")["rooms"]:
        may_share = room["owner"] == "olga_"
        links = room["access"]["anonymous"]
        assert all(("url" in link) is may_share for link in links.values())
        assert all("enabled" in link for link in links.values())
        for key in ("anonymous", "moderatorUrl", "speakerUrl"):
            assert (key in room) is may_share
        assert room["access"]["user"]["url"] == room["accessUrl"]


def test_no_secret_is_anywhere_in_a_list_for_members(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_)
    answer = as_user(max_).get(f"{ROOMS}?fields=access,anonymous,accessUrl,moderatorUrl,speakerUrl,roomId")
    assert answer.json()["rooms"][0]["roomId"] == room.room_id
    text = answer.content.decode()
    assert "secret" not in text
    assert not any(link.secret in text for link in room.links.all())


# -- Cost ------------------------------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_rows(
    as_user: AsUser, olga: User, stella: User, max_: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        populate(olga, stella, max_)
    for room in Room.objects.all()[:5]:
        make_meeting(room, sid=f"RM_{room.pk}")
    caller = as_user(olga)
    with django_assert_max_num_queries(7):
        assert len(listed(caller, "maxItems=50&extraFields=config,roles")["rooms"]) == 48


def test_a_key_needs_three_queries_however_many_rooms_there_are(
    api: Api, olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        make_room(make_user(f"user_{Room.objects.count()}", role=Role.ROOM_MANAGER))
    listed(api)  # notes that the key was used, once a minute
    with django_assert_max_num_queries(3):
        assert len(listed(api, "maxItems=20")["rooms"]) == 20


def test_a_token_says_nothing_but_a_position(api: Api, olga: User) -> None:
    make_rooms(olga)
    token = listed(api, "maxItems=1")["pagination"]["nextPageToken"]
    assert set(json.loads(base64.urlsafe_b64decode(token))) == {"fieldValue", "id"}

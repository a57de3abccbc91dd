"""/rooms: the list, its search and its live status."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from meet import clock
from rooms.models import EndAction, Room
from tests.conftest import Console
from tests.factories import (
    make_admission,
    make_meeting,
    make_member,
    make_participation,
    make_room,
    make_user,
    secret_of,
)
from tests.pages import Page

HTMX = {"HX-Request": "true"}


def listed(client: Client, query: str = "", **headers: str) -> Page:
    answer = client.get(f"/rooms{query}", headers=headers)
    assert answer.status_code == 200
    return Page(answer)


def row_ids(page: Page) -> list[str]:
    return page.ids("room-row-")


def status_of(page: Page, room: Room) -> str | None:
    attributes = page.by_id(f"room-status-{room.room_id}")
    return attributes["data-status"] if attributes else None


# -- Who sees what ---------------------------------------------------------------------------------------------------


def test_an_owner_sees_a_room_with_everything_one_may_do(console: Console, olga: User, room: Room) -> None:
    page = listed(console(olga))
    for hook in ("select-room-", "select-cell-", "room-name-cell-", "more-actions-btn-", "delete-room-btn-"):
        assert page.by_id(hook + room.room_id) is not None, hook
    assert page.by_id("create-room-btn") is not None
    assert page.by_id("search-input") is not None
    assert page.has_element("ov-rooms-lists")
    assert f"/rooms/{room.room_id}" in page.links()
    assert f"/rooms/{room.room_id}/share" in page.links()


def test_a_member_sees_the_room_and_nothing_one_may_not_do(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_)
    page = listed(console(max_))
    assert row_ids(page) == [room.room_id]
    for hook in ("select-room-", "more-actions-btn-", "delete-room-btn-"):
        assert page.by_id(hook + room.room_id) is None, hook
    assert page.by_id("create-room-btn") is None
    assert f"/rooms/{room.room_id}/share" not in page.links()


def test_a_stranger_sees_an_empty_page_that_says_what_to_do(console: Console, stella: User, room: Room) -> None:
    page = listed(console(stella))
    assert row_ids(page) == []
    assert "/rooms/new" in page.links()


def test_a_member_without_rooms_is_not_asked_to_make_one(console: Console, max_: User, room: Room) -> None:
    assert "/rooms/new" not in listed(console(max_)).links()


def test_an_administrator_sees_all_rooms(console: Console, admin: User, room: Room, stella: User) -> None:
    other = make_room(stella, "Other")
    assert set(row_ids(listed(console(admin)))) == {room.room_id, other.room_id}


@pytest.mark.parametrize("role", list(Role))
def test_the_navigation_shows_what_the_role_may_open(console: Console, db: None, role: Role) -> None:
    client = console(make_user("somebody", role=role))
    page = listed(client)
    assert page.by_id("nav-link-rooms") is not None
    assert (page.by_id("nav-link-config") is not None) is (role is Role.ADMIN)
    assert client.get("/config").status_code == (200 if role is Role.ADMIN else 403)


def test_no_link_secret_stands_in_the_list(console: Console, olga: User, room: Room) -> None:
    text = listed(console(olga)).text
    assert not any(secret_of(room, role) in text for role in ("moderator", "speaker", "recording"))


# -- Search, order, pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ALPHA", {"Alpha", "Alphabet"}),
        ("?q=bet", {"Alphabet", "100% Beta_x"}),
        ("?q=%25", {"100% Beta_x"}),
        ("?q=_", {"100% Beta_x"}),
        ("?q=%5C", set()),
        ("?q=%00", {"Alpha", "Alphabet", "100% Beta_x"}),
        ("?q=" + "x" * 51, {"Alpha", "Alphabet", "100% Beta_x"}),
        ("?status=closed", {"Alphabet"}),
        ("?status=closed&q=alpha", {"Alphabet"}),
        ("?status=nonsense", {"Alpha", "Alphabet", "100% Beta_x"}),
    ],
)
def test_search_and_status_narrow_the_list_and_nonsense_counts_as_not_given(
    console: Console, olga: User, query: str, found: set[str]
) -> None:
    make_room(olga, "Alpha")
    make_room(olga, "Alphabet", closed_at=clock.now())
    make_room(olga, "100% Beta_x")
    names = {room.room_id: room.name for room in Room.objects.all()}
    assert {names[room_id] for room_id in row_ids(listed(console(olga), query))} == found


def test_a_search_without_hits_offers_to_clear_it(console: Console, olga: User, room: Room) -> None:
    page = listed(console(olga), "?q=nothing")
    assert row_ids(page) == []
    assert page.by_id("search-input") is not None


def test_what_was_searched_for_cannot_break_out_of_the_page(console: Console, olga: User, room: Room) -> None:
    page = listed(console(olga), '?q="><script>alert(1)</script>')
    assert "<script>alert" not in page.text


def test_names_cannot_break_out_of_the_page(console: Console, olga: User) -> None:
    make_room(olga, "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in listed(console(olga)).text


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["c", "a", "b"]),
        ("?order=asc", ["b", "a", "c"]),
        ("?sort=roomName&order=asc", ["a", "b", "c"]),
        ("?sort=roomName&order=desc", ["c", "b", "a"]),
        ("?sort=nonsense&order=up", ["c", "a", "b"]),
    ],
)
def test_the_list_is_sorted_as_asked(console: Console, olga: User, query: str, order: list[str]) -> None:
    for name in ("b", "a", "c"):
        make_room(olga, name, now=clock.now() + timedelta(seconds=Room.objects.count()))
    names = {room.room_id: room.name for room in Room.objects.all()}
    assert [names[room_id] for room_id in row_ids(listed(console(olga), query))] == order


def test_more_than_fifty_rooms_are_loaded_on_demand_without_repetition(console: Console, olga: User) -> None:
    rooms = [make_room(olga, f"Room {number}", now=clock.now() + timedelta(seconds=number)) for number in range(53)]
    client = console(olga)
    page = listed(client)
    assert len(row_ids(page)) == 50
    button = page.by_id("load-more-btn")
    assert button is not None
    rest = listed(client, str(button["hx-get"]), **HTMX)
    assert rest.by_id("load-more-btn") is None
    assert not rest.has_element("html"), "rows only"
    assert row_ids(page) + row_ids(rest) == [room.room_id for room in reversed(rooms)]
    without_script = listed(client, str(button["href"]).removeprefix("/rooms"))
    assert len(row_ids(without_script)) == 53


def test_a_page_token_of_nobodys_is_refused_politely(console: Console, olga: User, room: Room) -> None:
    assert console(olga).get("/rooms?after=nonsense").status_code == 422


@pytest.mark.parametrize("pages", ["0", "-1", "x", "1000000", "99999999999999999999"])
def test_an_odd_number_of_pages_does_no_harm(console: Console, olga: User, room: Room, pages: str) -> None:
    assert row_ids(listed(console(olga), f"?pages={pages}")) == [room.room_id]


def test_queries_do_not_grow_with_rows(
    console: Console, olga: User, max_: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        room = make_room(olga, f"Room {number}")
        make_member(room, max_)
        meeting = make_meeting(room, sid=f"RM_{number}")
        make_participation(make_admission(room), meeting, sid=f"PA_{number}")
    client = console(max_)
    with django_assert_max_num_queries(12):
        assert len(row_ids(listed(client))) == 30


# -- Status ----------------------------------------------------------------------------------------------------------


def test_each_room_shows_its_status_and_what_waits_for_its_end(console: Console, olga: User) -> None:
    open_room, closed = make_room(olga, "Open"), make_room(olga, "Closed", closed_at=clock.now())
    live = make_room(olga, "Live", on_meeting_end=EndAction.DELETE)
    make_meeting(live)
    page = listed(console(olga))
    assert [status_of(page, room) for room in (open_room, closed, live)] == ["open", "closed", "active_meeting"]
    assert len(page.with_class("room-status-fate")) == 1


def test_nobody_is_offered_to_join_a_closed_room(console: Console, olga: User) -> None:
    open_room, closed = make_room(olga, "Open"), make_room(olga, "Closed", closed_at=clock.now())
    links = listed(console(olga)).links()
    assert f"/room/{open_room.room_id}" in links
    assert f"/room/{closed.room_id}" not in links


def statuses(client: Client, ids: str, **headers: str) -> Any:
    return client.get(f"/rooms/statuses?ids={ids}", headers=headers)


def test_the_page_learns_of_a_change_and_of_nothing_else(console: Console, olga: User, room: Room) -> None:
    client = console(olga)
    first = statuses(client, room.room_id)
    assert status_of(Page(first), room) == "open"
    again = statuses(client, room.room_id, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_meeting(room)
    third = statuses(client, room.room_id, **{"If-None-Match": first["ETag"]})
    assert status_of(Page(third), room) == "active_meeting"


def test_a_room_that_was_deleted_elsewhere_is_told(console: Console, olga: User, room: Room) -> None:
    Room.objects.update(deleted_at=clock.now())
    assert status_of(Page(statuses(console(olga), room.room_id)), room) == "gone"


def test_statuses_of_rooms_one_may_not_see_look_like_those_of_no_room(
    console: Console, stella: User, room: Room
) -> None:
    page = Page(statuses(console(stella), f"{room.room_id},nowhere-1"))
    assert status_of(page, room) == "gone"
    assert "active" not in page.text


@pytest.mark.parametrize("ids", ["", ",", ",,,", "%00", "a%00b", "%3Cscript%3Ealert(1)%3C/script%3E", "x," * 5000, "'"])
def test_odd_ids_do_no_harm(console: Console, olga: User, room: Room, ids: str) -> None:
    answer = statuses(console(olga), ids)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_visitors_learn_no_status(room: Room) -> None:
    assert statuses(Client(), room.room_id).status_code == 302

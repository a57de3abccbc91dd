"""/rooms/<id>, its share dialog and its QR codes."""

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from rooms.models import AccessLink, Room
from rooms.permissions import MODERATOR_DEFAULT
from tests.conftest import Console
from tests.factories import make_member, secret_of
from tests.pages import Page

HTMX = {"HX-Request": "true"}


def address(room: Room, rest: str = "") -> str:
    return f"/rooms/{room.room_id}{rest}"


def secrets_in(text: str, room: Room) -> set[str]:
    return {role for role in ("moderator", "speaker", "recording") if secret_of(room, role) in text}


# -- Detail ----------------------------------------------------------------------------------------------------------


def test_an_owner_sees_the_room_and_its_links(console: Console, olga: User, room: Room) -> None:
    page = Page(console(olga).get(address(room)))
    assert page.has_element("ov-room-detail")
    assert "Weekly stand-up" in page.text
    assert secrets_in(page.text, room) == {"moderator", "speaker"}
    assert page.by_id("share-btn") is not None
    assert page.by_id(f"delete-room-btn-{room.room_id}") is not None
    assert (page.by_id(f"room-status-{room.room_id}") or {})["data-status"] == "open"


def test_an_invited_speaker_sees_the_room_without_its_links(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_)
    page = Page(console(max_).get(address(room)))
    assert secrets_in(page.text, room) == set()
    assert page.by_id("share-btn") is None
    assert page.by_id(f"delete-room-btn-{room.room_id}") is None


def test_an_invited_moderator_sees_the_links_but_does_not_manage(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_, permissions=MODERATOR_DEFAULT)
    page = Page(console(max_).get(address(room)))
    assert secrets_in(page.text, room) == {"moderator", "speaker"}
    assert page.by_id(f"delete-room-btn-{room.room_id}") is None


@pytest.mark.parametrize("rest", ["", "/share", "/links/speaker.svg", "/delete"])
def test_a_stranger_is_refused_on_every_page_of_the_room(console: Console, stella: User, room: Room, rest: str) -> None:
    answer = console(stella).get(address(room, rest))
    assert answer.status_code == 403
    assert Page(answer).error_reason == "forbidden-room-access"


@pytest.mark.parametrize("room_id", ["nowhere-1", "%00", "a%00b", "x" * 5000, "%F0%9F%8E%89"])
@pytest.mark.parametrize("rest", ["", "/share", "/links/speaker.svg", "/delete"])
def test_an_unknown_room_is_not_found_on_every_page(console: Console, olga: User, room_id: str, rest: str) -> None:
    answer = console(olga).get(f"/rooms/{room_id}{rest}")
    assert answer.status_code == 404
    assert Page(answer).error_reason == "invalid-room"


def test_a_deleted_room_is_not_found(console: Console, olga: User, room: Room) -> None:
    Room.objects.update(deleted_at=clock.now())
    assert console(olga).get(address(room)).status_code == 404


@pytest.mark.parametrize("rest", ["", "/share", "/links/speaker.svg", "/delete"])
def test_visitors_are_taken_to_the_login(room: Room, rest: str) -> None:
    path = address(room, rest)
    assert Client().get(path)["Location"] == f"/login?next={path}"


# -- Share -----------------------------------------------------------------------------------------------------------


def test_the_share_page_works_without_script_and_the_dialog_is_its_inside(
    console: Console, olga: User, room: Room
) -> None:
    client = console(olga)
    whole, inside = Page(client.get(address(room, "/share"))), Page(client.get(address(room, "/share"), headers=HTMX))
    assert whole.has_element("html")
    assert not inside.has_element("html")
    for page in (whole, inside):
        assert secrets_in(page.text, room) == {"moderator", "speaker"}
        kinds = [attributes["data-kind"] for _, attributes in page.elements if "data-kind" in attributes]
        assert set(kinds) >= {"user", "speaker", "moderator"}


def test_links_to_share_begin_as_the_page_was_asked_for(console: Console, olga: User, room: Room) -> None:
    client = console(olga)
    secret = secret_of(room)
    assert f"http://testserver/room/{room.room_id}?secret={secret}" in client.get(address(room)).content.decode()
    prefixed = client.get(f"/meet{address(room)}").content.decode()
    assert f"http://testserver/meet/room/{room.room_id}?secret={secret}" in prefixed


def test_a_link_that_is_off_is_not_handed_out(console: Console, olga: User, room: Room) -> None:
    AccessLink.objects.filter(role="speaker").update(enabled=False)
    page = Page(console(olga).get(address(room, "/share")))
    assert secrets_in(page.text, room) == {"moderator"}


def test_a_speaker_shares_the_address_for_accounts_only(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_)
    page = Page(console(max_).get(address(room, "/share")))
    assert secrets_in(page.text, room) == set()
    assert f"http://testserver/room/{room.room_id}" in page.text


# -- QR --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["user", "speaker", "moderator"])
def test_a_link_is_shown_as_a_picture_that_no_cache_keeps(console: Console, olga: User, room: Room, kind: str) -> None:
    answer = console(olga).get(address(room, f"/links/{kind}.svg"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert b"<svg" in answer.content
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("kind", ["speaker", "moderator", "nonsense"])
def test_a_link_one_may_not_share_has_no_picture(console: Console, max_: User, room: Room, kind: str) -> None:
    make_member(room, max_)
    assert console(max_).get(address(room, f"/links/{kind}.svg")).status_code == 403

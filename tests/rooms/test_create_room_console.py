"""/rooms/new."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from rooms.models import Room
from tests.conftest import Console
from tests.pages import Page, submit


def create(client: Client, **data: str) -> Any:
    return submit(client, "/rooms/new", {"name": "", "expires_at": "", "utc_offset": "", **data})


def local(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_a_room_is_made_and_its_links_are_offered(console: Console, olga: User) -> None:
    client = console(olga)
    page = Page(client.get("/rooms/new"))
    assert page.by_id("create-room-button") is not None
    answer = create(client, name="  Board   room ")
    room = Room.objects.get()
    assert (room.name, room.owner, room.expires_at) == ("Board room", olga, None)
    assert answer["Location"] == f"/rooms/{room.room_id}?share"
    shown = Page(client.get(answer["Location"]))
    assert shown.toasts == 1
    assert "Board room" in shown.text


def test_a_room_can_be_entered_at_once(console: Console, olga: User) -> None:
    answer = create(console(olga), name="Now", join="join")
    assert answer["Location"] == f"/room/{Room.objects.get().room_id}"


def test_under_the_prefix_one_stays_there(console: Console, olga: User) -> None:
    answer = submit(console(olga), "/meet/rooms/new", {"name": "Prefixed"})
    assert answer["Location"] == f"/meet/rooms/{Room.objects.get().room_id}?share"


def test_a_blank_name_is_room(console: Console, olga: User) -> None:
    create(console(olga), name="  ")
    assert Room.objects.get().name == "Room"


@pytest.mark.parametrize(("offset", "hours"), [("", 0), ("-120", -2), ("300", 5)])
def test_an_expiry_is_in_the_readers_time(console: Console, olga: User, offset: str, hours: int) -> None:
    typed = clock.now().replace(second=0, microsecond=0) + timedelta(days=2)
    create(console(olga), name="Expiring", expires_at=local(typed), utc_offset=offset)
    assert Room.objects.get().expires_at == typed + timedelta(hours=hours)


@pytest.mark.parametrize(
    "data",
    [
        {"name": "n" * 51},
        {"name": "a\0b"},
        {"expires_at": "tomorrow"},
        {"expires_at": "2020-01-01T00:00"},
        {"expires_at": local(clock.now() + timedelta(minutes=30))},
        {"expires_at": "9999-12-31T23:59", "utc_offset": "900"},
        {"expires_at": "0001-01-01T00:00", "utc_offset": "-900"},
        {"utc_offset": "10000", "expires_at": "2040-01-01T00:00"},
        {"utc_offset": "x", "expires_at": "2040-01-01T00:00"},
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(console: Console, olga: User, data: dict[str, str]) -> None:
    answer = create(console(olga), **data)
    assert answer.status_code == 422
    page = Page(answer)
    assert any(
        attributes.get("aria-invalid") == "true" or attributes.get("role") == "alert" for _, attributes in page.elements
    )
    assert not Room.objects.exists()


def test_what_was_typed_is_kept_when_something_is_wrong(console: Console, olga: User) -> None:
    answer = create(console(olga), name="Kept", expires_at="tomorrow")
    assert Page(answer).values()["name"] == "Kept"


def test_members_make_no_rooms(console: Console, max_: User) -> None:
    client = console(max_)
    for answer in (client.get("/rooms/new"), create(client, name="x")):
        assert answer.status_code == 403
        assert Page(answer).error_reason == "forbidden-room-access"
    assert not Room.objects.exists()


def test_the_form_works_only_from_its_own_page(console: Console, olga: User) -> None:
    assert console(olga).post("/rooms/new", {"name": "x"}).status_code == 403
    assert not Room.objects.exists()


def test_visitors_are_taken_to_the_login(db: None) -> None:
    assert Client().get("/rooms/new")["Location"] == "/login?next=/rooms/new"

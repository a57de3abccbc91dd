"""/rooms/<id>/delete: deletion without script."""

import httpx
import pytest
from django.test import Client

from accounts.models import User
from rooms.models import EndAction, Meeting, Room, RoomStatus
from tests.conftest import Console
from tests.factories import make_meeting, make_member, make_recording
from tests.livekit.wire import Twirp
from tests.pages import Page, submit


def address(room: Room) -> str:
    return f"/rooms/{room.room_id}/delete"


def test_a_room_is_deleted_after_a_question(console: Console, olga: User, room: Room) -> None:
    client = console(olga)
    page = Page(client.get(address(room)))
    assert page.with_class("confirm-button")
    assert Room.objects.count() == 1, "asking is not doing"
    answer = submit(client, address(room))
    assert answer["Location"] == "/rooms"
    assert not Room.objects.exists()
    assert Page(client.get("/rooms")).toasts == 1


def test_recordings_raise_a_second_question(console: Console, olga: User, room: Room) -> None:
    make_recording(room)
    client = console(olga)
    answer = submit(client, address(room))
    assert answer.status_code == 409
    chosen = {
        str(attributes["name"]): attributes["value"]
        for _, attributes in Page(answer).elements
        if attributes.get("type") == "radio" and "checked" in attributes
    }
    assert chosen == {"with_meeting": "when_meeting_ends", "with_recordings": "close"}
    answer = submit(client, address(room), chosen)
    assert answer["Location"] == "/rooms"
    assert Room.objects.get().status is RoomStatus.CLOSED


def test_a_meeting_can_be_waited_for(console: Console, olga: User, room: Room) -> None:
    make_meeting(room)
    client = console(olga)
    assert submit(client, address(room)).status_code == 409
    submit(client, address(room), {"with_meeting": "when_meeting_ends", "with_recordings": "force"})
    assert Room.objects.get().on_meeting_end == EndAction.DELETE


def test_a_meeting_can_be_ended_even_while_livekit_does_not_answer(
    console: Console, olga: User, room: Room, twirp: Twirp
) -> None:
    make_meeting(room)
    twirp.raises("RoomService/DeleteRoom", httpx.ConnectError("refused"))
    answer = submit(console(olga), address(room), {"with_meeting": "force", "with_recordings": "force"})
    assert answer["Location"] == "/rooms"
    assert Meeting.objects.get().end_requested_at is not None


@pytest.mark.parametrize(
    "choice", [{"with_meeting": "nonsense", "with_recordings": "force"}, {"with_meeting": "force"}]
)
def test_a_choice_that_is_none_deletes_nothing(
    console: Console, olga: User, room: Room, choice: dict[str, str]
) -> None:
    make_recording(room)
    assert submit(console(olga), address(room), choice).status_code == 409
    assert Room.objects.get().status is RoomStatus.OPEN


def test_members_delete_nothing(console: Console, max_: User, stella: User, room: Room) -> None:
    make_member(room, max_)
    make_member(room, stella)
    for user in (max_, stella):
        assert submit(console(user), address(room)).status_code == 403
    assert Room.objects.count() == 1


def test_the_form_works_only_from_its_own_page(console: Console, olga: User, room: Room) -> None:
    assert console(olga).post(address(room)).status_code == 403
    assert Client().post(address(room)).status_code == 302  # to the login
    assert Room.objects.count() == 1

"""GET /api/v1/rooms/<id>."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from meet import clock
from rooms.models import EndAction, Room
from rooms.permissions import MODERATOR_DEFAULT
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_member, make_room

LINK_KEYS = {"anonymous", "moderatorUrl", "speakerUrl"}


def address(room: Room, query: str = "") -> str:
    return f"/api/v1/rooms/{room.room_id}{query}"


def test_a_room_is_shown_as_it_was_answered_when_made(api: Api) -> None:
    made = api.post("/api/v1/rooms", {"roomName": "Lab"}).json()
    assert api.get(f"/api/v1/rooms/{made['roomId']}").json() == made


def test_a_trailing_slash_does_not_matter(api: Api, room: Room) -> None:
    assert api.get(address(room, "/")).json() == api.get(address(room)).json()


def test_the_same_room_answers_at_the_root_and_under_the_prefix(api: Api, room: Room) -> None:
    at_root, prefixed = api.get(address(room)).json(), api.get(f"/meet{address(room)}").json()
    assert at_root["roomId"] == prefixed["roomId"]
    assert prefixed["accessUrl"] == f"http://testserver/meet/room/{room.room_id}"


def test_an_unknown_room_is_told_by_name(api: Api) -> None:
    answer = api.get("/api/v1/rooms/nowhere-1")
    assert answer.status_code == 404
    assert answer.json() == {"error": "Room Error", "message": "Room 'nowhere-1' does not exist"}


def test_a_filtered_room_has_the_asked_keys_and_the_list_of_extras(api: Api, room: Room) -> None:
    assert set(api.get(address(room, "?fields=roomId")).json()) == {"roomId", "_extraFields"}


def test_the_lobbys_question_is_answered_with_the_configuration(api: Api, room: Room) -> None:
    content = api.get(address(room, "?fields=roomId,roomName,status,config&extraFields=config")).json()
    assert set(content) == {"roomId", "roomName", "status", "config", "_extraFields"}


def test_permissions_shown_on_request_are_marked_as_deprecated_spelling(
    api: Api, room: Room, settings: Settings
) -> None:
    assert api.get(address(room, "?extraFields=roles"))["Deprecation"] == "true"
    settings.MEET_MODE = "3.9.0"
    assert "Deprecation" not in api.get(address(room, "?extraFields=roles"))


# -- Status ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_live", "is_closed", "scheduled", "status", "action"),
    [
        (False, False, EndAction.NONE, "open", "none"),
        (False, True, EndAction.NONE, "closed", "none"),
        (True, False, EndAction.NONE, "active_meeting", "none"),
        (True, False, EndAction.CLOSE, "active_meeting", "close"),
        (True, False, EndAction.DELETE, "active_meeting", "delete"),
        (True, True, EndAction.NONE, "active_meeting", "close"),
        (True, True, EndAction.DELETE, "active_meeting", "delete"),
    ],
)
def test_status_and_what_waits_for_the_end_follow_from_what_is_stored(
    api: Api, olga: User, is_live: bool, is_closed: bool, scheduled: EndAction, status: str, action: str
) -> None:
    room = make_room(olga, closed_at=clock.now() if is_closed else None, on_meeting_end=scheduled)
    if is_live:
        make_meeting(room)
    content = api.get(address(room)).json()
    assert (content["status"], content["meetingEndAction"]) == (status, action)


def test_meetings_that_are_over_leave_the_room_open(api: Api, room: Room) -> None:
    make_meeting(room, ended_at=clock.now())
    assert api.get(address(room)).json()["status"] == "open"


def test_an_expiry_is_shown_with_its_policy(api: Api, olga: User) -> None:
    expires = clock.now() + timedelta(hours=3)
    content = api.get(address(make_room(olga, expires_at=expires))).json()
    assert content["autoDeletionDate"] == clock.to_ms(expires)
    assert content["autoDeletionPolicy"] == {"withMeeting": "when_meeting_ends", "withRecordings": "close"}


# -- Links -----------------------------------------------------------------------------------------------------------


def test_an_invited_speaker_sees_the_room_without_its_links(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_)
    answer = as_user(max_).get(address(room))
    content = answer.json()
    assert content["access"] == {
        "anonymous": {"moderator": {"enabled": True}, "speaker": {"enabled": True}, "recording": {"enabled": True}},
        "user": {"enabled": False, "url": f"http://testserver/room/{room.room_id}"},
    }
    assert not LINK_KEYS & set(content)
    assert content["accessUrl"] == content["access"]["user"]["url"]
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("fields", ["moderatorUrl,speakerUrl,anonymous", "access", "moderatorUrl", "accessUrl"])
def test_asking_for_links_by_name_does_not_help_who_may_not_share_them(
    as_user: AsUser, room: Room, max_: User, fields: str
) -> None:
    make_member(room, max_)
    answer = as_user(max_).get(address(room, f"?fields={fields}"))
    assert answer.status_code == 200
    assert "secret" not in answer.content.decode()


def test_an_invited_moderator_sees_the_links(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_, permissions=MODERATOR_DEFAULT)
    content = as_user(max_).get(address(room)).json()
    assert content["moderatorUrl"] == content["access"]["anonymous"]["moderator"]["url"]
    assert set(content) >= LINK_KEYS


def test_links_beyond_the_contracts_three_are_not_shown(api: Api, room: Room) -> None:
    room.links.create(role="speaker", secret="f" * 32, created_at=clock.now(), label="Press")
    answer = api.get(address(room))
    assert "f" * 32 not in answer.content.decode()


# -- Paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "field", "message"),
    [
        ("x" * 101, "roomId", "roomId cannot exceed 100 characters"),
        ("x" * 10_240, "roomId", "roomId cannot exceed 100 characters"),
        ("%F0%9F%8E%89", "roomId", "roomId cannot be empty after sanitization"),
        ("..", "roomId", "roomId cannot be empty after sanitization"),
        ("%00", "roomId", "roomId cannot be empty after sanitization"),
        ("%20", "roomId", "roomId cannot be empty after sanitization"),
        ("%0A", "roomId", "roomId cannot be empty after sanitization"),
    ],
)
def test_an_id_that_cannot_be_one_is_refused(api: Api, path: str, field: str, message: str) -> None:
    answer = api.get(f"/api/v1/rooms/{path}")
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


@pytest.mark.parametrize("noise", ["{}%00", "%00{}", "{}.", "'{}'", "{}%20", "{}%F0%9F%8E%89", ";{}"])
def test_what_no_id_contains_is_ignored(api: Api, room: Room, noise: str) -> None:
    answer = api.get("/api/v1/rooms/" + noise.format(room.room_id))
    assert answer.status_code == 200
    assert answer.json()["roomId"] == room.room_id


@pytest.mark.parametrize("path", ["../../../etc/passwd", "..%2F..%2Fetc%2Fpasswd", "a/b/c", "a%2Fb"])
def test_a_path_that_climbs_leads_nowhere(api: Api, path: str) -> None:
    answer = api.get(f"/api/v1/rooms/{path}")
    assert answer.status_code == 404
    assert answer.json() == {"error": "Path Not Found", "message": "API path not implemented"}


@pytest.mark.parametrize("path", ["%FF%FE", "%C3%28"])
def test_bytes_that_are_no_text_are_no_id(api: Api, path: str) -> None:
    answer = api.get(f"/api/v1/rooms/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "Room Error"


# -- Cost ------------------------------------------------------------------------------------------------------------


def test_a_room_costs_few_queries(api: Api, room: Room, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    api.get(address(room))
    with django_assert_max_num_queries(3):
        api.get(address(room))

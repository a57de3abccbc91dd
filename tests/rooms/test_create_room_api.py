"""POST /api/v1/rooms: what a new room is."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from accounts.models import User
from meet import clock
from rooms.models import AccessLink, Room
from tests.conftest import Api, AsUser

ROOMS = "/api/v1/rooms"
BASE_KEYS = {
    "roomId", "roomName", "owner", "creationDate", "access", "status", "rolesUpdatedAt", "meetingEndAction",
    "anonymous", "accessUrl", "moderatorUrl", "speakerUrl", "_extraFields",
}  # fmt: skip
SPEAKER_LACKS = {
    "recordingControl", "recordingDelete", "roomShareAccessLinks", "participantPromote", "participantKick",
    "meetingEnd",
}  # fmt: skip


def create(api: Api, body: Any = None, query: str = "?extraFields=config,roles", base: str = ROOMS) -> dict[str, Any]:
    answer = api.post(base + query, {} if body is None else body)
    assert answer.status_code == 201, answer.content
    room: dict[str, Any] = answer.json()
    return room


# -- Defaults --------------------------------------------------------------------------------------------------------


def test_a_room_made_with_nothing_has_exactly_the_keys_of_the_contract(api: Api) -> None:
    room = create(api, query="")
    assert set(room) == BASE_KEYS
    assert room["_extraFields"] == ["config", "roles"]


def test_a_room_made_with_nothing_has_the_defaults_of_the_contract(api: Api) -> None:
    before = clock.to_ms(clock.now())
    room = create(api)
    assert room["roomName"] == "Room"
    assert room["owner"] == "admin"
    assert room["status"] == "open"
    assert room["meetingEndAction"] == "none"
    assert before <= room["creationDate"] <= clock.to_ms(clock.now())
    assert room["rolesUpdatedAt"] == room["creationDate"]
    assert room["config"] == {
        "recording": {"enabled": True, "layout": "grid", "encoding": "H264_720P_30"},
        "chat": {"enabled": True},
        "virtualBackground": {"enabled": True},
        "e2ee": {"enabled": False},
        "captions": {"enabled": True},
    }


def test_a_moderator_may_do_everything_and_a_speaker_what_a_guest_needs(api: Api, settings: Settings) -> None:
    settings.MEET_MODE = "3.9.0"
    roles = create(api)["roles"]
    moderator, speaker = roles["moderator"]["permissions"], roles["speaker"]["permissions"]
    assert len(moderator) == len(speaker) == 16
    assert all(moderator.values())
    assert {name for name, granted in speaker.items() if not granted} == SPEAKER_LACKS


def test_all_links_work_from_the_start_and_accounts_need_an_invitation(api: Api) -> None:
    access = create(api)["access"]
    assert {role: link["enabled"] for role, link in access["anonymous"].items()} == {
        "moderator": True, "speaker": True, "recording": True,
    }  # fmt: skip
    assert access["user"]["enabled"] is False


def test_the_owner_is_whoever_asked(as_user: AsUser, olga: User) -> None:
    assert create(as_user(olga))["owner"] == olga.user_id


# -- Links and ids ---------------------------------------------------------------------------------------------------


def test_the_links_are_the_same_in_all_three_spellings(api: Api) -> None:
    room = create(api)
    links = room["access"]["anonymous"]
    page = f"http://testserver/room/{room['roomId']}"
    assert links["moderator"]["url"] == room["anonymous"]["moderator"]["accessUrl"] == room["moderatorUrl"]
    assert links["speaker"]["url"] == room["anonymous"]["speaker"]["accessUrl"] == room["speakerUrl"]
    assert room["access"]["user"]["url"] == room["accessUrl"] == page
    assert room["anonymous"]["moderator"]["enabled"] is room["anonymous"]["speaker"]["enabled"] is True
    assert set(room["anonymous"]) == {"moderator", "speaker"}
    assert links["speaker"]["url"].startswith(f"{page}?secret=")
    assert links["recording"]["url"].startswith(f"{page}/recordings?secret=")


def test_the_three_secrets_are_long_hex_and_differ(api: Api) -> None:
    links = create(api)["access"]["anonymous"]
    secrets = [parse_qs(urlsplit(link["url"]).query)["secret"][0] for link in links.values()]
    assert len(set(secrets)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32,}", secret) for secret in secrets)


def test_each_room_has_its_three_links_stored_once(api: Api) -> None:
    room_id = create(api)["roomId"]
    links = AccessLink.objects.filter(room__room_id=room_id, is_contract=True)
    assert sorted(links.values_list("role", flat=True)) == ["moderator", "recording", "speaker"]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Weekly stand-up", "weekly_stand_up"),
        ("Équipe Nord-Est", "equipe_nord_est"),
        ("  Ángel   Ñandú  ", "angel_nandu"),
        ("🎉🎉", "room"),
        ("会議室", "room"),
        ("!?#", "room"),
        ("-_- a -_-", "a"),
        ("x" * 50, "x" * 50),
        ("ﬁ ½ ß", "room"),
        ("Room 42", "room_42"),
    ],
)
def test_the_id_begins_with_the_name_as_far_as_an_address_can_say_it(api: Api, name: str, prefix: str) -> None:
    room = create(api, {"roomName": name})
    assert re.fullmatch(rf"{prefix}-[0-9a-z]{{15}}", room["roomId"])
    assert api.get(f"{ROOMS}/{room['roomId']}").json()["roomId"] == room["roomId"]


def test_the_location_is_the_rooms_own_address_whatever_fields_are_asked_for(api: Api) -> None:
    answer = api.post(f"{ROOMS}?fields=roomName", {"roomName": "Lab"})
    assert set(answer.json()) == {"roomName", "_extraFields"}
    room = Room.objects.get()
    assert answer["Location"] == f"http://testserver/api/v1/rooms/{room.room_id}"


def test_links_carry_the_prefix_of_the_request(api: Api) -> None:
    answer = api.post("/meet/api/v1/rooms", {})
    room = answer.json()
    assert answer["Location"] == f"http://testserver/meet/api/v1/rooms/{room['roomId']}"
    assert room["accessUrl"] == f"http://testserver/meet/room/{room['roomId']}"
    assert room["moderatorUrl"].startswith(f"http://testserver/meet/room/{room['roomId']}?secret=")


@pytest.mark.parametrize("base", ["/api/v1/rooms", "/meet/api/v1/rooms"])
def test_a_configured_base_url_decides_about_links_whatever_the_prefix(api: Api, settings: Settings, base: str) -> None:
    settings.MEET_BASE_URL = "https://meet.example.org"
    answer = api.post(base, {})
    room_id = answer.json()["roomId"]
    assert answer.json()["accessUrl"] == f"https://meet.example.org/meet/room/{room_id}"
    assert answer["Location"] == f"https://meet.example.org/meet/api/v1/rooms/{room_id}"


def test_a_room_made_under_the_prefix_is_there_at_the_root(api: Api) -> None:
    room_id = create(api, base="/meet/api/v1/rooms")["roomId"]
    assert api.get(f"{ROOMS}/{room_id}").json()["accessUrl"] == f"http://testserver/room/{room_id}"


# -- Name ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Board   room \t 7 ", "Board room 7"),
        ("", "Room"),
        ("   \n ", "Room"),
        ("\u200b会議 🎉", "\u200b会議 🎉"),
        ("O'Neill & <Sons>", "O'Neill & <Sons>"),
    ],
)
def test_a_name_loses_outer_blanks_and_inner_runs_and_a_blank_one_counts_as_none(
    api: Api, given: str, kept: str
) -> None:
    assert create(api, {"roomName": given})["roomName"] == kept


def test_two_rooms_may_have_the_same_name(api: Api) -> None:
    first, second = create(api, {"roomName": "Lab"}), create(api, {"roomName": "Lab"})
    assert first["roomId"] != second["roomId"]


# -- Configuration, access, expiry -----------------------------------------------------------------------------------


def test_a_given_block_of_the_configuration_is_laid_over_its_default(api: Api) -> None:
    body = {"config": {"recording": {"enabled": True, "layout": "speaker"}, "chat": {"enabled": False}}}
    config = create(api, body)["config"]
    assert config["recording"] == {"enabled": True, "layout": "speaker", "encoding": "H264_720P_30"}
    assert config["chat"] == {"enabled": False}
    assert config["captions"] == {"enabled": True}


def test_an_encoding_of_ones_own_is_kept_whole(api: Api) -> None:
    encoding = {
        "video": {
            "width": 1280, "height": 720, "framerate": 30, "codec": "VP8", "bitrate": 2500.5, "keyFrameInterval": 2,
            "depth": 24,
        },
        "audio": {"codec": "OPUS", "bitrate": 96, "frequency": 48000},
    }  # fmt: skip
    config = create(api, {"config": {"recording": {"enabled": True, "encoding": encoding}}})["config"]
    assert config["recording"]["encoding"] == encoding


def test_an_encrypted_room_cannot_be_recorded(api: Api) -> None:
    body = {"config": {"e2ee": {"enabled": True}, "recording": {"enabled": True}}}
    config = create(api, body)["config"]
    assert config["e2ee"] == {"enabled": True}
    assert config["recording"]["enabled"] is False


def test_unknown_keys_are_dropped_everywhere(api: Api) -> None:
    body = {
        "nonsense": 1,
        "config": {"theme": {}, "chat": {"enabled": False, "colour": "red"}},
        "access": {"user": {"enabled": True, "url": "https://evil.example"}, "other": 1},
    }
    room = create(api, body)
    assert room["config"]["chat"] == {"enabled": False}
    assert room["access"]["user"] == {"enabled": True, "url": f"http://testserver/room/{room['roomId']}"}
    assert "nonsense" not in room
    assert "theme" not in room["config"]


@pytest.mark.parametrize("role", ["moderator", "speaker", "recording"])
def test_a_link_can_be_off_from_the_start_while_the_others_work(api: Api, role: str) -> None:
    links = create(api, {"access": {"anonymous": {role: {"enabled": False}}}})["access"]["anonymous"]
    assert [name for name, link in links.items() if not link["enabled"]] == [role]


def test_all_accounts_can_be_let_in_from_the_start(api: Api) -> None:
    assert create(api, {"access": {"user": {"enabled": True}}})["access"]["user"]["enabled"] is True


def test_an_expiry_date_comes_back_with_its_default_policy(api: Api) -> None:
    date = clock.to_ms(clock.now()) + 2 * 3_600_000
    room = create(api, {"autoDeletionDate": date})
    assert room["autoDeletionDate"] == date
    assert room["autoDeletionPolicy"] == {"withMeeting": "when_meeting_ends", "withRecordings": "close"}


def test_an_expiry_policy_is_kept_with_its_date(api: Api) -> None:
    date = clock.to_ms(clock.now()) + 2 * 3_600_000
    policy = {"withMeeting": "force", "withRecordings": "force"}
    assert create(api, {"autoDeletionDate": date, "autoDeletionPolicy": policy})["autoDeletionPolicy"] == policy


def test_an_expiry_policy_without_a_date_is_forgotten(api: Api) -> None:
    room = create(api, {"autoDeletionPolicy": {"withMeeting": "force", "withRecordings": "force"}})
    assert "autoDeletionDate" not in room
    assert "autoDeletionPolicy" not in room

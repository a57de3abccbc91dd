"""GET and PUT /api/v1/rooms/{id}/config."""

import json
from typing import Any

import pytest

from accounts.models import User
from meet import clock
from rooms.api.config_bodies import AudioBody, VideoBody
from rooms.models import Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, MeetingRole, Permission
from rooms.representation import ENCODING_KEYS, event_data
from tests import jwts
from tests.conftest import Api
from tests.factories import make_meeting, make_member

DEFAULT = {
    "recording": {"enabled": True, "layout": "grid", "encoding": "H264_720P_30"},
    "chat": {"enabled": True},
    "virtualBackground": {"enabled": True},
    "e2ee": {"enabled": False},
    "captions": {"enabled": True},
}
ENCODING = {
    "video": {
        "width": 1280, "height": 720, "framerate": 30, "codec": "H264_MAIN", "bitrate": 3000, "keyFrameInterval": 4,
        "depth": 24,
    },
    "audio": {"codec": "OPUS", "bitrate": 128, "frequency": 48000},
}  # fmt: skip
RECORDINGS = (
    Permission.recordingList | Permission.recordingPlay | Permission.recordingDownload | Permission.recordingDelete
)


def address(room: Room) -> str:
    return f"/api/v1/rooms/{room.room_id}/config"


def put(api: Api, room: Room, config: Any) -> dict[str, Any]:
    answer = api.put(address(room), {"config": config})
    assert answer.status_code == 200, answer.content
    content: dict[str, Any] = answer.json()
    assert api.get(address(room)).json() == content, "what was answered is what is there"
    return content


def problems(api: Api, room: Room, body: Any) -> list[tuple[str, str]]:
    answer = api.put(address(room), body)
    assert answer.status_code == 422, answer.content
    return [(entry["field"], entry["message"]) for entry in answer.json()["details"]]


def holder(room: Room) -> Api:
    return Api({"X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(room.room_id))}"})


def test_the_configuration_has_exactly_its_keys_in_the_contracts_order(api: Api, room: Room) -> None:
    answer = api.get(address(room))
    assert answer.json() == DEFAULT
    assert list(answer.json()) == list(DEFAULT)
    assert list(answer.json()["recording"]) == ["enabled", "layout", "encoding"]


def test_so_has_an_encoding_in_whatever_order_it_was_stored(api: Api, room: Room) -> None:
    """Compared as text: PostgreSQL has an order of its own, shortest keys first."""
    room.config["recording"]["encoding"] = {
        half: dict(reversed(list(ENCODING[half].items()))) for half in ("audio", "video")
    }
    room.save(update_fields=["config"])
    in_order = json.dumps(ENCODING)
    assert json.dumps(api.get(address(room)).json()["recording"]["encoding"]) == in_order
    whole = api.get(f"/api/v1/rooms/{room.room_id}?extraFields=config").json()
    assert json.dumps(whole["config"]["recording"]["encoding"]) == in_order
    event = event_data(Room.objects.get(), base="https://meet.example.org")
    assert json.dumps(event["config"]["recording"]["encoding"]) == in_order


def test_the_order_is_that_of_the_body() -> None:
    assert {"video": tuple(VideoBody().fields), "audio": tuple(AudioBody().fields)} == ENCODING_KEYS


def test_blocks_that_are_not_sent_stay(api: Api, room: Room) -> None:
    assert put(api, room, {"chat": {"enabled": False}}) == {**DEFAULT, "chat": {"enabled": False}}
    assert put(api, room, {"captions": {"enabled": False}})["chat"] == {"enabled": False}
    assert put(api, room, {})["captions"] == {"enabled": False}


def test_layout_and_encoding_that_are_not_sent_stay(api: Api, room: Room) -> None:
    put(api, room, {"recording": {"enabled": True, "layout": "speaker", "encoding": "H264_1080P_30"}})
    assert put(api, room, {"recording": {"enabled": False}})["recording"] == {
        "enabled": False,
        "layout": "speaker",
        "encoding": "H264_1080P_30",
    }


def test_an_encoding_is_replaced_as_a_whole(api: Api, room: Room) -> None:
    put(api, room, {"recording": {"enabled": True, "encoding": ENCODING}})
    other = {**ENCODING, "audio": {**ENCODING["audio"], "codec": "AAC"}}
    assert put(api, room, {"recording": {"enabled": True, "encoding": other}})["recording"]["encoding"] == other
    assert put(api, room, {"recording": {"enabled": True, "encoding": "H264_720P_60"}})["recording"]["encoding"] == (
        "H264_720P_60"
    )


def test_encryption_ends_recording_and_its_end_does_not_bring_it_back(api: Api, room: Room) -> None:
    assert put(api, room, {"e2ee": {"enabled": True}})["recording"]["enabled"] is False
    assert put(api, room, {"recording": {"enabled": True}})["recording"]["enabled"] is False
    off = put(api, room, {"e2ee": {"enabled": False}})
    assert (off["e2ee"]["enabled"], off["recording"]["enabled"]) == (False, False)
    assert put(api, room, {"recording": {"enabled": True}})["recording"]["enabled"] is True


def test_tokens_outlive_a_change_of_the_configuration(api: Api, room: Room) -> None:
    token_holder = holder(room)
    put(api, room, {"chat": {"enabled": False}})
    assert token_holder.get(address(room)).json()["chat"] == {"enabled": False}


def test_during_a_meeting_nothing_changes(api: Api, room: Room) -> None:
    meeting = make_meeting(room)
    answer = api.put(address(room), {"config": {"chat": {"enabled": False}}})
    assert answer.status_code == 409
    assert answer.json() == {"error": "Room Error", "message": f"Room '{room.room_id}' has an active meeting"}
    assert api.get(address(room)).json() == DEFAULT
    meeting.ended_at = clock.now()
    meeting.save()
    put(api, room, {"chat": {"enabled": False}})


def test_fields_are_not_honoured(api: Api, room: Room) -> None:
    assert api.get(f"{address(room)}?fields=roomId&extraFields=roles").json() == DEFAULT
    assert api.put(f"{address(room)}?fields=chat", {"config": {}}).json() == DEFAULT


def test_an_unknown_room_is_404_for_either(api: Api) -> None:
    assert api.get("/api/v1/rooms/nowhere-1/config").status_code == 404
    answer = api.put("/api/v1/rooms/nowhere-1/config", {"config": {}})
    assert (answer.status_code, answer.json()["message"]) == (404, "Room 'nowhere-1' does not exist")


# -- Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "config", "Required"),
        ({"config": None}, "config", "Expected object, received null"),
        ({"config": "x"}, "config", "Expected object, received string"),
        ({"config": []}, "config", "Expected object, received array"),
        ({"config": {"recording": {}}}, "config.recording.enabled", "Required"),
        ({"config": {"recording": {"layout": "grid"}}}, "config.recording.enabled", "Required"),
        ({"config": {"recording": None}}, "config.recording", "Expected object, received null"),
        ({"config": {"chat": {}}}, "config.chat.enabled", "Required"),
        ({"config": {"chat": {"enabled": "no"}}}, "config.chat.enabled", "Expected boolean, received string"),
        ({"config": {"e2ee": {"enabled": 1}}}, "config.e2ee.enabled", "Expected boolean, received number"),
        ({"config": {"captions": 5}}, "config.captions", "Expected object, received number"),
        ({"config": {"virtualBackground": {"enabled": None}}}, "config.virtualBackground.enabled",
         "Expected boolean, received null"),
        ({"config": {"recording": {"enabled": True, "layout": "circle"}}}, "config.recording.layout",
         "Invalid enum value. Expected 'grid' | 'speaker' | 'single-speaker', received 'circle'"),
        ({"config": {"recording": {"enabled": True, "encoding": 5}}}, "config.recording.encoding",
         "Encoding must be either a preset string or an encoding configuration object"),
        ({"config": {"recording": {"enabled": True, "encoding": {"video": {}}}}}, "config.recording.encoding",
         "Both video and audio configuration must be provided when using encoding options"),
        ({"config": {"recording": {"enabled": True, "allowAccessTo": "everybody"}}}, "config.recording.allowAccessTo",
         "Invalid enum value. Expected 'admin' | 'admin_moderator' | 'admin_moderator_speaker', received 'everybody'"),
    ],
)  # fmt: skip
def test_each_field_is_checked(api: Api, room: Room, body: Any, field: str, message: str) -> None:
    assert problems(api, room, body) == [(field, message)]
    assert Room.objects.get().config == DEFAULT


def test_without_a_body_the_body_is_missing(api: Api, room: Room) -> None:
    answer = api.put(address(room))
    assert answer.json()["details"] == [{"field": "", "message": "Required"}]


def test_a_room_id_that_cannot_be_one_is_refused(api: Api) -> None:
    answer = api.put(f"/api/v1/rooms/{'x' * 101}/config", {"config": {}})
    assert answer.json()["details"] == [{"field": "roomId", "message": "roomId cannot exceed 100 characters"}]


# -- allowAccessTo, the older spelling of some permissions -----------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "moderator", "speaker"),
    [
        ("admin", ALL & ~RECORDINGS, SPEAKER_DEFAULT & ~RECORDINGS),
        ("admin_moderator", ALL, SPEAKER_DEFAULT & ~RECORDINGS),
        ("admin_moderator_speaker", ALL, SPEAKER_DEFAULT),
    ],
)
def test_allow_access_to_means_permissions_of_the_roles(
    api: Api, room: Room, max_: User, option: str, moderator: Permission, speaker: Permission
) -> None:
    Room.objects.update(moderator_permissions=int(ALL & ~Permission.recordingPlay))
    member = make_member(room, max_, role=MeetingRole.MODERATOR)
    assert put(api, room, {"recording": {"enabled": True, "allowAccessTo": option}}) == DEFAULT
    stored = Room.objects.get()
    assert (stored.moderator_permissions, stored.speaker_permissions) == (int(moderator), int(speaker))
    assert "allowAccessTo" not in stored.config["recording"]
    member.refresh_from_db()
    assert member.effective_permissions == int(moderator)


def test_allow_access_to_ends_tokens_only_where_it_changes_something(api: Api, room: Room) -> None:
    token_holder = holder(room)
    put(api, room, {"recording": {"enabled": True, "allowAccessTo": "admin_moderator_speaker"}})
    assert token_holder.get(address(room)).status_code == 200
    put(api, room, {"recording": {"enabled": True, "allowAccessTo": "admin"}})
    assert token_holder.get(address(room)).status_code == 401

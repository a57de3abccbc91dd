"""POST /api/v1/rooms: what is refused, in the contract's words, all at once."""

from typing import Any

import pytest

from meet import clock
from rooms.models import Room
from tests.conftest import Api

ROOMS = "/api/v1/rooms"
HOUR = 3_600_000
PRESETS = (
    "H264_720P_30, H264_720P_60, H264_1080P_30, H264_1080P_60, PORTRAIT_H264_720P_30, PORTRAIT_H264_720P_60, "
    "PORTRAIT_H264_1080P_30, PORTRAIT_H264_1080P_60"
)
ENCODING = "config.recording.encoding"
VIDEO = {
    "width": 1280, "height": 720, "framerate": 30, "codec": "VP8", "bitrate": 2500, "keyFrameInterval": 2, "depth": 24,
}  # fmt: skip
AUDIO = {"codec": "OPUS", "bitrate": 96, "frequency": 48000}

Details = list[dict[str, str]]


def refused(api: Api, body: Any) -> Details:
    answer = api.post(ROOMS, body)
    assert answer.status_code == 422, answer.content
    content = answer.json()
    assert (content["error"], content["message"]) == ("Unprocessable Entity", "Invalid request")
    assert set(content) == {"error", "message", "details"}
    assert not Room.objects.exists()
    details: Details = content["details"]
    return details


def issue(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message}


# -- Types -----------------------------------------------------------------------------------------------------------

WRONG_TYPES = [
    ({"roomName": 7}, "roomName", "Expected string, received number"),
    ({"roomName": None}, "roomName", "Expected string, received null"),
    ({"roomName": ["a"]}, "roomName", "Expected string, received array"),
    ({"roomName": {"a": 1}}, "roomName", "Expected string, received object"),
    ({"roomName": True}, "roomName", "Expected string, received boolean"),
    ({"autoDeletionDate": "soon"}, "autoDeletionDate", "Expected number, received string"),
    ({"autoDeletionDate": None}, "autoDeletionDate", "Expected number, received null"),
    ({"autoDeletionDate": True}, "autoDeletionDate", "Expected number, received boolean"),
    ({"autoDeletionPolicy": "force"}, "autoDeletionPolicy", "Expected object, received string"),
    ({"autoDeletionPolicy": None}, "autoDeletionPolicy", "Expected object, received null"),
    ({"config": []}, "config", "Expected object, received array"),
    ({"config": None}, "config", "Expected object, received null"),
    ({"config": {"chat": True}}, "config.chat", "Expected object, received boolean"),
    ({"config": {"chat": {}}}, "config.chat.enabled", "Required"),
    ({"config": {"chat": {"enabled": "yes"}}}, "config.chat.enabled", "Expected boolean, received string"),
    ({"config": {"chat": {"enabled": 1}}}, "config.chat.enabled", "Expected boolean, received number"),
    ({"config": {"captions": {"enabled": None}}}, "config.captions.enabled", "Expected boolean, received null"),
    ({"config": {"recording": {"layout": "grid"}}}, "config.recording.enabled", "Required"),
    (
        {"config": {"recording": {"enabled": True, "layout": "mosaic"}}},
        "config.recording.layout",
        "Invalid enum value. Expected 'grid' | 'speaker' | 'single-speaker', received 'mosaic'",
    ),
    (
        {"config": {"recording": {"enabled": True, "layout": 3}}},
        "config.recording.layout",
        "Expected 'grid' | 'speaker' | 'single-speaker', received number",
    ),
    ({"access": {"user": {}}}, "access.user.enabled", "Required"),
    ({"access": {"user": {"enabled": "true"}}}, "access.user.enabled", "Expected boolean, received string"),
    (
        {"access": {"anonymous": {"speaker": {"enabled": None}}}},
        "access.anonymous.speaker.enabled",
        "Expected boolean, received null",
    ),
    ({"access": {"anonymous": "all"}}, "access.anonymous", "Expected object, received string"),
    ({"roles": {"speaker": {}}}, "roles.speaker.permissions", "Required"),
    ({"roles": {"speaker": {"permissions": []}}}, "roles.speaker.permissions", "Expected object, received array"),
    ({"roles": {"moderator": 1}}, "roles.moderator", "Expected object, received number"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field", "message"), WRONG_TYPES)
def test_a_wrong_type_is_named_with_what_was_expected(api: Api, body: Any, field: str, message: str) -> None:
    assert refused(api, body) == [issue(field, message)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "Expected object, received array"),
        ("null", "Expected object, received null"),
        ('"room"', "Expected object, received string"),
        ("5", "Expected object, received number"),
        ("true", "Expected object, received boolean"),
    ],
)
def test_a_body_must_be_an_object(api: Api, body: Any, message: str) -> None:
    assert refused(api, body) == [issue("", message)]


def test_a_missing_body_is_not_an_empty_one(api: Api) -> None:
    answer = api.client.generic("POST", ROOMS)
    assert answer.status_code == 422
    assert answer.json()["details"] == [issue("", "Required")]


def test_everything_wrong_is_told_at_once(api: Api) -> None:
    body = {
        "roomName": 1,
        "autoDeletionPolicy": {"withMeeting": "fail"},
        "config": {"chat": {}, "e2ee": {"enabled": 0}},
        "access": {"user": {"enabled": "no"}},
    }
    fields = {entry["field"] for entry in refused(api, body)}
    assert fields == {
        "roomName", "autoDeletionPolicy.withMeeting", "autoDeletionPolicy.withRecordings", "config.chat.enabled",
        "config.e2ee.enabled", "access.user.enabled",
    }  # fmt: skip


# -- Name and expiry -------------------------------------------------------------------------------------------------


def test_a_name_of_fifty_characters_is_long_enough(api: Api) -> None:
    assert api.post(ROOMS, {"roomName": "n" * 50}).status_code == 201


@pytest.mark.parametrize("name", ["n" * 51, " " * 48 + "abc", "🎉" * 51])
def test_a_longer_name_is_refused_even_if_blanks_make_it_long(api: Api, name: str) -> None:
    assert refused(api, {"roomName": name}) == [issue("roomName", "roomName cannot exceed 50 characters")]


def test_a_name_with_a_null_character_is_refused(api: Api) -> None:
    assert [entry["field"] for entry in refused(api, {"roomName": "a\0b"})] == ["roomName"]


def test_an_expiry_in_the_past_breaks_both_of_its_rules_if_negative(api: Api) -> None:
    assert refused(api, {"autoDeletionDate": -5}) == [
        issue("autoDeletionDate", "autoDeletionDate must be a positive integer"),
        issue("autoDeletionDate", "autoDeletionDate must be at least 1h in the future"),
    ]


def test_an_expiry_must_be_an_hour_ahead(api: Api) -> None:
    date = clock.to_ms(clock.now()) + HOUR - 5000
    message = "autoDeletionDate must be at least 1h in the future"
    assert refused(api, {"autoDeletionDate": date}) == [issue("autoDeletionDate", message)]
    assert api.post(ROOMS, {"autoDeletionDate": date + 10_000}).status_code == 201


@pytest.mark.parametrize("date", [1e300, 10**30, 253402300800000])
def test_an_expiry_beyond_all_calendars_is_refused(api: Api, date: float) -> None:
    assert [entry["field"] for entry in refused(api, {"autoDeletionDate": date})] == ["autoDeletionDate"]


@pytest.mark.parametrize("key", ["withMeeting", "withRecordings"])
def test_an_expiry_may_not_fail(api: Api, key: str) -> None:
    policy = {"withMeeting": "force", "withRecordings": "force", key: "fail"}
    message = f"FAIL policy is not allowed for {key} auto-deletion policy"
    assert refused(api, {"autoDeletionPolicy": policy}) == [issue(f"autoDeletionPolicy.{key}", message)]


def test_an_expiry_policy_names_both_of_its_halves(api: Api) -> None:
    body = {"autoDeletionPolicy": {"withMeeting": "later"}}
    message = "Invalid enum value. Expected 'force' | 'when_meeting_ends' | 'fail', received 'later'"
    assert refused(api, body) == [
        issue("autoDeletionPolicy.withMeeting", message),
        issue("autoDeletionPolicy.withRecordings", "Required"),
    ]


# -- Encoding --------------------------------------------------------------------------------------------------------

NEITHER = "Encoding must be either a preset string or an encoding configuration object"
ONE_HALF = "Both video and audio configuration must be provided when using encoding options"
CODECS = "'DEFAULT_VC' | 'H264_BASELINE' | 'H264_MAIN' | 'H264_HIGH' | 'VP8'"
ENCODINGS: list[tuple[Any, list[tuple[str, str]]]] = [
    ("H264_4K_60", [("", f"Invalid encoding preset. Must be one of: {PRESETS}")]),
    ("", [("", f"Invalid encoding preset. Must be one of: {PRESETS}")]),
    (720, [("", NEITHER)]),
    (True, [("", NEITHER)]),
    (None, [("", NEITHER)]),
    ([], [("", NEITHER)]),
    ({}, [("", ONE_HALF)]),
    ({"video": VIDEO}, [("", ONE_HALF)]),
    ({"audio": AUDIO}, [("", ONE_HALF)]),
    ({"video": "hd", "audio": AUDIO}, [(".video", "Video encoding must be a valid object")]),
    ({"video": VIDEO, "audio": 5}, [(".audio", "Audio encoding must be a valid object")]),
    (
        {"video": VIDEO, "audio": {"codec": "OPUS"}},
        [
            (".audio", "When audio encoding is provided, required fields are missing: bitrate, frequency"),
            (".audio.bitrate", "Required"),
            (".audio.frequency", "Required"),
        ],
    ),
    ({"video": {**VIDEO, "width": 0}, "audio": AUDIO}, [(".video.width", "Video width must be a positive number")]),
    ({"video": {**VIDEO, "depth": -1}, "audio": AUDIO}, [(".video.depth", "Video depth must be a positive number")]),
    (
        {"video": {**VIDEO, "keyFrameInterval": 0}, "audio": AUDIO},
        [(".video.keyFrameInterval", "Video keyFrameInterval must be a positive number")],
    ),
    (
        {"video": VIDEO, "audio": {**AUDIO, "frequency": 0}},
        [(".audio.frequency", "Audio frequency must be a positive number")],
    ),
    ({"video": {**VIDEO, "width": "wide"}, "audio": AUDIO}, [(".video.width", "Expected number, received string")]),
    (
        {"video": {**VIDEO, "codec": "H265"}, "audio": AUDIO},
        [
            (
                ".video.codec",
                f"Invalid enum value. Expected {CODECS}, received 'H265'",
            )
        ],
    ),
    (
        {"video": VIDEO, "audio": {**AUDIO, "codec": "MP3"}},
        [(".audio.codec", "Invalid enum value. Expected 'DEFAULT_AC' | 'OPUS' | 'AAC' | 'AC_MP3', received 'MP3'")],
    ),
]


@pytest.mark.parametrize(("encoding", "issues"), ENCODINGS)
def test_what_is_wrong_with_an_encoding_is_told_in_the_contracts_words(
    api: Api, encoding: Any, issues: list[tuple[str, str]]
) -> None:
    details = refused(api, {"config": {"recording": {"enabled": True, "encoding": encoding}}})
    expected = [issue(ENCODING + path, message) for path, message in issues]
    assert sorted(details, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("preset", PRESETS.split(", "))
def test_each_preset_is_accepted(api: Api, preset: str) -> None:
    answer = api.post(ROOMS + "?extraFields=config", {"config": {"recording": {"enabled": True, "encoding": preset}}})
    assert answer.json()["config"]["recording"]["encoding"] == preset

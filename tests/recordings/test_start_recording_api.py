"""POST /api/v1/recordings (rest-api.md 1.8, 5.1)."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from livekit.protocol.room import ListParticipantsResponse

from accounts.models import ApiKey, Scope, User
from meet import clock
from recordings import lifecycle, storage
from recordings.models import RecorderHost, Recording, RecordingStatus
from rooms.models import Room
from rooms.permissions import ALL, MODERATOR_DEFAULT, SPEAKER_DEFAULT, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_recording, make_room
from tests.livekit.wire import Twirp
from tests.recordings.doors import (
    FORBIDDEN,
    RECORDINGS,
    UNAUTHORIZED,
    holder,
    make_recorder,
    recorder,
    somebody_is_there,
)

__all__ = ["recorder"]

OWN_ENCODING = {
    "video": {
        "width": 640, "height": 360, "framerate": 24, "codec": "H264_MAIN", "bitrate": 800, "keyFrameInterval": 2,
        "depth": 24,
    },
    "audio": {"codec": "OPUS", "bitrate": 64, "frequency": 48000},
}  # fmt: skip


def refusal(answer: Any) -> tuple[int, dict[str, str]]:
    return answer.status_code, answer.json()


def error(message: str) -> dict[str, str]:
    return {"error": "Recording Error", "message": message}


@pytest.mark.usefixtures("recorder")
def test_the_answer_is_the_recording_at_work(api: Api, room: Room) -> None:
    answer = api.post(RECORDINGS, {"roomId": room.room_id})
    recording = Recording.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{RECORDINGS}/{recording.recording_id}"
    body = answer.json()
    assert body.pop("startDate") == clock.to_ms(recording.started_at or clock.now())
    assert body == {
        "recordingId": f"{room.room_id}--{recording.egress_id}--{recording.uid}",
        "roomId": room.room_id,
        "roomName": "Weekly stand-up",
        "status": "active",
        "layout": "grid",
        "encoding": "H264_720P_30",
        "filename": f"{room.room_id}--{recording.uid}.mp4",
        "details": "",
    }


@pytest.mark.usefixtures("recorder")
def test_a_token_that_may_record_is_enough_and_the_log_says_who_it_was(api: Api, room: Room) -> None:
    assert holder(room, MODERATOR_DEFAULT).post(RECORDINGS, {"roomId": room.room_id}).status_code == 201
    Recording.objects.update(released_at=clock.now())
    assert api.post(RECORDINGS, {"roomId": room.room_id}).status_code == 201
    assert Recording.objects.latest("pk").started_by == f"API key «{ApiKey.objects.get().name}»"


@pytest.mark.usefixtures("recorder")
def test_what_is_asked_for_wins_over_the_configuration_of_the_room(api: Api, room: Room) -> None:
    room.config["recording"].update(layout="speaker", encoding="H264_1080P_30")
    room.save()
    wishes: list[tuple[dict[str, Any], tuple[str, Any]]] = [
        ({}, ("speaker", "H264_1080P_30")),
        ({"layout": "single-speaker"}, ("single-speaker", "H264_1080P_30")),
        ({"encoding": "PORTRAIT_H264_720P_30"}, ("speaker", "PORTRAIT_H264_720P_30")),
    ]
    for config, (layout, encoding) in wishes:
        body = api.post(RECORDINGS, {"roomId": room.room_id, "config": config}).json()
        assert (body["layout"], body["encoding"]) == (layout, encoding)
        Recording.objects.update(released_at=clock.now())
    made = api.post(RECORDINGS, {"roomId": room.room_id, "config": {"encoding": OWN_ENCODING}}).json()["encoding"]
    assert (made["video"]["width"], made["video"]["height"], made["audio"]["codec"]) == (640, 360, "OPUS")


@pytest.mark.usefixtures("recorder")
def test_fields_narrow_the_answer_and_leave_the_address_whole(api: Api, room: Room) -> None:
    answer = api.post(f"{RECORDINGS}?fields=status", {"roomId": room.room_id})
    assert answer.json() == {"status": "active"}
    assert answer["Location"].endswith(str(Recording.objects.get().recording_id))


@pytest.mark.usefixtures("recorder")
def test_the_id_of_the_room_is_cleaned(api: Api, room: Room) -> None:
    assert api.post(RECORDINGS, {"roomId": f" {room.room_id}!?"}).status_code == 201


@pytest.mark.usefixtures("recorder")
def test_a_repeated_request_starts_nothing_again(api: Api, room: Room) -> None:
    headers = {"Idempotency-Key": "once"}
    first = api.post(RECORDINGS, {"roomId": room.room_id}, headers=headers)
    second = api.post(RECORDINGS, {"roomId": room.room_id}, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second["Idempotency-Replayed"] == "true"
    assert Recording.objects.count() == 1


# -- What is wrong with the request ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "roomId", "Required"),
        ({"roomId": 5}, "roomId", "Expected string, received number"),
        ({"roomId": "!!"}, "roomId", "roomId cannot be empty after sanitization"),
        ({"roomId": "x" * 101}, "roomId", "roomId cannot exceed 100 characters"),
        ({"roomId": "x", "config": 5}, "config", "Expected object, received number"),
        (
            {"roomId": "x", "config": {"layout": "host"}},
            "config.layout",
            "Invalid enum value. Expected 'grid' | 'speaker' | 'single-speaker', received 'host'",
        ),
        (
            {"roomId": "x", "config": {"encoding": {"video": OWN_ENCODING["video"]}}},
            "config.encoding",
            "Both video and audio configuration must be provided when using encoding options",
        ),
        (
            {"roomId": "x", "config": {"encoding": 5}},
            "config.encoding",
            "Encoding must be either a preset string or an encoding configuration object",
        ),
    ],
)
def test_a_wrong_body_is_told(api: Api, body: Any, field: str, message: str) -> None:
    answer = api.post(RECORDINGS, body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


# -- Who, and in which order -----------------------------------------------------------------------------------------


def test_users_record_in_the_meeting_only(as_user: AsUser, anonymous: Api, room: Room, olga: User) -> None:
    for client in (as_user(olga), anonymous):
        assert refusal(client.post(RECORDINGS, {"roomId": room.room_id})) == (401, UNAUTHORIZED)


def test_a_key_needs_the_scope(admin: User, room: Room) -> None:
    for scope in (Scope.RECORDINGS_READ, Scope.ROOMS_WRITE):
        text = ApiKey.issue(name="A program", scopes=[scope], by=admin, now=clock.now())[1]
        answer = Api({"X-API-KEY": text}).post(RECORDINGS, {"roomId": room.room_id})
        assert refusal(answer) == (403, FORBIDDEN)


def test_the_checks_come_in_the_order_of_the_contract(room: Room, olga: User, twirp: Twirp) -> None:
    """Body, room, recording switched off, permission, another recording, participants, recorder."""
    people = twirp.answers("RoomService/ListParticipants", ListParticipantsResponse())
    speaker, moderator = holder(room, SPEAKER_DEFAULT), holder(room, MODERATOR_DEFAULT)
    assert speaker.post(RECORDINGS, {"roomId": 5}).status_code == 422
    assert speaker.post(RECORDINGS, {"roomId": "nowhere-1"}).status_code == 404
    elsewhere = holder(make_room(olga, "Another room"), ALL)
    assert refusal(elsewhere.post(RECORDINGS, {"roomId": room.room_id})) == (403, FORBIDDEN)

    room.config["recording"]["enabled"] = False
    room.save()
    disabled = error(f"Recording is disabled for room '{room.room_id}'")
    for client in (speaker, moderator):
        assert refusal(client.post(RECORDINGS, {"roomId": room.room_id})) == (403, disabled)
    room.config["recording"]["enabled"] = True
    room.save()
    assert refusal(speaker.post(RECORDINGS, {"roomId": room.room_id})) == (403, FORBIDDEN)

    running = make_recording(room, status=RecordingStatus.ACTIVE)
    taken = error(f"Room '{room.room_id}' is already being recorded")
    assert refusal(moderator.post(RECORDINGS, {"roomId": room.room_id})) == (409, taken)
    assert not people.called
    Recording.objects.filter(pk=running.pk).update(released_at=clock.now())
    nobody = error(f"Room '{room.room_id}' has no participants")
    assert refusal(moderator.post(RECORDINGS, {"roomId": room.room_id})) == (409, nobody)
    assert Recording.with_deleted.count() == 1


def test_an_encrypted_room_is_not_recorded(api: Api) -> None:
    room_id = api.post("/api/v1/rooms", {"config": {"e2ee": {"enabled": True}}}).json()["roomId"]
    answer = api.post(RECORDINGS, {"roomId": room_id})
    assert refusal(answer) == (403, error(f"Recording is disabled for room '{room_id}'"))


# -- Nobody to record it ---------------------------------------------------------------------------------------------


@pytest.fixture
def meeting(twirp: Twirp, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody_is_there(twirp)
    monkeypatch.setattr(storage, "probe", lambda: None)


@pytest.mark.usefixtures("meeting")
def test_without_a_recorder_the_room_stays_free(api: Api, room: Room) -> None:
    answer = api.post(RECORDINGS, {"roomId": room.room_id})
    assert refusal(answer) == (503, error(f"No recorder is free for room '{room.room_id}'"))
    assert not Recording.with_deleted.exists()
    make_recorder(slots=1)
    RecorderHost.objects.update(seen_at=clock.now() - timedelta(minutes=5))
    assert api.post(RECORDINGS, {"roomId": room.room_id}).status_code == 503


@pytest.mark.usefixtures("meeting")
def test_a_recorder_that_does_not_come_in_time_leaves_the_room_free(api: Api, room: Room) -> None:
    make_recorder()
    with mock.patch.object(lifecycle, "START_WITHIN", timedelta(seconds=0.3)):
        answer = api.post(RECORDINGS, {"roomId": room.room_id})
    assert refusal(answer) == (503, error(f"Recording in room '{room.room_id}' timed out while starting"))
    recording = Recording.objects.get()
    assert recording.status in (RecordingStatus.FAILED, RecordingStatus.ABORTED)
    assert recording.released_at


def test_livekit_that_is_gone_is_told_and_leaves_nothing_behind(api: Api, room: Room, twirp: Twirp) -> None:
    twirp.is_down()
    answer = api.post(RECORDINGS, {"roomId": room.room_id})
    assert refusal(answer) == (503, {"error": "LiveKit Error", "message": "LiveKit is not available"})
    assert not Recording.with_deleted.exists()


def test_only_control_of_recordings_counts(room: Room) -> None:
    client = holder(room, ALL & ~Permission.recordingControl)
    assert refusal(client.post(RECORDINGS, {"roomId": room.room_id})) == (403, FORBIDDEN)

"""POST /api/v1/recordings/{recordingId}/stop (rest-api.md 1.8, 5.2)."""

from typing import Any

import pytest

from accounts.models import User
from meet import clock
from recordings.models import Recording, RecordingEvent, RecordingStatus
from rooms.models import Room
from rooms.permissions import MODERATOR_DEFAULT
from tests.conftest import Api, AsUser
from tests.factories import make_recording, make_room
from tests.recordings.doors import FORBIDDEN, UNAUTHORIZED, holder, path_of


def stop(client: Api, recording: Recording, query: str = "") -> Any:
    return client.post(f"{path_of(recording, 'stop')}{query}")


def error(recording: Recording, what: str) -> dict[str, str]:
    return {"error": "Recording Error", "message": f"Recording '{recording.recording_id}' {what}"}


def test_a_running_one_is_ending_from_then_on(api: Api, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    answer = stop(api, recording)
    assert answer.status_code == 202
    assert answer["Location"] == f"http://testserver{path_of(recording)}"
    body = answer.json()
    assert (body["recordingId"], body["status"]) == (recording.recording_id, "ending")
    assert not {"duration", "size"} & set(body)
    recording.refresh_from_db()
    assert (recording.status, recording.stop_requested_at is not None) == ("ending", True)
    assert recording.events.filter(kind=RecordingEvent.Kind.STOP_REQUESTED, by__startswith="API key").exists()


def test_fields_narrow_the_answer(api: Api, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    assert stop(api, recording, "?fields=status").json() == {"status": "ending"}


def test_whoever_may_control_recordings_in_the_meeting_stops_what_others_have_started(room: Room) -> None:
    assert stop(holder(room, MODERATOR_DEFAULT), make_recording(room, status=RecordingStatus.ACTIVE)).status_code == 202


def test_one_that_is_starting_is_stopped_and_the_caller_told_that_it_cannot_be(api: Api, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.STARTING)
    answer = stop(api, recording)
    assert (answer.status_code, answer.json()) == (409, error(recording, "cannot be stopped while starting"))
    recording.refresh_from_db()
    assert recording.stop_requested_at
    assert recording.released_at


@pytest.mark.parametrize("status", [status for status in RecordingStatus if status.is_final])
def test_one_that_is_over_is_stopped_already(api: Api, room: Room, status: RecordingStatus) -> None:
    recording = make_recording(room, status=status)
    answer = stop(api, recording)
    assert (answer.status_code, answer.json()) == (409, error(recording, "is already stopped"))


def test_a_second_stop_is_told_so(api: Api, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    stop(api, recording)
    answer = stop(api, recording)
    assert (answer.status_code, answer.json()) == (409, error(recording, "is already stopped"))


def test_what_is_not_there_is_not_found_whoever_asks(api: Api, room: Room, olga: User) -> None:
    deleted = make_recording(room, status=RecordingStatus.ACTIVE, deleted_at=clock.now(), released_at=clock.now())
    elsewhere = holder(make_room(olga, "Another room"), MODERATOR_DEFAULT)
    for client in (api, elsewhere):
        answer = stop(client, deleted)
        assert (answer.status_code, answer.json()) == (404, error(deleted, "not found"))


def test_others_may_not(as_user: AsUser, anonymous: Api, room: Room, olga: User) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    for client in (as_user(olga), anonymous):
        answer = stop(client, recording)
        assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    for client in (holder(room), holder(make_room(olga, "Another room"), MODERATOR_DEFAULT)):
        answer = stop(client, recording)
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    recording.refresh_from_db()
    assert recording.status == RecordingStatus.ACTIVE


@pytest.mark.parametrize("text", ["x", "a--b--c", "a--EG_--c", "a--EG_b", "a--EG_b--", "--EG_b--c", "a--EG_b--c--d"])
def test_an_id_of_another_form_is_refused(api: Api, text: str) -> None:
    answer = api.post(f"/api/v1/recordings/{text}/stop")
    message = "recordingId does not follow the expected format"
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "params.recordingId", "message": message}]

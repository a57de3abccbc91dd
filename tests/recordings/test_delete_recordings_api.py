"""DELETE /api/v1/recordings/{recordingId} and DELETE /api/v1/recordings (rest-api.md 1.8, 5.6)."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiKey, User
from meet import clock
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from rooms.permissions import ALL, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_member, make_recording, make_room
from tests.recordings.doors import FORBIDDEN, RECORDINGS, UNAUTHORIZED, holder, path_of

MALFORMED = "recordingId does not follow the expected format"
IN_PROGRESS = [status for status in RecordingStatus if not status.is_final]
FINAL = [status for status in RecordingStatus if status.is_final]


def delete(client: Api, *recordings: Recording | str, query: str = "") -> tuple[int, dict[str, Any]]:
    ids = ",".join(one if isinstance(one, str) else str(one.recording_id) for one in recordings)
    answer = client.delete(f"{RECORDINGS}?recordingIds={ids}{query}")
    content: dict[str, Any] = answer.json()
    return answer.status_code, content


def not_stopped(recording: Recording) -> str:
    return f"Recording '{recording.recording_id}' is not stopped yet"


# -- One -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", FINAL)
def test_what_has_ended_is_deleted_and_gone(api: Api, room: Room, status: RecordingStatus) -> None:
    recording = make_recording(room, status=status)
    answer = api.delete(path_of(recording))
    assert answer.status_code == 200
    assert answer.json() == {"message": f"Recording '{recording.recording_id}' deleted successfully"}
    for action in ("", "media", "download", "url"):
        assert api.get(path_of(recording, action)).status_code == 404
    assert api.get(RECORDINGS).json()["recordings"] == []
    assert api.delete(path_of(recording)).status_code == 404


def test_the_row_stays_with_when_and_by_whom(api: Api, as_user: AsUser, room: Room, olga: User) -> None:
    by_key, by_owner = make_recording(room), make_recording(room)
    api.delete(path_of(by_key))
    as_user(olga).delete(path_of(by_owner))
    rows = Recording.with_deleted.in_bulk([by_key.pk, by_owner.pk])
    assert all(row.deleted_at for row in rows.values())
    assert rows[by_key.pk].deleted_by == f"API key «{ApiKey.objects.get().name}»"
    assert rows[by_owner.pk].deleted_by == "Olga"


@pytest.mark.parametrize("status", IN_PROGRESS)
def test_what_is_going_on_is_not(api: Api, room: Room, status: RecordingStatus) -> None:
    recording = make_recording(room, status=status)
    for query in ("", "?dryRun=true"):
        answer = api.delete(f"{path_of(recording)}{query}")
        assert answer.status_code == 409
        assert answer.json() == {"error": "Recording Error", "message": not_stopped(recording)}
    assert Recording.objects.exists()


def test_a_rehearsal_deletes_nothing(api: Api, room: Room) -> None:
    recording = make_recording(room)
    answer = api.delete(f"{path_of(recording)}?dryRun=true")
    message = f"Recording '{recording.recording_id}' deleted successfully"
    assert (answer.status_code, answer.json()) == (200, {"message": message, "dryRun": True})
    assert api.get(path_of(recording)).status_code == 200


def test_only_the_right_to_delete_counts(as_user: AsUser, room: Room, max_: User) -> None:
    recording = make_recording(room)
    make_member(room, max_, permissions=ALL & ~Permission.recordingDelete)
    for client in (as_user(max_), holder(room, ALL & ~Permission.recordingDelete)):
        answer = client.delete(path_of(recording))
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert holder(room, Permission.recordingDelete).delete(path_of(recording)).status_code == 200


def test_an_id_of_another_form_is_refused_after_the_credential(api: Api, anonymous: Api) -> None:
    answer = anonymous.delete(f"{RECORDINGS}/x")
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    answer = api.delete(f"{RECORDINGS}/x")
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "recordingId", "message": MALFORMED}]


def test_a_repeated_request_gets_the_first_answer(api: Api, room: Room) -> None:
    recording = make_recording(room)
    answers = [api.delete(path_of(recording), headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1]["Idempotency-Replayed"] == "true"


# -- Several ---------------------------------------------------------------------------------------------------------


def test_all_of_them(api: Api, room: Room) -> None:
    first, second = make_recording(room), make_recording(room)
    assert delete(api, first, second, first) == (
        200,
        {
            "message": "All recordings deleted successfully",
            "deleted": [first.recording_id, second.recording_id],
            "failed": [],
        },
    )
    assert not Recording.objects.exists()


def test_each_by_itself(as_user: AsUser, room: Room, stella: User, olga: User) -> None:
    mine = make_recording(room)
    running = make_recording(room, status=RecordingStatus.ACTIVE)
    foreign = make_recording(make_room(stella, "Foreign"))
    gone = make_recording(room, deleted_at=clock.now())
    nothing = f"{room.room_id}--EG_nothing--1"
    status, content = delete(as_user(olga), running, mine, foreign, nothing, gone)
    assert status == 400
    assert content == {
        "message": "4 recording(s) could not be deleted",
        "deleted": [mine.recording_id],
        "failed": [
            {"recordingId": running.recording_id, "error": not_stopped(running)},
            {"recordingId": foreign.recording_id, "error": FORBIDDEN["message"]},
            {"recordingId": nothing, "error": f"Recording '{nothing}' not found"},
            {"recordingId": gone.recording_id, "error": f"Recording '{gone.recording_id}' not found"},
        ],
    }
    assert set(Recording.objects.all()) == {running, foreign}


def test_a_rehearsal_of_several_tells_the_same_and_deletes_nothing(api: Api, room: Room) -> None:
    done, running = make_recording(room), make_recording(room, status=RecordingStatus.ACTIVE)
    status, content = delete(api, done, running, query="&dryRun=true")
    assert (status, content["dryRun"]) == (400, True)
    assert content["deleted"] == [done.recording_id]
    assert Recording.objects.count() == 2
    assert delete(api, done, running) == (400, {key: value for key, value in content.items() if key != "dryRun"})


def test_a_token_deletes_in_its_room_only(room: Room, olga: User) -> None:
    mine, other = make_recording(room), make_recording(make_room(olga, "Other"))
    status, content = delete(holder(room, ALL), mine, other)
    assert (status, content["deleted"]) == (400, [mine.recording_id])
    assert content["failed"] == [{"recordingId": other.recording_id, "error": FORBIDDEN["message"]}]


@pytest.mark.parametrize("query", ["", "?recordingIds=", "?recordingIds=%20,,"])
def test_none_is_too_few(api: Api, query: str) -> None:
    answer = api.delete(f"{RECORDINGS}{query}")
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "recordingIds", "message": "At least one recordingId is required"}]


def test_one_of_another_form_refuses_all(api: Api, room: Room) -> None:
    recording = make_recording(room)
    answer = api.delete(f"{RECORDINGS}?recordingIds=x,{recording.recording_id},a--b--c")
    assert answer.status_code == 422
    assert answer.json()["details"] == [
        {"field": "recordingIds.0", "message": MALFORMED},
        {"field": "recordingIds.2", "message": MALFORMED},
    ]
    assert Recording.objects.exists()


def test_queries_do_not_grow_with_the_number(
    api: Api, room: Room, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(RECORDINGS)  # notes that the key was used, once a minute
    for count in (2, 40):
        recordings = [make_recording(make_room(olga)) for _ in range(count)]
        with django_assert_num_queries(6):
            assert delete(api, *recordings)[0] == 200


def test_a_room_whose_recordings_are_deleted_has_none(api: Api, room: Room) -> None:
    recording = make_recording(room)
    assert api.delete(f"/api/v1/rooms/{room.room_id}").status_code == 409
    delete(api, recording)
    assert api.delete(f"/api/v1/rooms/{room.room_id}").json()["successCode"] == "room_deleted"

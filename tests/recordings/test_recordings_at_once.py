"""Programs that do things to the recordings of a room at the same moment, in threads, on both databases."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from accounts.models import ApiKey, Role, User
from meet import clock
from recordings import starting, storage
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.at_once import AtOnce, at_once, database_of_threads
from tests.conftest import Api
from tests.factories import make_recording, make_room, make_user
from tests.livekit.wire import Twirp
from tests.recordings.doors import RECORDINGS, at_work_at_once, make_recorder, path_of, somebody_is_there

__all__ = ["at_once", "database_of_threads"]

MANY = 20


@pytest.fixture
def key(database_of_threads: None) -> str:
    return str(ApiKey.replace_default(by=make_user("admin", role=Role.ADMIN), now=clock.now()).text)


@pytest.fixture
def room(database_of_threads: None) -> Room:
    return make_room(make_user("olga_", role=Role.ROOM_MANAGER))


@pytest.fixture
def meeting(room: Room, twirp: Twirp) -> Iterator[None]:
    somebody_is_there(twirp)
    make_recorder()
    with at_work_at_once():
        yield


def program(key: str) -> Api:
    """One for each thread: its client is not made for two."""
    return Api({"X-API-KEY": key})


def start(key: str, room: Room) -> Any:
    return program(key).post(RECORDINGS, {"roomId": room.room_id})


def delete(key: str, recording: Recording) -> Any:
    return program(key).delete(path_of(recording))


def _next(jobs: Iterator[Any]) -> Any:
    """Each thread does another one."""
    return next(jobs)()


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


@pytest.mark.usefixtures("meeting")
def test_of_twenty_starts_one_records(at_once: AtOnce, key: str, room: Room) -> None:
    answers = at_once(partial(start, key, room), MANY)
    assert statuses(answers) == {201: 1, 409: MANY - 1}
    taken = {"error": "Recording Error", "message": f"Room '{room.room_id}' is already being recorded"}
    assert all(answer.json() == taken for answer in answers if answer.status_code == 409)
    assert Recording.with_deleted.count() == 1


@pytest.mark.usefixtures("meeting")
def test_starts_in_rooms_of_their_own_do_not_get_in_each_others_way(at_once: AtOnce, key: str, room: Room) -> None:
    rooms = [make_room(User.objects.get(user_id="olga_"), f"Room {number}") for number in range(8)]
    waiting = iter(list(rooms))
    answers = at_once(lambda: start(key, next(waiting)), len(rooms))
    assert statuses(answers) == {201: len(rooms)}


def test_of_twenty_deletions_one_deletes(at_once: AtOnce, key: str, room: Room) -> None:
    recording = make_recording(room)
    answers = at_once(partial(delete, key, recording), MANY)
    assert statuses(answers) == {200: 1, 404: MANY - 1}


def test_of_twenty_bulk_deletions_each_recording_is_deleted_once(at_once: AtOnce, key: str, room: Room) -> None:
    ids = [str(make_recording(room).recording_id) for _ in range(5)]
    orders = iter([",".join(ids if number % 2 else reversed(ids)) for number in range(MANY)])
    answers = at_once(lambda: program(key).delete(f"{RECORDINGS}?recordingIds={next(orders)}"), MANY)
    assert Counter(one for answer in answers for one in answer.json()["deleted"]) == dict.fromkeys(ids, 1)
    assert {answer.status_code for answer in answers} <= {200, 400}


def test_of_twenty_stops_one_stops(at_once: AtOnce, key: str, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    answers = at_once(lambda: program(key).post(path_of(recording, "stop")), MANY)
    assert statuses(answers) == {202: 1, 409: MANY - 1}
    recording.refresh_from_db()
    assert recording.status == RecordingStatus.ENDING


def test_what_is_being_stopped_is_not_deleted_and_stays_whole(at_once: AtOnce, key: str, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    jobs = iter([partial(delete, key, recording), lambda: program(key).post(path_of(recording, "stop"))] * 10)
    answers = at_once(partial(_next, jobs), MANY)
    assert statuses(answers) == {202: 1, 409: MANY - 1}
    recording.refresh_from_db()
    assert (recording.deleted_at, recording.status) == (None, RecordingStatus.ENDING)


def test_a_room_deleted_while_its_recording_starts_keeps_no_recorder_at_work(
    at_once: AtOnce, key: str, room: Room, twirp: Twirp, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody_is_there(twirp)
    make_recorder()
    monkeypatch.setattr(storage, "probe", lambda: None)
    monkeypatch.setattr(starting, "wait", lambda recording: recording)
    force = f"/api/v1/rooms/{room.room_id}?withRecordings=force"
    jobs = iter([lambda: program(key).delete(force), partial(start, key, room)] * 4)
    answers = at_once(partial(_next, jobs), 8)
    assert all(answer.status_code < 500 for answer in answers), [answer.content for answer in answers]
    assert not Room.objects.filter(pk=room.pk).exists()
    assert not Recording.objects.exists()

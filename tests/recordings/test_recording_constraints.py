"""Recordings: what must hold in the database before any code records."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from accounts.models import User
from meet import clock
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.factories import make_recording, make_room

NOW = clock.now()
LIVE = [RecordingStatus.STARTING, RecordingStatus.ACTIVE, RecordingStatus.ENDING]
FINAL = [status for status in RecordingStatus if status not in LIVE]


@pytest.mark.parametrize("status", LIVE)
def test_a_room_is_recorded_once_at_a_time(room: Room, status: RecordingStatus) -> None:
    make_recording(room, status=RecordingStatus.STARTING)
    with pytest.raises(IntegrityError):
        make_recording(room, status=status)


def test_the_next_recording_may_start_when_the_recorder_has_stopped_though_the_file_is_on_its_way(room: Room) -> None:
    make_recording(room, status=RecordingStatus.ENDING, released_at=NOW)
    make_recording(room, status=RecordingStatus.STARTING)


def test_two_rooms_are_recorded_at_once(room: Room, olga: User) -> None:
    make_recording(room, status=RecordingStatus.ACTIVE)
    make_recording(make_room(olga, "Other"), status=RecordingStatus.ACTIVE)


@pytest.mark.parametrize("status", LIVE)
def test_what_is_not_finished_has_a_deadline(room: Room, status: RecordingStatus) -> None:
    with pytest.raises(IntegrityError):
        make_recording(room, status=status, deadline_at=None)


@pytest.mark.parametrize("status", FINAL)
def test_what_is_finished_needs_none(room: Room, status: RecordingStatus) -> None:
    assert make_recording(room, status=status).deadline_at is None


@pytest.mark.parametrize("column", ["egress_id", "recording_id"])
def test_an_id_is_given_once(room: Room, column: str) -> None:
    ids: dict[str, Any] = {column: "EG_same"}
    make_recording(room, **ids)
    with pytest.raises(IntegrityError):
        make_recording(room, **ids)


def test_recordings_that_have_no_id_yet_do_not_get_in_each_others_way(room: Room) -> None:
    for _ in range(2):
        make_recording(room, status=RecordingStatus.FAILED, egress_id=None, recording_id=None)
    assert not Recording.objects.all().visible().exists()


def test_deleted_recordings_are_hidden_and_a_room_is_not_deleted_under_any(room: Room) -> None:
    make_recording(room, deleted_at=NOW)
    assert not room.recordings.exists()
    assert not Recording.objects.exists()
    assert Recording.with_deleted.exists()
    with pytest.raises(ProtectedError):
        room.delete()


def test_a_status_only_ever_rises() -> None:
    ranks = [status.rank for status in (*LIVE, RecordingStatus.COMPLETE)]
    assert ranks == sorted(set(ranks))
    assert {status.rank for status in FINAL} == {3}
    assert all(status.is_final is (status in FINAL) for status in RecordingStatus)

"""What was deleted goes: first its file, seen to be gone, then its row; a receipt stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from meet import clock
from recordings import deletion, storage
from recordings.files import purge, receipts
from recordings.models import DeletionReceipt, Recording, RecordingEvent, RecordingStatus
from recordings.recorders import local_files
from recordings.storage import StorageRefused, StorageUnavailable
from rooms import lifecycle
from rooms.deletion import Policy
from rooms.models import RecordingsPolicy, Room
from tests.factories import make_recording, make_room
from tests.recordings.doors import Stored, stored

__all__ = ["stored"]

NOW = clock.now()
DAY = timedelta(days=1)


@pytest.fixture
def deleted(room: Room, stored: Stored) -> Recording:
    recording = stored(make_recording(room, size=10240))
    deletion.delete(recording, by="Olga", now=NOW)
    return recording


def refusing(error: BaseException, asked: list[str]) -> Callable[[str], Any]:
    def refuse(key: str) -> None:
        asked.append(key)
        raise error

    return refuse


def row_of(recording: Recording) -> Recording:
    row: Recording = Recording.with_deleted.get(pk=recording.pk)
    return row


def test_file_and_row_go_and_a_receipt_stays(deleted: Recording) -> None:
    RecordingEvent.objects.create(recording=deleted, kind="complete", at=NOW)
    later = NOW + timedelta(minutes=1)
    assert purge.purge_recordings(now=later) == 1
    assert storage.size(deleted.key) is None
    assert not Recording.with_deleted.exists()
    receipt = DeletionReceipt.objects.get()
    assert (receipt.recording_id, receipt.room_id) == (deleted.recording_id, deleted.room.room_id)
    assert (receipt.filename, receipt.size) == (deleted.filename, 10240)
    assert (receipt.deleted_by, receipt.reason) == ("Olga", "request")
    assert (receipt.recorded_at, receipt.deleted_at, receipt.gone_at) == (deleted.started_at, NOW, later)


def test_what_was_not_deleted_stays(room: Room, stored: Stored) -> None:
    recording = stored(make_recording(room))
    assert purge.purge_recordings(now=NOW + DAY) == 0
    assert storage.size(recording.key)


def test_what_is_still_recorded_is_stopped_first(room: Room) -> None:
    for status in (RecordingStatus.STARTING, RecordingStatus.ACTIVE, RecordingStatus.ENDING):
        row = make_recording(room, status=status, deleted_at=NOW)
        assert purge.purge_recordings(now=NOW) == 0
        row.delete()


def test_a_recording_without_a_file_goes_as_well(room: Room, stored: Stored) -> None:
    deletion.delete(make_recording(room, status=RecordingStatus.FAILED), by="", now=NOW)
    assert purge.purge_recordings(now=NOW) == 1
    assert DeletionReceipt.objects.get().size is None


def test_a_recording_that_goes_with_its_room_says_so(room: Room, stored: Stored) -> None:
    stored(make_recording(room))
    lifecycle.delete(room, Policy(with_recordings=RecordingsPolicy.FORCE), now=NOW)
    assert purge.purge_recordings(now=NOW) == 1
    assert (DeletionReceipt.objects.get().reason, DeletionReceipt.objects.get().deleted_by) == ("with_room", "")
    assert purge.purge_rooms(now=NOW) == 0, "late events of LiveKit find their room for a day"
    assert purge.purge_rooms(now=NOW + DAY * 2) == 1
    assert not Room.with_deleted.exists()


def test_a_storage_that_is_down_loses_nothing_and_is_asked_again_ever_later(
    deleted: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    now = NOW
    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", refusing(StorageUnavailable(), asked))
        for minutes in (1, 5, 15, 60, 60):
            assert purge.purge_recordings(now=now) == 0
            assert row_of(deleted).purge_at == now + timedelta(minutes=minutes)
            assert purge.purge_recordings(now=now + timedelta(minutes=minutes, seconds=-1)) == 0
            now += timedelta(minutes=minutes)
    assert len(asked) == 5
    assert purge.purge_recordings(now=now) == 1


def test_a_storage_that_is_down_is_not_asked_for_each(room: Room, olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_recording(room, deleted_at=NOW)
    asked: list[str] = []
    monkeypatch.setattr(storage, "delete", refusing(StorageUnavailable(), asked))
    purge.purge_recordings(now=NOW)
    assert len(asked) == 1


def test_one_that_the_storage_does_not_give_away_does_not_keep_the_others(
    room: Room, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, free = make_recording(room, deleted_at=NOW), make_recording(room, deleted_at=NOW)
    delete = storage.delete

    def refuse_one(key: str) -> None:
        if key == locked.key:
            raise StorageRefused
        delete(key)

    monkeypatch.setattr(storage, "delete", refuse_one)
    assert purge.purge_recordings(now=NOW) == 1
    assert Recording.with_deleted.get() == locked
    assert DeletionReceipt.objects.get().uid == free.uid


def test_a_file_that_is_still_there_is_not_gone(deleted: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "delete", lambda _key: None)
    assert purge.purge_recordings(now=NOW) == 0
    assert row_of(deleted).purge_at
    assert not DeletionReceipt.objects.exists()


def test_two_processes_purge_it_once(deleted: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    delete = storage.delete

    def meanwhile(key: str) -> None:
        monkeypatch.setattr(storage, "delete", delete)
        assert purge.purge_recordings(now=NOW) == 0
        delete(key)

    monkeypatch.setattr(storage, "delete", meanwhile)
    assert purge.purge_recordings(now=NOW) == 1
    assert DeletionReceipt.objects.count() == 1


def test_a_process_that_died_in_the_middle_is_made_up_for(deleted: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(local_files, "discard", refusing(KeyboardInterrupt(), []))
        with pytest.raises(KeyboardInterrupt):
            purge.purge_recordings(now=NOW)
    assert purge.purge_recordings(now=NOW + timedelta(minutes=4)) == 0
    assert purge.purge_recordings(now=NOW + timedelta(minutes=5)) == 1


def test_many_go_in_one_run(olga: User, stored: Stored) -> None:
    room = make_room(olga)
    for _ in range(101):
        make_recording(room, deleted_at=NOW)
    assert purge.purge_recordings(now=NOW) == 101


# -- Files of the recorder ---------------------------------------------------------------------------------------------


def left_on_this_machine(recording: Recording) -> list[Any]:
    files = [local_files.file_of(recording.uid), local_files.part_of(recording.uid)]
    for file in files:
        file.write_bytes(b"x")
    return files


def test_what_the_recorder_of_this_machine_kept_goes_at_once(deleted: Recording, room: Room) -> None:
    files = left_on_this_machine(deleted)
    others = left_on_this_machine(make_recording(room, status=RecordingStatus.FAILED))
    purge.purge_recordings(now=NOW)
    assert [file.exists() for file in files + others] == [False, False, True, True]
    for file in others:
        file.unlink()


def test_what_that_of_another_machine_kept_goes_with_its_next_sign_of_life(deleted: Recording) -> None:
    purge.purge_recordings(now=NOW)
    files = left_on_this_machine(deleted)
    local_files.sweep(now=NOW)
    assert not any(file.exists() for file in files)


# -- Receipts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "left"), [(30, 0), (31, 1), (0, 1)])
def test_receipts_are_kept_for_a_time(deleted: Recording, settings: Any, days: int, left: int) -> None:
    settings.MEET_RECEIPT_DAYS = days
    purge.purge_recordings(now=NOW)
    receipts.forget(now=NOW + timedelta(days=30, seconds=1))
    assert DeletionReceipt.objects.count() == left

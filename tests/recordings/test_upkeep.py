"""Files and rows compared: reported first, deleted after a grace period, and nothing on a bare suspicion."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from structlog.testing import capture_logs

from meet import clock
from recordings import deletion, storage
from recordings.files import upkeep
from recordings.models import Recording, RecordingStatus, StoredFileFinding
from recordings.representation import recording_object
from recordings.storage import StorageUnavailable, StoredFile
from rooms.models import Room
from tests.factories import make_recording
from tests.recordings.doors import BYTES, Stored, stored

__all__ = ["stored"]

NOW = clock.now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIZE = len(BYTES)


@pytest.fixture
def whole(room: Room, stored: Stored) -> Recording:
    """One with which everything is in order, so that the storage is the right one."""
    return stored(make_recording(room, size=SIZE))


@pytest.fixture
def orphan(whole: Recording, stored: Stored) -> Path:
    """A file, ten days old, whose row is gone."""
    recording = stored(make_recording(whole.room))
    path = storage.local_path(recording.key)
    assert path
    make_old(path)
    recording.delete()
    return path


def make_old(path: Path, *, days: int = 10) -> None:
    then = (NOW - DAY * days).timestamp()
    os.utime(path, (then, then))


def lines(event: str, logged: list[Any]) -> list[Any]:
    return [line for line in logged if line["event"] == event]


def finding() -> StoredFileFinding:
    return StoredFileFinding.objects.get()


# -- Files without a recording -----------------------------------------------------------------------------------------


def test_where_all_is_in_order_nothing_is_found(whole: Recording) -> None:
    upkeep.compare(now=NOW)
    assert not StoredFileFinding.objects.exists()
    whole.refresh_from_db()
    assert not whole.events.exists()


def test_a_file_without_a_recording_is_reported_once_and_stays(orphan: Path) -> None:
    with capture_logs() as logged:
        upkeep.compare(now=NOW)
        upkeep.compare(now=NOW + HOUR)
    assert len(lines("file without a recording", logged)) == 1
    assert [line["new"] for line in lines("files without a recording", logged)] == [1, 0]
    assert (finding().kind, finding().size, finding().first_seen_at) == ("orphan", SIZE, NOW)
    assert orphan.exists()


def test_it_is_deleted_after_the_grace_period(orphan: Path, whole: Recording) -> None:
    upkeep.compare(now=NOW)
    upkeep.compare(now=NOW + DAY * 7 - HOUR)
    assert orphan.exists()
    upkeep.compare(now=NOW + DAY * 7)
    assert not orphan.exists()
    assert not StoredFileFinding.objects.exists()
    assert storage.size(whole.key) == SIZE


def test_without_a_grace_period_it_is_never_deleted(orphan: Path, settings: Any) -> None:
    settings.MEET_ORPHAN_GRACE_DAYS = 0
    upkeep.compare(now=NOW)
    upkeep.compare(now=NOW + DAY * 400)
    assert orphan.exists()


def test_a_file_that_was_written_lately_is_not_deleted(orphan: Path) -> None:
    upkeep.compare(now=NOW)
    make_old(orphan, days=-1)
    upkeep.compare(now=NOW + DAY * 7)
    assert orphan.exists()
    upkeep.compare(now=NOW + DAY * 8)
    assert not orphan.exists()


@pytest.mark.parametrize("status", RecordingStatus)
def test_files_that_have_a_row_are_no_orphans_whatever_its_state(
    whole: Recording, stored: Stored, status: RecordingStatus
) -> None:
    recording = stored(make_recording(whole.room, status=status, size=SIZE))
    upkeep.compare(now=NOW)
    upkeep.compare(now=NOW + DAY * 30)
    assert storage.size(recording.key)
    assert not StoredFileFinding.objects.exists()


def test_files_of_deleted_recordings_are_left_to_the_purge(whole: Recording, stored: Stored) -> None:
    recording = stored(make_recording(whole.room))
    deletion.delete(recording, by="", now=NOW)
    upkeep.compare(now=NOW)
    assert not StoredFileFinding.objects.exists()


@pytest.mark.parametrize("name", ["recordings/daily-1/other--1.mp4", "recordings/notes.txt", "recordings/a/a--1.json"])
def test_what_does_not_look_like_ours_is_not_ours(whole: Recording, name: str) -> None:
    path = storage.local_path(name)
    assert path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    upkeep.compare(now=NOW)
    assert not StoredFileFinding.objects.exists()


def test_a_file_that_has_gone_is_no_finding_any_more(orphan: Path) -> None:
    upkeep.compare(now=NOW)
    orphan.unlink()
    upkeep.compare(now=NOW + HOUR)
    assert not StoredFileFinding.objects.exists()


def test_a_database_that_knows_none_of_the_files_deletes_none(orphan: Path, whole: Recording) -> None:
    Recording.objects.all().delete()
    upkeep.compare(now=NOW)
    with capture_logs() as logged:
        upkeep.compare(now=NOW + DAY * 30)
    assert orphan.exists()
    assert storage.size(whole.key)
    assert [line["log_level"] for line in logged if "another database" in line["event"]] == ["error"]
    assert StoredFileFinding.objects.count() == 2


# -- Recordings without their file -------------------------------------------------------------------------------------


def lose(recording: Recording) -> Recording:
    storage.delete(recording.key)
    return compared(recording)


def compared(recording: Recording, *, now: Any = NOW) -> Recording:
    upkeep.compare(now=now)
    recording.refresh_from_db()
    return recording


@pytest.fixture
def other(whole: Recording, stored: Stored) -> Recording:
    return stored(make_recording(whole.room, size=SIZE))


def test_a_recording_whose_file_is_gone_says_so_and_stays(other: Recording) -> None:
    row = lose(other)
    assert (row.status, row.error_code) == (RecordingStatus.COMPLETE, 11)
    assert recording_object(row)["error"] == "The file in the storage is missing or damaged."
    event = row.events.get()
    assert (event.kind, event.at, event.details) == ("file_lost", NOW, "There is no file in the storage")
    assert (finding().kind, finding().key, finding().size) == ("lost", row.key, None)


def test_it_is_said_once(other: Recording) -> None:
    lose(other)
    row = compared(other, now=NOW + HOUR)
    assert row.events.count() == 1
    assert finding().first_seen_at == NOW


def test_a_file_of_another_size_is_damaged(other: Recording, stored: Stored) -> None:
    stored(other, b"short")
    row = compared(other)
    assert (row.error_code, row.events.get().details) == (11, f"The file has 5 bytes instead of {SIZE}")
    assert finding().size == 5
    assert storage.size(row.key) == 5


@pytest.mark.parametrize(("code", "sentence"), [(None, ""), (4, "The recorder stopped working during the recording.")])
def test_when_the_file_is_there_again_it_is_as_before(
    other: Recording, stored: Stored, code: int | None, sentence: str
) -> None:
    Recording.objects.filter(pk=other.pk).update(error_code=code, error=sentence)
    lose(other)
    stored(other)
    row = compared(other, now=NOW + HOUR)
    assert (row.error_code, row.error) == (code, sentence)
    assert list(row.events.order_by("at").values_list("kind", flat=True)) == ["file_lost", "file_found"]
    assert not StoredFileFinding.objects.exists()


def test_of_a_lost_file_whose_recording_is_deleted_nothing_is_said(other: Recording) -> None:
    lose(other)
    deletion.delete(other, by="", now=NOW)
    upkeep.compare(now=NOW + HOUR)
    row = Recording.with_deleted.get(pk=other.pk)
    assert row.events.count() == 1
    assert not StoredFileFinding.objects.exists()


@pytest.mark.parametrize(
    "status", sorted(set(RecordingStatus) - {RecordingStatus.COMPLETE, RecordingStatus.LIMIT_REACHED})
)
def test_no_file_is_expected_of_what_is_not_complete(whole: Recording, status: RecordingStatus) -> None:
    row = compared(make_recording(whole.room, status=status, size=SIZE))
    assert row.error_code is None


def test_a_recording_that_completed_while_the_files_were_listed_is_not_lost(
    other: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [file for file in storage.stored() if file.key != other.key]
    monkeypatch.setattr(storage, "stored", lambda: iter(before))
    assert compared(other).error_code is None


# -- Storages that say nothing -----------------------------------------------------------------------------------------


def test_a_storage_that_fails_in_the_middle_changes_nothing(
    orphan: Path, whole: Recording, other: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.delete(other.key)
    files = list(storage.stored())

    def torn() -> Iterator[StoredFile]:
        yield files[0]
        raise StorageUnavailable

    monkeypatch.setattr(storage, "stored", torn)
    upkeep.compare(now=NOW)
    assert not StoredFileFinding.objects.exists()
    assert not Recording.objects.filter(error_code=11).exists()


def test_a_storage_that_fails_when_it_is_asked_again_changes_nothing(
    other: Recording, orphan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.delete(other.key)

    def fail(_key: str) -> None:
        raise StorageUnavailable

    monkeypatch.setattr(storage, "size", fail)
    upkeep.compare(now=NOW)
    assert not StoredFileFinding.objects.exists()


def test_a_directory_that_is_not_mounted_is_no_empty_storage(whole: Recording, other: Recording) -> None:
    for recording in (whole, other):
        storage.delete(recording.key)
    with capture_logs() as logged:
        upkeep.compare(now=NOW)
    assert [line["log_level"] for line in logged] == ["error"]
    assert not Recording.objects.filter(error_code=11).exists()


def test_the_only_recording_may_have_lost_its_file(whole: Recording) -> None:
    assert lose(whole).error_code == 11


# -- Unfinished files --------------------------------------------------------------------------------------------------


def test_drafts_of_yesterday_are_removed_and_those_of_today_are_not(whole: Recording, tmp_path: Path) -> None:
    folder = tmp_path / "stored" / ".incoming"
    for name in ("draft", "second-name"):
        (folder / name).write_bytes(b"x")
        # A second name of an old file is as old as that, but was given just now.
        make_old(folder / name)
    upkeep.remove_unfinished(now=clock.now())
    assert len(list(folder.iterdir())) == 2
    upkeep.remove_unfinished(now=clock.now() + DAY + HOUR)
    assert list(folder.iterdir()) == []
    assert storage.size(whole.key) == SIZE


def test_a_storage_that_does_not_tell_of_unfinished_files_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_before: Any) -> int:
        raise StorageUnavailable

    monkeypatch.setattr(storage, "remove_unfinished", fail)
    with capture_logs() as logged:
        upkeep.remove_unfinished(now=NOW)
    assert lines("unfinished files not looked for", logged)


# -- Figures -----------------------------------------------------------------------------------------------------------


def test_findings_are_figures(orphan: Path, other: Recording) -> None:
    lose(other)
    text = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode()
    assert 'meet_recording_files_amiss{kind="orphan"} 1.0' in text
    assert 'meet_recording_files_amiss{kind="lost"} 1.0' in text


def test_a_recording_that_is_purged_meanwhile_is_nobody_s_loss(other: Recording, whole: Recording) -> None:
    loss = upkeep.Loss(other.pk, other.key, SIZE, None)
    other.delete()
    upkeep._note_losses([loss], now=NOW)
    assert not StoredFileFinding.objects.exists()

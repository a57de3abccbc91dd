"""The file's way to the storage: only a file that was seen there whole completes its recording."""

from datetime import timedelta
from pathlib import Path

import pytest

from meet import clock
from recordings import storage
from recordings.files import delivery
from recordings.models import Recording, RecordingStatus
from recordings.recorders import host, local_files
from recordings.storage import StorageError
from tests.recordings.recorders import finish

S = RecordingStatus


class Shelf:
    """A storage that does as the test wants."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.error: str | None = None
        self.loses_bytes = False

    def save(self, path: Path, key: str) -> None:
        if self.error:
            raise StorageError(self.error)
        self.sizes[key] = path.stat().st_size - int(self.loses_bytes)

    def size(self, key: str) -> int | None:
        if self.error:
            raise StorageError(self.error)
        return self.sizes.get(key)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(storage, "save", shelf.save)
    monkeypatch.setattr(storage, "size", shelf.size)
    return shelf


@pytest.fixture
def recorded(active_one: Recording) -> Recording:
    """Finished, with its file on this machine."""
    finish(active_one)
    local_files.file_of(active_one.uid).write_bytes(b"x" * 1234)
    row: Recording = Recording.objects.get(pk=active_one.pk)
    return row


def deliver(recording: Recording, *, after: timedelta = timedelta()) -> Recording:
    delivery.deliver(recording.pk, now=clock.now() + after)
    recording.refresh_from_db()
    return recording


def test_a_stored_file_completes_the_recording_and_leaves_the_machine(recorded: Recording, shelf: Shelf) -> None:
    row = deliver(recorded)
    assert (row.status, row.size) == (S.COMPLETE, 1234)
    assert shelf.sizes == {row.key: 1234}
    assert not local_files.file_of(row.uid).exists()


def test_a_storage_that_refuses_is_tried_again_later_and_the_file_stays(recorded: Recording, shelf: Shelf) -> None:
    shelf.error = "Access denied"
    row = deliver(recorded)
    assert row.status == S.ENDING
    assert local_files.file_of(row.uid).exists()
    assert row.events.get(kind="delivery_failed").details == "Access denied"
    shelf.error = None
    assert deliver(recorded).status == S.ENDING  # not yet
    assert deliver(recorded, after=timedelta(seconds=6)).status == S.COMPLETE


def test_a_file_that_arrives_short_is_no_file(recorded: Recording, shelf: Shelf) -> None:
    shelf.loses_bytes = True
    row = deliver(recorded)
    assert row.status == S.ENDING
    assert local_files.file_of(row.uid).exists()


def test_two_processes_store_a_file_once(recorded: Recording, shelf: Shelf) -> None:
    claimed = Recording.objects.filter(pk=recorded.pk)
    claimed.update(deliver_at=clock.now() + timedelta(minutes=30), delivery_attempts=1)
    assert not delivery.deliver(recorded.pk, now=clock.now())
    assert shelf.sizes == {}


def test_slow_uploads_leave_threads_to_those_who_record(recorded: Recording, shelf: Shelf) -> None:
    held = [host.uploads.acquire(blocking=False) for _ in range(2)]
    try:
        assert deliver(recorded).status == S.ENDING
    finally:
        for _ in held:
            host.uploads.release()
    assert deliver(recorded).status == S.COMPLETE


def test_a_file_that_was_stored_before_its_process_died_is_recognised(recorded: Recording, shelf: Shelf) -> None:
    local_files.file_of(recorded.uid).unlink()
    shelf.sizes[recorded.key] = 1234
    assert deliver(recorded).status == S.COMPLETE


def test_a_file_that_is_nowhere_fails_its_recording(recorded: Recording, shelf: Shelf) -> None:
    local_files.file_of(recorded.uid).unlink()
    row = deliver(recorded)
    assert (row.status, row.error_code) == (S.FAILED, 5)


def test_the_file_of_an_egress_service_is_looked_for_a_few_times(recorded: Recording, shelf: Shelf) -> None:
    Recording.objects.filter(pk=recorded.pk).update(backend="egress", host="")
    local_files.file_of(recorded.uid).unlink()
    after = timedelta()
    for _ in range(3):
        assert deliver(recorded, after=after).status == S.ENDING
        after += timedelta(minutes=6)
    shelf.sizes[recorded.key] = 99
    row = deliver(recorded, after=after)
    assert (row.status, row.size) == (S.COMPLETE, 99)

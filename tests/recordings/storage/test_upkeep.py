"""Purge and upkeep on either storage as it really is."""

from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from meet import clock
from recordings import storage
from recordings.files import purge, upkeep
from recordings.models import DeletionReceipt, Recording, StoredFileFinding
from rooms.models import Room
from tests import servers
from tests.factories import make_recording
from tests.recordings.storage.conftest import KEY, Make, use_bucket

DAY = timedelta(days=1)


@pytest.fixture
def recording(room: Room, files: Path, make: Make) -> Recording:
    found = make_recording(room, size=1000)
    storage.save(make(1000), found.key)
    return found


def test_a_deleted_recording_leaves_nothing_but_a_receipt(recording: Recording, files: Path) -> None:
    Recording.objects.update(deleted_at=clock.now())
    assert purge.purge_recordings(now=clock.now()) == 1
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert DeletionReceipt.objects.get().key == recording.key


def test_files_and_recordings_that_belong_to_nobody_are_found(recording: Recording, make: Make) -> None:
    lost = make_recording(recording.room, size=1000)
    storage.save(make(10), KEY)
    upkeep.compare(now=clock.now())
    assert dict(StoredFileFinding.objects.values_list("key", "kind")) == {KEY: "orphan", lost.key: "lost"}
    upkeep.compare(now=clock.now() + DAY * 8)
    assert storage.size(KEY) is None
    assert storage.size(recording.key) == 1000


@pytest.mark.worker
def test_a_bucket_that_is_gone_is_no_empty_one(
    settings: Settings, bucket: servers.S3, recording: Recording, make: Make
) -> None:
    use_bucket(settings, bucket, bucket_name="gone")
    Recording.with_deleted.update(deleted_at=None)
    upkeep.compare(now=clock.now())
    assert not StoredFileFinding.objects.exists()
    Recording.with_deleted.update(deleted_at=clock.now())
    assert purge.purge_recordings(now=clock.now()) == 0
    assert Recording.with_deleted.get().purge_at


@pytest.mark.worker
def test_half_an_upload_is_aborted_after_a_day(s3: servers.S3, db: None) -> None:
    client = storage._backend().client  # type: ignore[attr-defined]
    at = storage._backend()._at(KEY)  # type: ignore[attr-defined]
    upload = client.create_multipart_upload(**at)["UploadId"]
    client.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"half")

    assert storage.remove_unfinished(clock.now() - DAY) == 0
    upkeep.remove_unfinished(now=clock.now() + DAY + timedelta(minutes=1))

    assert "Uploads" not in client.list_multipart_uploads(Bucket=s3.bucket)

"""What every storage does alike."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.exceptions import SuspiciousOperation
from pytest_django import Settings

from recordings import storage
from tests import servers
from tests.recordings.storage.conftest import KEY, ROOM, Make, a_google_account, use_bucket, use_google

MANY_PARTS = 40 << 20


def read(key: str, start: int, end: int) -> bytes:
    return b"".join(storage.open_range(key, start, end))


@pytest.mark.parametrize("size", [1, 300_000, MANY_PARTS])
def test_what_was_saved_is_read_back(files: Path, make: Make, size: int) -> None:
    path = make(size)
    storage.save(path, KEY)

    assert storage.size(KEY) == size
    assert read(KEY, 0, size - 1) == path.read_bytes()
    assert path.exists(), "taking it away is for the caller, who looks whether all is well first"


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 299_998), (262_144, 299_999), (299_999, 299_999)])
def test_a_range_is_read_by_itself(files: Path, make: Make, start: int, end: int) -> None:
    path = make(300_000)
    storage.save(path, KEY)

    assert read(KEY, start, end) == path.read_bytes()[start : end + 1]


def test_blocks_are_small(files: Path, make: Make) -> None:
    storage.save(make(1_000_000), KEY)

    assert max(len(block) for block in storage.open_range(KEY, 0, 999_999)) <= 256 * 1024


def test_a_second_save_replaces_the_first(files: Path, make: Make) -> None:
    path = make(10)
    storage.save(path, KEY)
    storage.save(path, KEY)
    storage.save(make(20), KEY)

    assert storage.size(KEY) == 20
    assert [found.key for found in storage.stored()] == [KEY]


def test_what_is_not_there_has_no_size_and_no_bytes_and_may_be_deleted(files: Path) -> None:
    assert storage.size(KEY) is None
    with pytest.raises(storage.MissingFile):
        storage.open_range(KEY, 0, 10)
    storage.delete(KEY)


def test_what_was_deleted_is_gone(files: Path, make: Make) -> None:
    storage.save(make(10), KEY)
    storage.delete(KEY)

    assert storage.size(KEY) is None
    assert [path for path in files.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("kind", ["directory", pytest.param("s3", marks=pytest.mark.worker)])
def test_the_last_file_of_a_room_takes_its_folder_along(request: pytest.FixtureRequest, kind: str, make: Make) -> None:
    store = request.getfixturevalue(kind)
    storage.save(make(10), KEY)
    storage.delete(KEY)

    assert not ((store if kind == "directory" else store.folder) / ROOM).exists()


def test_deleting_one_leaves_the_others_of_its_room(files: Path, make: Make) -> None:
    storage.save(make(10), KEY)
    storage.save(make(10), f"{ROOM}/other.mp4")
    storage.delete(KEY)

    assert [found.key for found in storage.stored()] == [f"{ROOM}/other.mp4"]


def test_all_files_are_listed_with_size_and_time(files: Path, make: Make) -> None:
    assert list(storage.stored()) == []
    keys = {f"{ROOM}/{number}.mp4": number * 10 for number in range(1, 4)}
    for key, size in keys.items():
        storage.save(make(size), key)
    # A bucket may serve others, too.
    (files / "elsewhere").mkdir()
    (files / "elsewhere" / "foreign.mp4").write_bytes(b"not ours")

    found = list(storage.stored())

    assert {file.key: file.size for file in found} == keys
    assert all(abs(datetime.now(UTC) - file.modified) < timedelta(minutes=1) for file in found)


def test_asking_whether_it_can_be_written_leaves_nothing(files: Path) -> None:
    storage.probe()

    assert list(storage.stored()) == []
    assert [path for path in files.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["../secret", "recordings/../../secret", "/etc/passwd"])
def test_no_key_leads_out_of_the_storage(files: Path, key: str) -> None:
    with pytest.raises(SuspiciousOperation):
        storage.size(key)


def test_whoever_stops_early_leaves_nothing_open(files: Path, make: Make) -> None:
    storage.save(make(1_000_000), KEY)
    for _ in range(100):  # more than there are connections
        blocks = storage.open_range(KEY, 0, 999_999)
        assert next(blocks)
        blocks.close()

    assert storage.size(KEY) == 1_000_000


# -- A directory -----------------------------------------------------------------------------------------------------


def test_a_directory_gives_the_path_but_no_address(directory: Path, make: Make) -> None:
    storage.save(make(10), KEY)

    assert storage.local_path(KEY) == directory / KEY
    assert storage.signed_url(KEY, filename="a.mp4", as_attachment=True, expires=timedelta(hours=1)) is None


def test_a_file_on_the_same_disk_is_not_copied(directory: Path, make: Make) -> None:
    path = make(10)
    storage.save(path, KEY)

    assert path.samefile(directory / KEY)


def test_a_file_on_another_disk_is(directory: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = make(300_000)
    storage.save(path, KEY)

    assert (directory / KEY).read_bytes() == path.read_bytes()
    assert not path.samefile(directory / KEY)


def test_a_file_that_became_shorter_ends_in_an_error(directory: Path, make: Make) -> None:
    storage.save(make(1_000_000), KEY)
    blocks = storage.open_range(KEY, 0, 999_999)
    next(blocks)
    with (directory / KEY).open("r+b") as file:
        file.truncate(1000)

    with pytest.raises(storage.StorageUnavailable):
        list(blocks)


# -- A bucket --------------------------------------------------------------------------------------------------------


@pytest.mark.worker
@pytest.mark.parametrize(("as_attachment", "disposition"), [(True, "attachment"), (False, "inline")])
def test_a_bucket_gives_an_address_that_serves_ranges_until_it_expires(
    s3: servers.S3, make: Make, as_attachment: bool, disposition: str
) -> None:
    path = make(300_000)
    storage.save(path, KEY)
    url = storage.signed_url(KEY, filename="Daily.mp4", as_attachment=as_attachment, expires=timedelta(hours=1))
    assert url is not None
    assert s3.secret_key not in url

    answer = httpx.get(url, headers={"Range": "bytes=100-199"}, trust_env=False)

    assert answer.status_code == 206
    assert answer.content == path.read_bytes()[100:200]
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Disposition"] == f'{disposition}; filename="Daily.mp4"'
    assert httpx.get(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=9"), trust_env=False).status_code == 403


@pytest.mark.worker
@pytest.mark.parametrize(("as_attachment", "disposition"), [(True, "attachment"), (False, "inline")])
def test_googles_bucket_gives_an_address_that_serves_ranges(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, google: servers.Google, make: Make, as_attachment: bool,
    disposition: str,
) -> None:  # fmt: skip
    path = make(300_000)
    storage.save(path, KEY)
    use_google(settings, monkeypatch, google, location=google.folder.name, credentials=a_google_account())

    url = storage.signed_url(KEY, filename="Daily.mp4", as_attachment=as_attachment, expires=timedelta(hours=1))
    answer = httpx.get(str(url), headers={"Range": "bytes=100-199"}, trust_env=False)

    assert answer.status_code == 206
    assert answer.content == path.read_bytes()[100:200]
    assert answer.headers["Content-Type"] == "video/mp4"
    asked = parse_qs(urlsplit(str(url)).query)
    assert asked["response-content-disposition"] == [f'{disposition}; filename="Daily.mp4"']
    assert asked["X-Goog-Expires"] == ["3600"]


@pytest.mark.worker
def test_google_gives_no_address_to_a_machine_that_holds_no_key(google: servers.Google, make: Make) -> None:
    storage.save(make(10), KEY)

    assert storage.signed_url(KEY, filename="Daily.mp4", as_attachment=True, expires=timedelta(hours=1)) is None
    assert storage.local_path(KEY) is None


@pytest.mark.worker
def test_a_bucket_has_no_path_here(s3: servers.S3) -> None:
    assert storage.local_path(KEY) is None


@pytest.mark.worker
def test_a_whole_bucket_may_be_ours(settings: Settings, bucket: servers.S3, make: Make) -> None:
    use_bucket(settings, bucket)
    storage.save(make(10), KEY)

    assert (bucket.folder / KEY).stat().st_size == 10
    assert [file.key for file in storage.stored()] == [KEY]
    storage.delete(KEY)

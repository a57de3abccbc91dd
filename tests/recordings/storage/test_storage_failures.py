"""Storages that are full, gone, silent, or shut: each said in its own way, soon, and never half a file."""

import errno
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from pytest_django import Settings

from recordings import storage
from tests import servers
from tests.recordings.storage.conftest import KEY, Make, use_bucket, use_directory, use_google
from tests.recordings.storage.cutting import Cut

# All that a storage is asked for; each has a way of its own to the server.
CALLS: dict[str, Callable[[Path], Any]] = {
    "save": lambda path: storage.save(path, KEY),
    "size": lambda _path: storage.size(KEY),
    "delete": lambda _path: storage.delete(KEY),
    "read": lambda _path: list(storage.open_range(KEY, 0, 9)),
    "list": lambda _path: list(storage.stored()),
    "probe": lambda _path: storage.probe(),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


# -- A directory -----------------------------------------------------------------------------------------------------


@contextmanager
def a_disk_with(size: int) -> Iterator[None]:
    """No file gets larger than `size`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_no_file(directory: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = make(1_000_000)
    with a_disk_with(100_000), pytest.raises(storage.StorageFull):
        storage.save(path, KEY)

    assert storage.size(KEY) is None
    assert [found for found in directory.rglob("*") if found.is_file()] == []


def test_a_disk_that_is_nearly_full_takes_no_new_recording(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage.probe()
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": (1 << 30) - 1}))
    with pytest.raises(storage.StorageFull):
        storage.probe()


@pytest.mark.parametrize("call", [CALLS["save"], CALLS["probe"]])
def test_a_directory_that_cannot_be_made_is_unavailable(
    settings: Settings, make: Make, tmp_path: Path, call: Callable[[Path], Any]
) -> None:
    (tmp_path / "file").touch()
    use_directory(settings, tmp_path / "file" / "stored")
    with pytest.raises(storage.StorageUnavailable):
        call(make(10))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_directory_without_rights_refuses(
    directory: Path, make: Make, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(storage.StorageRefused):
        storage.save(make(10), KEY)


def test_a_directory_that_cannot_be_listed_does_not_look_empty(
    directory: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.save(make(10), KEY)

    def refuse(_path: Any) -> None:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(storage.StorageRefused):
        list(storage.stored())


# -- A bucket --------------------------------------------------------------------------------------------------------


@pytest.mark.worker
@each_call
def test_a_bucket_that_is_gone_refuses(
    settings: Settings, bucket: servers.S3, make: Make, call: Callable[[Path], Any]
) -> None:
    use_bucket(settings, bucket, bucket_name="gone")
    with pytest.raises(storage.StorageRefused):
        call(make(10))


@pytest.mark.worker
@each_call
def test_a_bucket_of_googles_that_is_gone_refuses(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, google: servers.Google, make: Make, call: Callable[[Path], Any]
) -> None:
    use_google(settings, monkeypatch, google, bucket_name="gone")
    with pytest.raises(storage.StorageRefused):
        call(make(10))


@pytest.mark.worker
@pytest.mark.parametrize("call", [CALLS["probe"], CALLS["delete"]])
def test_a_google_that_does_not_answer_is_unavailable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, make: Make, call: Callable[[Path], Any]
) -> None:
    nobody = servers.Google(f"http://127.0.0.1:{servers.free_port()}", "recordings", Path("/nowhere"))
    use_google(settings, monkeypatch, nobody)
    with pytest.raises(storage.StorageUnavailable):
        call(make(10))


@pytest.mark.worker
@each_call
@pytest.mark.parametrize("wrong", [{"secret_key": "wrong"}, {"access_key": "nobody"}])
def test_wrong_credentials_are_refused(
    settings: Settings, bucket: servers.S3, make: Make, call: Callable[[Path], Any], wrong: dict[str, str]
) -> None:
    use_bucket(settings, bucket, **wrong)
    with pytest.raises(storage.StorageRefused):
        call(make(10))


@pytest.mark.worker
@each_call
def test_no_credentials_at_all_are_refused(
    settings: Settings,
    bucket: servers.S3,
    make: Make,
    call: Callable[[Path], Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    use_bucket(settings, bucket, access_key=None, secret_key=None)
    with pytest.raises(storage.StorageRefused):
        call(make(10))


@pytest.mark.worker
@each_call
def test_a_dead_server_is_unavailable_at_once(
    settings: Settings, bucket: servers.S3, make: Make, call: Callable[[Path], Any]
) -> None:
    use_bucket(settings, bucket, endpoint_url=f"http://127.0.0.1:{servers.free_port()}")
    began = time.monotonic()
    with pytest.raises(storage.StorageUnavailable):
        call(make(10))
    assert time.monotonic() - began < 3


@pytest.mark.worker
def test_a_silent_server_is_given_up_before_anybody_gives_up_waiting(settings: Settings, bucket: servers.S3) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        use_bucket(settings, bucket, endpoint_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        with pytest.raises(storage.StorageUnavailable):
            storage.probe()
        assert time.monotonic() - began < 5


@pytest.mark.worker
@pytest.mark.parametrize("size", [6 << 20, 40 << 20], ids=["in one part", "in many parts"])
def test_a_full_disk_of_the_server_leaves_no_file(
    settings: Settings, servers_folder: Path, make: Make, size: int
) -> None:
    with servers.s3(servers_folder / f"tiny-{size}", on_tiny_disk=True) as store:
        use_bucket(settings, store)
        storage.probe()
        with pytest.raises(storage.StorageFull):
            storage.save(make(size), KEY)
        assert storage.size(KEY) is None
        assert list(storage.stored()) == []


@pytest.mark.worker
def test_a_server_that_dies_in_the_middle_of_an_upload_has_no_file(
    settings: Settings, servers_folder: Path, make: Make
) -> None:
    folder = servers_folder / "dying"
    with servers.s3(folder) as store:
        with Cut(store.endpoint, after=20 << 20) as cut:
            use_bucket(settings, store, endpoint_url=cut.endpoint)
            with pytest.raises(storage.StorageUnavailable):
                storage.save(make(40 << 20), KEY)
        use_bucket(settings, store)
        assert storage.size(KEY) is None
        assert list(storage.stored()) == []


@pytest.mark.worker
def test_a_connection_that_breaks_in_the_middle_of_reading_is_unavailable(
    settings: Settings, bucket: servers.S3, make: Make
) -> None:
    use_bucket(settings, bucket)
    storage.save(make(20 << 20), KEY)
    with Cut(bucket.endpoint, after=5 << 20) as cut:
        use_bucket(settings, bucket, endpoint_url=cut.endpoint)
        blocks = storage.open_range(KEY, 0, (20 << 20) - 1)
        with pytest.raises(storage.StorageUnavailable):
            list(blocks)
    use_bucket(settings, bucket)
    storage.delete(KEY)


@pytest.mark.worker
def test_no_secret_gets_into_the_log(settings: Settings, bucket: servers.S3, make: Make) -> None:
    use_bucket(settings, bucket, secret_key="a wrong secret")
    with structlog.testing.capture_logs() as lines:
        for call in CALLS.values():
            with pytest.raises(storage.StorageError) as caught:
                call(make(10))
            assert "secret" not in caught.value.message
    assert len(lines) == len(CALLS)
    assert all(set(line) == {"event", "log_level", "operation", "reason"} for line in lines)
    url = storage.signed_url(KEY, filename="a.mp4", as_attachment=True, expires=timedelta(hours=1))
    assert "a%20wrong%20secret" not in (url or "")

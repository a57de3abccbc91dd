"""The storages of recordings: a directory, and a bucket of a real S3 server (in the ring of the workers)."""

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from pytest_django import Settings

from tests import servers

ROOM = "recordings/daily-abc"
KEY = f"{ROOM}/daily-abc--0123456789.mp4"
Make = Callable[[int], Path]


@pytest.fixture(autouse=True)
def _answers_end_without_a_database() -> Iterator[None]:
    """As Django's own test client has it: the end of an answer does not look after the connection of the test."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="session")
def bucket(servers_folder: Path) -> Iterator[servers.S3]:
    with servers.s3(servers_folder / "s3") as store:
        yield store


def use_directory(settings: Settings, folder: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {"BACKEND": "recordings.storage.local.LocalStorage", "OPTIONS": {"location": folder}},
    }


def use_bucket(settings: Settings, store: servers.S3, **changes: Any) -> None:
    options = {
        "bucket_name": store.bucket,
        "endpoint_url": store.endpoint,
        "region_name": "us-east-1",
        "access_key": store.access_key,
        "secret_key": store.secret_key,
        "addressing_style": "path",
        "signature_version": "s3v4",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {"BACKEND": "recordings.storage.s3.S3Storage", "OPTIONS": {**options, **changes}},
    }


@pytest.fixture
def directory(settings: Settings, tmp_path: Path) -> Path:
    """The storage is this directory."""
    folder = tmp_path / "stored"
    use_directory(settings, folder)
    return folder


@pytest.fixture
def s3(settings: Settings, bucket: servers.S3, tmp_path: Path) -> servers.S3:
    """The storage is a part of its own of a bucket."""
    use_bucket(settings, bucket, location=tmp_path.name)
    return bucket._replace(folder=bucket.folder / tmp_path.name)


@pytest.fixture(params=["directory", pytest.param("s3", marks=pytest.mark.worker)])
def files(request: pytest.FixtureRequest) -> Path:
    """Either storage; where its files really lie."""
    storage = request.getfixturevalue(request.param)
    return Path(storage if request.param == "directory" else storage.folder)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """`make(5000)`: a file of so many bytes, the same each time."""

    numbers = itertools.count()

    def made(size: int) -> Path:
        path = tmp_path / f"made-{next(numbers)}.mp4"
        path.write_bytes(random.Random(size).randbytes(size))
        return path

    return made

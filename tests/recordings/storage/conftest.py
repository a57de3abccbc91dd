"""The storages of recordings: a directory, and buckets of real servers, of S3 and of Google's kind (in the ring of the
workers)."""

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.signals import request_finished
from django.db import close_old_connections
from google.oauth2 import service_account
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


@pytest.fixture(scope="session")
def google_bucket(servers_folder: Path) -> Iterator[servers.Google]:
    with servers.google(servers_folder / "google") as store:
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


def use_google(settings: Settings, monkeypatch: pytest.MonkeyPatch, store: servers.Google, **changes: Any) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", store.endpoint)
    options = {"bucket_name": store.bucket, **changes}
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {"BACKEND": "recordings.storage.gcs.GoogleStorage", "OPTIONS": options},
    }


def a_google_account() -> Any:
    """That of a program, with a key to sign with; nobody at the stand-in looks at it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    info = {
        "client_email": "meet@example.iam.gserviceaccount.com",
        "private_key": encoded.decode(),
        "token_uri": "http://127.0.0.1:9/token",
    }
    account: Any = service_account.Credentials
    return account.from_service_account_info(info)


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


@pytest.fixture
def google(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, google_bucket: servers.Google, tmp_path: Path
) -> servers.Google:
    """The storage is a part of its own of a bucket of Google's."""
    use_google(settings, monkeypatch, google_bucket, location=tmp_path.name)
    return google_bucket._replace(folder=google_bucket.folder / tmp_path.name)


@pytest.fixture(params=["directory", *(pytest.param(name, marks=pytest.mark.worker) for name in ("s3", "google"))])
def files(request: pytest.FixtureRequest) -> Path:
    """Each storage; where its files really lie."""
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

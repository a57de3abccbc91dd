"""Settings from the environment."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from meet.environment import base_path, base_url, bucket_origin, duration
from tests.servers import ROOT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20s", timedelta(seconds=20)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1w", timedelta(weeks=1)),
        ("500ms", timedelta(milliseconds=500)),
        ("1500", timedelta(milliseconds=1500)),
        (" 3 h ", timedelta(hours=3)),
    ],
)
def test_durations_are_written_as_in_the_contract(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "-1h", "1.5h", "1y", "h", "1h30m", "٣h"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        duration(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [("", ""), ("/", ""), ("meet", "/meet"), ("/meet", "/meet"), ("/meet/", "/meet"), ("//a/b//", "/a/b")],
)
def test_a_base_path_has_one_slash_in_front_and_none_behind(text: str, path: str) -> None:
    assert base_path(text) == path


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", ""),
        ("https://meet.example.org/", "https://meet.example.org"),
        ("https://meet.example.org:443", "https://meet.example.org"),
        ("http://meet.example.org:80/", "http://meet.example.org"),
        ("http://meet.example.org:443", "http://meet.example.org:443"),
        ("https://meet.example.org:8443", "https://meet.example.org:8443"),
    ],
)
def test_a_base_url_has_neither_a_slash_behind_nor_the_usual_port(text: str, url: str) -> None:
    assert base_url(text) == url


def read(tmp_path: Path, expression: str, **variables: str) -> str:
    """What the settings make of `variables` in a process of their own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEET_", "LIVEKIT_"))}
    clean.pop("SECRET_KEY", None)
    code = f"from django.conf import settings; print(({expression}))"
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**clean, "MEET_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "meet.settings", **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.strip()


def test_what_the_address_of_a_database_asks_of_the_connection_is_kept(tmp_path: Path) -> None:
    shown = read(
        tmp_path,
        "{k: v for k, v in settings.DATABASES['default']['OPTIONS'].items() if k in ('sslmode', 'prepare_threshold')}",
        DATABASE_URL="postgres://meet:secret@db.example.org/meet?sslmode=verify-full",
    )
    assert shown == "{'sslmode': 'verify-full', 'prepare_threshold': 5}"


def test_each_variable_may_stand_in_a_file_and_an_empty_one_counts_as_absent(tmp_path: Path) -> None:
    secret = tmp_path / "livekit_secret"
    secret.write_text("from a file, long enough for HS256\n")
    shown = read(
        tmp_path,
        "settings.LIVEKIT_API_SECRET, settings.MEET_PORT, settings.DEBUG, settings.MEET_BASE_PATH",
        LIVEKIT_API_SECRET_FILE=str(secret),
        MEET_PORT="",
        DEBUG="",
        MEET_BASE_PATH="",
    )
    assert shown == "('from a file, long enough for HS256', 6080, False, '/meet')"


def test_secrets_that_nobody_gave_are_drawn_once_for_the_data_folder(tmp_path: Path) -> None:
    expression = "settings.SECRET_KEY, settings.LIVEKIT_API_SECRET, settings.MEET_ENCRYPTION_KEYS"
    first, second = (read(tmp_path, expression) for _ in range(2))
    assert first == second
    assert read(tmp_path / "other", expression) != first


def test_behind_https_cookies_are_for_https_only(tmp_path: Path) -> None:
    shown = read(
        tmp_path,
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.ALLOWED_HOSTS",
        MEET_BASE_URL="https://meet.example.org",
        MEET_PRODUCTION="1",
    )
    assert shown == "(True, True, ['meet.example.org'])"


@pytest.mark.parametrize(
    ("endpoint", "path_style", "origin"),
    [
        ("", False, "https://meet.s3.eu-west-1.amazonaws.com"),
        ("", True, "https://s3.eu-west-1.amazonaws.com"),
        ("https://s3.example.org:9000", True, "https://s3.example.org:9000"),
        ("https://s3.example.org:9000/", False, "https://meet.s3.example.org:9000"),
    ],
)
def test_where_the_files_of_a_bucket_come_from(endpoint: str, path_style: bool, origin: str) -> None:
    assert bucket_origin("meet", endpoint, region="eu-west-1", path_style=path_style) == origin


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({}, "(False, 'LocalStorage', False)"),
        ({"MEET_BLOB_STORAGE_MODE": "s3", "MEET_S3_ENDPOINT": "http://s3:7070"}, "(False, 'S3Storage', False)"),
        ({"MEET_BLOB_STORAGE_MODE": "s3", "MEET_S3_ENDPOINT": "https://s3.example.org"}, "(True, 'S3Storage', True)"),
        (
            {"MEET_BLOB_STORAGE_MODE": "abs", "MEET_ABS_ENDPOINT": "https://s3.example.org"},
            "(True, 'AzureStorage', True)",
        ),
        ({"MEET_BLOB_STORAGE_MODE": "gcs"}, "(True, 'GoogleStorage', False)"),
        ({"MEET_BLOB_STORAGE_MODE": "ftp"}, "(True, 'LocalStorage', False)"),
    ],
)
def test_players_may_go_where_they_are_sent_to(tmp_path: Path, variables: dict[str, str], shown: str) -> None:
    expression = (
        "settings.MEET_RECORDING_REDIRECT, settings.STORAGES['recordings']['BACKEND'].rpartition('.')[2], "
        "'https://s3.example.org' in settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['media-src']"
    )
    assert read(tmp_path, expression, **variables) == shown

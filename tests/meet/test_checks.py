"""What Meet refuses to start with, each with an id and a hint."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from meet import keystore
from meet.checks import TAG
from tests.servers import ROOT

LONG = "a long random text, long enough for everything"


def found(settings: Settings, **changes: Any) -> set[str]:
    """The ids of what is wrong with a production that is right but for `changes`."""
    right = {
        "MEET_PRODUCTION": True,
        "DEBUG": False,
        "SECRET_KEY": LONG,
        "LIVEKIT_API_SECRET": LONG,
        "MEET_INITIAL_ADMIN_PASSWORD": "",
        "MEET_INITIAL_API_KEY": "",
        "MEET_BASE_URL": "https://meet.example.org",
        "MEET_MODE": "compatibility",
    }
    for name, value in {**right, **changes}.items():
        setattr(settings, name, value)
    messages = run_checks(tags=[TAG])
    assert all(message.hint for message in messages)
    return {str(message.id) for message in messages}


def test_a_production_that_is_right_is_not_refused(settings: Settings) -> None:
    assert found(settings) == set()


@pytest.mark.parametrize(
    ("changes", "check_id"),
    [
        ({"MEET_MODE": "3.8.0"}, "meet.E001"),
        ({"MEET_MODE": ""}, "meet.E001"),
        ({"WEB_CONCURRENCY": 2, "REDIS_URL": ""}, "meet.E002"),
        ({"MEET_BASE_URL": "https://meet.example.org/console"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet.example.org?x=1"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet.example.org#top"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://admin@meet.example.org"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet.example.org:99999"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet.example.org:0"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet.example.org:"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet example"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://münchen.example"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://[::1"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://"}, "meet.E003"),
        ({"MEET_BASE_URL": "https://meet.example.org\n"}, "meet.E003"),
        ({"MEET_INITIAL_ADMIN_USER": "root"}, "meet.E004"),
        ({"MEET_INITIAL_ADMIN_USER": ""}, "meet.E004"),
        ({"MEET_INITIAL_ADMIN_USER": "Admin"}, "meet.E004"),
        ({"MEET_INITIAL_ADMIN_USER": "ad-min"}, "meet.E004"),
        ({"MEET_INITIAL_ADMIN_USER": "admin\n"}, "meet.E004"),
        ({"MEET_INITIAL_ADMIN_USER": "a" * 21}, "meet.E004"),
        ({"MEET_WEBHOOK_FORBIDDEN_NETWORKS": ["10.0.0.0/8", "intranet"]}, "meet.E005"),
        ({"MEET_WEBHOOK_FORBIDDEN_NETWORKS": ["10.0.0.1/8"]}, "meet.E005"),
        ({"MEET_WEBHOOK_FORBIDDEN_NETWORKS": [" 10.0.0.0/8"]}, "meet.E005"),
        ({"MEET_ENCRYPTION_KEYS": ["hunter2"]}, "meet.E006"),
        ({"MEET_ENCRYPTION_KEYS": [keystore.encryption_key(), "é"]}, "meet.E006"),
        ({"MEET_PASSWORD_MIN_LENGTH": 4}, "meet.E007"),
        ({"MEET_BLOB_STORAGE_MODE": "ftp"}, "meet.E020"),
        ({"MEET_BLOB_STORAGE_MODE": "s3"}, "meet.E021"),
        ({"MEET_S3_ACCESS_KEY": "key"}, "meet.E022"),
        ({"MEET_S3_SECRET_KEY": "key"}, "meet.E022"),
        ({"MEET_S3_ENDPOINT": "s3.example.org"}, "meet.E023"),
        ({"MEET_S3_ENDPOINT": "https://s3.example.org/bucket"}, "meet.E023"),
        ({"MEET_BLOB_STORAGE_MODE": "abs", "MEET_ABS_CONTAINER": "meet"}, "meet.E024"),
        ({"MEET_BLOB_STORAGE_MODE": "gcs"}, "meet.E025"),
        ({"MEET_SENDFILE": "on"}, "meet.E026"),
        ({"MEET_RECORDING_QUOTA_GB": -1.0}, "meet.E027"),
        ({"MEET_RECORDING_QUOTA_GB": float("nan")}, "meet.E027"),
        ({"MEET_ORPHAN_GRACE_DAYS": -1}, "meet.E027"),
        ({"MEET_RECEIPT_DAYS": -1}, "meet.E027"),
        ({"MEET_RECORDING_RETENTION_DAYS": 100_001}, "meet.E027"),
        ({"DEBUG": True}, "meet.E010"),
        ({"SECRET_KEY": "short"}, "meet.E011"),
        ({"LIVEKIT_API_SECRET": "secret"}, "meet.E012"),
        ({"LIVEKIT_API_SECRET": "x" * 31}, "meet.E012"),
        ({"MEET_INITIAL_ADMIN_PASSWORD": "admin"}, "meet.E013"),
        ({"MEET_INITIAL_ADMIN_PASSWORD": "1234567"}, "meet.E013"),
        ({"MEET_BASE_URL": ""}, "meet.E014"),
        ({"MEET_BASE_URL": "http://meet.example.org"}, "meet.E014"),
        ({"MEET_INITIAL_API_KEY": "meet-api-key"}, "meet.E015"),
        ({"MEET_INITIAL_API_KEY": "x" * 31}, "meet.E015"),
    ],
)
def test_each_mistake_is_refused_by_its_id(settings: Settings, changes: dict[str, Any], check_id: str) -> None:
    assert found(settings, **changes) == {check_id}


@pytest.mark.parametrize(
    "changes",
    [
        {"MEET_MODE": "3.9.0"},
        {"WEB_CONCURRENCY": 4, "REDIS_URL": "redis://redis:6379/0"},
        {"MEET_INITIAL_ADMIN_PASSWORD": "long enough"},
        {"MEET_INITIAL_API_KEY": LONG},
        {"LIVEKIT_API_SECRET": "x" * 32},
        {"MEET_BASE_URL": "https://meet.example.org:8443"},
        {"MEET_BASE_URL": "https://[2001:db8::1]"},
        {"MEET_INITIAL_ADMIN_USER": "the_boss_2"},
        {"MEET_WEBHOOK_FORBIDDEN_NETWORKS": ["169.254.0.0/16", "192.0.2.7", "fd00::/8"]},
        {"MEET_ENCRYPTION_KEYS": [keystore.encryption_key(), keystore.encryption_key()]},
    ],
)
def test_what_is_right_is_not_refused(settings: Settings, changes: dict[str, Any]) -> None:
    assert found(settings, **changes) == set()


def test_outside_of_production_only_nonsense_is_refused(settings: Settings) -> None:
    everything_weak = {
        "MEET_PRODUCTION": False, "DEBUG": True, "SECRET_KEY": "x", "LIVEKIT_API_SECRET": "secret",
        "MEET_INITIAL_ADMIN_PASSWORD": "admin", "MEET_BASE_URL": "", "MEET_INITIAL_API_KEY": "x",
    }  # fmt: skip
    assert found(settings, **everything_weak) == set()
    assert found(settings, **everything_weak, MEET_MODE="x") == {"meet.E001"}
    assert found(settings, **{**everything_weak, "MEET_BASE_URL": "localhost:6080"}) == {"meet.E003"}


def test_several_mistakes_are_told_at_once(settings: Settings) -> None:
    assert found(settings, DEBUG=True, MEET_BASE_URL="") == {"meet.E010", "meet.E014"}


def test_a_mistake_stops_a_command(settings: Settings) -> None:
    settings.MEET_MODE = "nonsense"
    with pytest.raises(SystemCheckError, match=r"meet\.E001"):
        call_command("check")


def test_values_that_cannot_be_read_are_told_and_not_thrown() -> None:
    """In a process of their own, as the environment gives them."""
    broken = {
        "MEET_PRODUCTION": "1",
        "MEET_BASE_URL": "https://[::1",
        "MEET_INITIAL_ADMIN_USER": "Root!",
        "MEET_WEBHOOK_FORBIDDEN_NETWORKS": "intranet",
        "MEET_ENCRYPTION_KEYS": "hunter2",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--tag", "meet"],
        cwd=ROOT, env={**os.environ, **broken}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    for check_id in ("meet.E003", "meet.E004", "meet.E005", "meet.E006"):
        assert check_id in done.stderr


def test_a_hint_repeats_no_secret(settings: Settings) -> None:
    settings.MEET_PRODUCTION = True
    settings.LIVEKIT_API_SECRET = "hunter2-hunter2"
    settings.MEET_ENCRYPTION_KEYS = ["hunter2"]
    settings.MEET_BASE_URL = "https://admin:hunter2@meet.example.org"
    for message in run_checks(tags=[TAG]):
        assert "hunter2" not in f"{message.msg} {message.hint}"

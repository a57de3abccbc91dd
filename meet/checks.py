"""What Meet refuses to start with, each with an id and a hint."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError

from accounts.models import User

TAG = "meet"
_SHORTEST_SECRET = 32
_SHORTEST_PASSWORD = 5
# Days, or gigabytes: beyond it, dates leave the calendar.
_MOST = 100_000
_ORIGIN = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
_KNOWN_SECRETS = frozenset({"secret", "devkey", "changeme", "admin", "password", "meet-api-key"})


@register(TAG)
def mode(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.MEET_MODE in ("compatibility", "3.9.0"):
        return []
    return [
        Error(
            f"MEET_MODE is '{settings.MEET_MODE}'.",
            hint="Use 'compatibility' (permissions in both spellings) or '3.9.0' (current names only).",
            id="meet.E001",
        )
    ]


@register(TAG)
def shared_cache(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.WEB_CONCURRENCY == 1 or settings.REDIS_URL:
        return []
    return [
        Error(
            f"WEB_CONCURRENCY is {settings.WEB_CONCURRENCY}, but there is no REDIS_URL.",
            hint="Several web processes share rate limits and the broker through Redis. Set REDIS_URL, or run one.",
            id="meet.E002",
        )
    ]


@register(TAG)
def readable(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Values that would fail only when somebody needs them. None of the messages repeats a secret."""
    return [
        Error(message, hint=hint, id=check_id)
        for is_wrong, check_id, message, hint in (
            (
                bool(settings.MEET_BASE_URL) and not _is_origin(settings.MEET_BASE_URL),
                "meet.E003",
                "MEET_BASE_URL is not a scheme, a host and perhaps a port.",
                "Write it like https://meet.example.org:8443, in ASCII; a path belongs into MEET_BASE_PATH.",
            ),
            (
                not _is_user_id(settings.MEET_INITIAL_ADMIN_USER),
                "meet.E004",
                "MEET_INITIAL_ADMIN_USER is no user ID.",
                "Use 5 to 20 characters out of a-z, 0-9 and _.",
            ),
            (
                not all(_is_network(text) for text in settings.MEET_WEBHOOK_FORBIDDEN_NETWORKS),
                "meet.E005",
                "MEET_WEBHOOK_FORBIDDEN_NETWORKS has an entry that is no network.",
                "Separate networks by commas alone and leave no bits of a host in them: 169.254.0.0/16,fd00::/8.",
            ),
            (
                not all(_is_fernet_key(text) for text in settings.MEET_ENCRYPTION_KEYS),
                "meet.E006",
                "MEET_ENCRYPTION_KEYS has an entry that is no key of 32 bytes in URL-safe base64.",
                "Make one with: openssl rand -base64 32 | tr '+/' '-_'",
            ),
        )
        if is_wrong
    ]


def _is_origin(url: str) -> bool:
    match = _ORIGIN.fullmatch(url)
    return match is not None and 0 < int(match["port"] or 1) < 65536


def _is_user_id(text: str) -> bool:
    try:
        User._meta.get_field("user_id").clean(text, None)
    except ValidationError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_fernet_key(text: str) -> bool:
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


@register(TAG)
def shortest_password(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    if settings.MEET_PASSWORD_MIN_LENGTH >= _SHORTEST_PASSWORD:
        return []
    return [
        Error(
            f"MEET_PASSWORD_MIN_LENGTH is {settings.MEET_PASSWORD_MIN_LENGTH}.",
            hint=f"Use {_SHORTEST_PASSWORD} or more: nobody can sign in with a shorter password.",
            id="meet.E007",
        )
    ]


@register(TAG)
def storage(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Where recordings go: better refused at the start than found out at the end of a meeting."""
    mode = settings.MEET_BLOB_STORAGE_MODE
    return [
        Error(message, hint=hint, id=check_id)
        for is_wrong, check_id, message, hint in (
            (
                mode not in ("fs", "s3", "abs", "gcs"),
                "meet.E020",
                f"MEET_BLOB_STORAGE_MODE is '{mode}'.",
                "Use 'fs' (a directory), 's3', 'abs' (Azure Blob Storage) or 'gcs' (Google Cloud Storage).",
            ),
            (
                mode == "s3" and not settings.MEET_S3_BUCKET,
                "meet.E021",
                "MEET_BLOB_STORAGE_MODE is s3, but there is no MEET_S3_BUCKET.",
                "Name the bucket that recordings go to; it must exist.",
            ),
            (
                bool(settings.MEET_S3_ACCESS_KEY) != bool(settings.MEET_S3_SECRET_KEY),
                "meet.E022",
                "Of MEET_S3_ACCESS_KEY and MEET_S3_SECRET_KEY there is only one.",
                "Give both, or none where the machine has a role of its own.",
            ),
            (
                bool(settings.MEET_S3_ENDPOINT) and not _is_origin(settings.MEET_S3_ENDPOINT.rstrip("/")),
                "meet.E023",
                "MEET_S3_ENDPOINT is not a scheme, a host and perhaps a port.",
                "Write it like https://s3.example.org:9000; leave it out for Amazon.",
            ),
            (
                mode == "abs"
                and not (
                    settings.MEET_ABS_CONTAINER and settings.MEET_ABS_ACCOUNT_NAME and settings.MEET_ABS_ACCOUNT_KEY
                ),
                "meet.E024",
                "MEET_BLOB_STORAGE_MODE is abs, but container, account name or account key is missing.",
                "Set MEET_ABS_CONTAINER, MEET_ABS_ACCOUNT_NAME and MEET_ABS_ACCOUNT_KEY.",
            ),
            (
                mode == "gcs" and not settings.MEET_GCS_BUCKET,
                "meet.E025",
                "MEET_BLOB_STORAGE_MODE is gcs, but there is no MEET_GCS_BUCKET.",
                "Name the bucket that recordings go to; it must exist.",
            ),
            (
                settings.MEET_SENDFILE not in ("", "x-accel", "x-sendfile"),
                "meet.E026",
                f"MEET_SENDFILE is '{settings.MEET_SENDFILE}'.",
                "Use 'x-accel' (nginx) or 'x-sendfile' (Apache, lighttpd), or leave it out.",
            ),
        )
        if is_wrong
    ]


@register(TAG)
def amounts(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Of which 0 means something else than very little."""
    names = ("MEET_RECORDING_QUOTA_GB", "MEET_ORPHAN_GRACE_DAYS", "MEET_RECEIPT_DAYS", "MEET_RECORDING_RETENTION_DAYS")
    return [
        Error(f"{name} is {getattr(settings, name)}.", hint=f"Use a number from 0 to {_MOST}.", id="meet.E027")
        for name in names
        if not 0 <= getattr(settings, name) <= _MOST
    ]


@register(TAG)
def production(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Only with MEET_PRODUCTION."""
    if not settings.MEET_PRODUCTION:
        return []
    return [
        Error(message, hint=hint, id=check_id)
        for is_wrong, check_id, message, hint in (
            (settings.DEBUG, "meet.E010", "DEBUG is on.", "Unset DEBUG: it shows secrets to visitors."),
            (
                _is_weak(settings.SECRET_KEY),
                "meet.E011",
                "SECRET_KEY is a default or shorter than 32 characters.",
                "Set SECRET_KEY, or SECRET_KEY_FILE, to a long random text.",
            ),
            (
                _is_weak(settings.LIVEKIT_API_SECRET),
                "meet.E012",
                "LIVEKIT_API_SECRET is a default or shorter than 32 characters.",
                "It signs every token: give LiveKit and Meet the same long random text.",
            ),
            (
                settings.MEET_INITIAL_ADMIN_PASSWORD in ("admin", "password")
                or 0 < len(settings.MEET_INITIAL_ADMIN_PASSWORD) < settings.MEET_PASSWORD_MIN_LENGTH,
                "meet.E013",
                "MEET_INITIAL_ADMIN_PASSWORD is a default or too short.",
                "Choose another one; after the first start you may leave it out.",
            ),
            (
                not settings.MEET_BASE_URL.startswith("https://"),
                "meet.E014",
                "MEET_BASE_URL is missing or not https.",
                "Set it to the public address, e.g. https://meet.example.org; browsers give cameras to https only.",
            ),
            (
                bool(settings.MEET_INITIAL_API_KEY) and _is_weak(settings.MEET_INITIAL_API_KEY),
                "meet.E015",
                "MEET_INITIAL_API_KEY is a default or shorter than 32 characters.",
                "Leave it out and generate a key in the console, or choose a long random one.",
            ),
        )
        if is_wrong
    ]


def _is_weak(secret: str) -> bool:
    return secret.lower() in _KNOWN_SECRETS or len(secret) < _SHORTEST_SECRET

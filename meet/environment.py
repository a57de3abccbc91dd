"""Readers for settings that django-environ has no type for."""

import re
from datetime import timedelta
from os import environ
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping


class _Variables(FileAwareMapping):  # type: ignore[misc]
    def __getitem__(self, key: str) -> str:
        """Editors and `echo` end a file with a line break that belongs to no secret."""
        return str(super().__getitem__(key)).rstrip("\r\n")


class Environment(FileAwareEnv):  # type: ignore[misc]
    """Each variable also as NAME_FILE. An empty one counts as absent: container files pass on what nobody set."""

    ENVIRON = _Variables({name: value for name, value in environ.items() if value})


_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta:
    """`20s`, `15m`, `2h`, `1d`, or a bare number of milliseconds, as in the contract's variables."""
    match = re.fullmatch(r"([0-9]+)\s*(ms|s|m|h|d|w)?", text.strip())
    if match is None:
        raise ImproperlyConfigured(f"'{text}' is not a duration such as 20s, 15m, 2h or 1d")
    return timedelta(**{_UNITS[match[2] or "ms"]: int(match[1])})


def base_path(text: str) -> str:
    """One leading and no trailing slash; the root is the empty string."""
    stripped = text.strip("/")
    return f"/{stripped}" if stripped else ""


def base_url(text: str) -> str:
    """Without trailing slash and without the default port of its scheme."""
    url = text.rstrip("/")
    return re.sub(r"^(https://.*):443$|^(http://.*):80$", r"\1\2", url)


def host_of(url: str) -> str:
    """The host name of an address as ALLOWED_HOSTS wants it; of something else, what no request can have."""
    try:
        host = urlsplit(url).hostname or "invalid."
    except ValueError:
        return "invalid."
    return f"[{host}]" if ":" in host else host


def http_address(url: str) -> str:
    """A WebSocket address with the scheme of HTTP."""
    return re.sub(r"^ws", "http", url)


def bucket_origin(bucket: str, endpoint: str, *, region: str, path_style: bool) -> str:
    """Scheme and host of the addresses of what is in an S3 bucket; without an endpoint it is Amazon's."""
    scheme, _, rest = (endpoint or f"https://s3.{region}.amazonaws.com").partition("://")
    host = rest.partition("/")[0]
    return f"{scheme}://{host}" if path_style else f"{scheme}://{bucket}.{host}"

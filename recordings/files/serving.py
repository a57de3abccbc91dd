"""A recording's file as an answer: whole, in ranges, in a zip, or from the storage itself (rest-api.md 5.4, 5.5)."""

import hashlib
import io
import re
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from meet.db import release_connection
from meet.errors import DomainError, InvalidRequest, Issue
from recordings import storage
from recordings.files.archive import Archive, Entry
from recordings.storage import blocks
from recordings.storage.backend import CONTENT_TYPE

# What a range with an open end gets.
_CHUNK = 5 << 20
_RANGE = re.compile(r"bytes=(\d+)-(\d*)", re.ASCII)
# Numbers beyond any file, and beyond what Python reads.
_LONGEST_NUMBER = 20
# Half of the web process's threads (meet.supervisor.programs).
_SLOTS = threading.BoundedSemaphore(64)
_RETRY_AFTER = 5  # seconds
# For one block, to somebody who has stopped reading.
_SILENCE = 60  # seconds
_ADDRESS_EXPIRES = timedelta(hours=1)
# nginx: location /_recordings/ { internal; alias <MEET_RECORDINGS_DIR>/; }
_ACCEL = "/_recordings/"


class RangeNotSatisfiable(DomainError):
    def __init__(self, recording_id: str, size: int) -> None:
        message = f"Recording '{recording_id}' range not satisfiable. File size: {size}"
        headers = {"Content-Range": f"bytes */{size}"}
        super().__init__("Recording Error", HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, message, headers)


class TooManyStreams(DomainError):
    def __init__(self) -> None:
        message = "Too many recordings are being sent at the moment"
        headers = {"Retry-After": str(_RETRY_AFTER)}
        super().__init__("Recording Error", HTTPStatus.SERVICE_UNAVAILABLE, message, headers)


@dataclass(frozen=True)
class Media:
    """What is asked for; `filename` is its name when somebody saves it."""

    recording_id: str
    key: str
    filename: str
    as_attachment: bool = False


class AskedRange(NamedTuple):
    start: int
    end: int | None


class Span(NamedTuple):
    """Both included."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start + 1


def asked_range(request: HttpRequest) -> AskedRange | None:
    """None without a range, and with one that ends before it starts; 422 for what the contract does not know."""
    text = request.headers.get("Range")
    if text is None:
        return None
    match = _RANGE.fullmatch(text)
    if match is None:
        message = "Invalid range header format. Expected: bytes=start-end"
        raise InvalidRequest(Issue("headers.range", message))
    start, end = _number(match[1]), _number(match[2]) if match[2] else None
    return None if end is not None and end < start else AskedRange(start, end)


def _number(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else sys.maxsize


def serve(request: HttpRequest, media: Media, *, may_redirect: bool) -> HttpResponseBase:
    """Raises `storage.MissingFile` when there is nothing to send. Whoever `may_redirect` gets the storage's own address
    where there is one; nobody who proves who they are by a header, which would travel there (decisions.md 32)."""
    asked = asked_range(request)
    release_connection()
    size = storage.size(media.key)
    if not size:
        raise storage.MissingFile(media.key)
    headers = _headers(media, size)
    whole = get_conditional_response(request, etag=headers["ETag"], response=HttpResponse(headers=headers))
    if whole is not None and whole.status_code != HTTPStatus.OK:
        return whole
    handed_over = _handed_over(request, media, headers, may_redirect=may_redirect)
    if handed_over is not None:
        return handed_over
    is_outdated = request.headers.get("If-Range", headers["ETag"]) != headers["ETag"]
    return _sent(request, media, headers, _span(None if is_outdated else asked, media, size), size=size)


def _headers(media: Media, size: int) -> dict[str, str]:
    """A file never changes under its key: key and size tell it from all others."""
    headers = {
        "Content-Type": CONTENT_TYPE,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "ETag": f'"{hashlib.sha256(f"{media.key} {size}".encode()).hexdigest()[:32]}"',
    }
    disposition = content_disposition_header(True, media.filename) if media.as_attachment else None  # noqa: FBT003
    return headers | ({"Content-Disposition": disposition} if disposition else {})


def _span(asked: AskedRange | None, media: Media, size: int) -> Span | None:
    if asked is None:
        return None
    if asked.start >= size:
        raise RangeNotSatisfiable(media.recording_id, size)
    end = asked.start + _CHUNK - 1 if asked.end is None else asked.end
    return Span(asked.start, min(end, size - 1))


def _handed_over(
    request: HttpRequest, media: Media, headers: dict[str, str], *, may_redirect: bool
) -> HttpResponse | None:
    """The answer when somebody else sends the file: the storage itself, or the proxy in front."""
    # The storage's addresses are good for GET only.
    if may_redirect and settings.MEET_RECORDING_REDIRECT and request.method == "GET":
        url = storage.signed_url(
            media.key, filename=media.filename, as_attachment=media.as_attachment, expires=_ADDRESS_EXPIRES
        )
        if url:
            return HttpResponse(
                status=HTTPStatus.FOUND, headers={"Location": url, "Cache-Control": "private, no-store"}
            )
    path = storage.local_path(media.key) if settings.MEET_SENDFILE else None
    if path is None:
        return None
    by_key = {"X-Accel-Redirect": quote(_ACCEL + media.key)}
    return HttpResponse(
        headers=headers | (by_key if settings.MEET_SENDFILE == "x-accel" else {"X-Sendfile": str(path)})
    )


def _sent(
    request: HttpRequest, media: Media, headers: dict[str, str], span: Span | None, *, size: int
) -> HttpResponseBase:
    status = HTTPStatus.OK
    if span is not None:
        status = HTTPStatus.PARTIAL_CONTENT
        headers = headers | {"Content-Range": f"bytes {span.start}-{span.end}/{size}"}
    span = span or Span(0, size - 1)
    headers = headers | {"Content-Length": str(span.length)}
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    return _stream(request, lambda: _opened(media.key, span), headers, status)


def _opened(key: str, span: Span) -> Any:
    path = storage.local_path(key)
    if path is None:
        return storage.open_range(key, span.start, span.end)
    try:
        return _Stretch(path, span)
    except FileNotFoundError as error:
        raise storage.MissingFile(key) from error


class _Stretch(io.FileIO):
    """A part of a file on this machine. gunicorn sends it by `sendfile` from where it stands, as many bytes as the
    header Content-Length says; other servers read it."""

    def __init__(self, path: Path, span: Span) -> None:
        super().__init__(path)
        self.seek(span.start)
        self._left = span.length

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        block = super().read(wanted) or b""
        self._left -= len(block)
        return block


def zipped(request: HttpRequest, entries: Sequence[Entry]) -> HttpResponseBase:
    """Files that are missing or empty are left out. No ranges: a zip is made anew for whoever asks."""
    release_connection()
    archive = Archive(entries)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": 'attachment; filename="recordings.zip"',
        "Content-Length": str(archive.length),
        "Cache-Control": "private, no-store",
    }
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    return _stream(request, lambda: iter(archive), headers, HTTPStatus.OK)


class _Stream(FileResponse):
    """An answer that holds a slot until it is closed, or forgotten."""

    block_size = blocks.SIZE

    def __init__(self, content: Any, **options: Any) -> None:
        self._release = weakref.finalize(self, _SLOTS.release)
        super().__init__(content, **options)

    def set_headers(self, filelike: Any) -> None:
        """All of them are given: Django would take the whole file for the content."""

    def close(self) -> None:
        super().close()
        self._release()


def _stream(
    request: HttpRequest, opened: Callable[[], Any], headers: dict[str, str], status: HTTPStatus
) -> HttpResponseBase:
    if not _SLOTS.acquire(blocking=False):
        raise TooManyStreams
    try:
        content = opened()
    except BaseException:
        _SLOTS.release()
        raise
    _give_up_on_silence(request)
    return _Stream(content, headers=headers, status=status)


def _give_up_on_silence(request: HttpRequest) -> None:
    """Else somebody who reads no further would keep thread and slot for as long as the connection lives."""
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        connection.settimeout(_SILENCE)

"""A file as an answer: ranges to the letter of the contract, headers, redirects, slots."""

import gc
import socket
from pathlib import Path
from threading import BoundedSemaphore
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponseBase
from django.test import RequestFactory
from gunicorn.config import Config
from gunicorn.http import wsgi
from pytest_django import Settings

from meet.errors import InvalidRequest
from recordings import storage
from recordings.files import serving
from tests import servers
from tests.recordings.storage.conftest import KEY, Make

SIZE = 6 << 20
CHUNK = 5 << 20
MEDIA = serving.Media("daily-abc--EG_1--0123456789", KEY, "daily-abc--0123456789.mp4")
ATTACHED = serving.Media(MEDIA.recording_id, KEY, MEDIA.filename, as_attachment=True)


@pytest.fixture
def video(directory: Path, make: Make) -> bytes:
    path = make(SIZE)
    storage.save(path, KEY)
    return path.read_bytes()


def ask(
    media: serving.Media = MEDIA, *, method: str = "GET", may_redirect: bool = False, **headers: str
) -> HttpResponseBase:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return serving.serve(RequestFactory().generic(method, "/", headers=named), media, may_redirect=may_redirect)


def body(answer: Any) -> bytes:
    content = b"".join(answer) if answer.streaming else bytes(answer.content)
    answer.close()
    return content


# -- Ranges ----------------------------------------------------------------------------------------------------------


def test_the_whole_file(video: bytes) -> None:
    answer = ask()

    assert answer.status_code == 200
    assert dict(answer.items()) == {
        "Content-Type": "video/mp4",
        "Content-Length": str(SIZE),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "ETag": answer["ETag"],
    }
    assert body(answer) == video


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, CHUNK - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=500-", 500, 500 + CHUNK - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        (f"bytes={SIZE - CHUNK}-", SIZE - CHUNK, SIZE - 1),
        (f"bytes=0-{SIZE - 1}", 0, SIZE - 1),
        (f"bytes=0-{SIZE}", 0, SIZE - 1),
        ("bytes=10-99999999999999999999999999", 10, SIZE - 1),
        ("bytes=007-0000000009", 7, 9),
        (f"bytes=10-{'9' * 5000}", 10, SIZE - 1),
    ],
)
def test_a_range(video: bytes, asked: str, start: int, end: int) -> None:
    answer = ask(Range=asked)

    assert answer.status_code == 206
    assert dict(answer.items()) == {
        "Content-Type": "video/mp4",
        "Content-Length": str(end - start + 1),
        "Content-Range": f"bytes {start}-{end}/{SIZE}",
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "ETag": answer["ETag"],
    }
    assert body(answer) == video[start : end + 1]


@pytest.mark.worker
def test_a_bucket_is_streamed_alike(s3: servers.S3, make: Make) -> None:
    path = make(SIZE)
    storage.save(path, KEY)

    assert body(ask()) == path.read_bytes()
    answer = ask(Range="bytes=500-")
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes 500-{500 + CHUNK - 1}/{SIZE}")
    assert body(answer) == path.read_bytes()[500 : 500 + CHUNK]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", f"bytes={'9' * 5000}-"])
def test_a_range_behind_the_end(video: bytes, asked: str) -> None:
    with pytest.raises(serving.RangeNotSatisfiable) as caught:
        ask(Range=asked)

    assert (caught.value.status, caught.value.code) == (416, "Recording Error")
    assert caught.value.message == f"Recording '{MEDIA.recording_id}' range not satisfiable. File size: {SIZE}"
    assert caught.value.headers == {"Content-Range": f"bytes */{SIZE}"}


@pytest.mark.parametrize("asked", ["bytes=10-9", "bytes=99999999999-1"])
def test_a_range_that_ends_before_it_starts_is_none(video: bytes, asked: str) -> None:
    answer = ask(Range=asked)

    assert (answer.status_code, answer["Content-Length"]) == (200, str(SIZE))
    assert "Content-Range" not in answer
    answer.close()


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=-500", "bytes=0-1,5-6", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=1-2-3", "Bytes=0-1",
        "bytes = 0-1", "bytes=0 - 1", "items=0-1", "", "0-1", "bytes=-1-2", "bytes=٠-١", "bytes=+1-2", "bytes=1-2 ",
    ],
)  # fmt: skip
def test_a_range_of_another_form_is_refused_before_anything_else(asked: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ask(Range=asked)

    [issue] = caught.value.issues
    assert issue.field == "headers.range"
    assert issue.message == "Invalid range header format. Expected: bytes=start-end"


# -- Other ways to ask -----------------------------------------------------------------------------------------------


def test_a_download_has_its_name(video: bytes) -> None:
    answer = ask(ATTACHED, Range="bytes=0-9")

    assert answer["Content-Disposition"] == 'attachment; filename="daily-abc--0123456789.mp4"'
    answer.close()


def test_head_is_the_same_without_the_body(video: bytes) -> None:
    _same(ask(), ask(method="HEAD"), status=200, length=SIZE)
    _same(ask(Range="bytes=5-9"), ask(method="HEAD", Range="bytes=5-9"), status=206, length=5)


def _same(got: HttpResponseBase, asked: HttpResponseBase, *, status: int, length: int) -> None:
    got.close()
    assert (asked.status_code, asked["Content-Length"]) == (status, str(length))
    assert dict(asked.items()) == dict(got.items())
    assert not asked.streaming
    assert body(asked) == b""


def test_a_file_is_not_sent_again_to_whoever_has_it(video: bytes) -> None:
    etag = ask(method="HEAD")["ETag"]

    answer = ask(If_None_Match=etag)

    assert (answer.status_code, answer["ETag"], body(answer)) == (304, etag, b"")
    assert ask(method="HEAD", If_None_Match='"another"').status_code == 200


def test_a_rest_is_sent_of_the_same_file_only(video: bytes) -> None:
    etag = ask(method="HEAD")["ETag"]

    assert ask(method="HEAD", Range="bytes=5-", If_Range=etag).status_code == 206
    assert ask(method="HEAD", Range="bytes=5-", If_Range='"another"').status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_without_a_file_or_with_an_empty_one_the_caller_is_told(files: Path, make: Make, method: str) -> None:
    with pytest.raises(storage.MissingFile):
        ask(method=method)
    storage.save(make(0), KEY)
    with pytest.raises(storage.MissingFile):
        ask(method=method, Range="bytes=0-")


# -- Somebody else sends it ------------------------------------------------------------------------------------------


@pytest.mark.worker
def test_whoever_may_is_sent_to_the_bucket(settings: Settings, s3: servers.S3, make: Make) -> None:
    settings.MEET_RECORDING_REDIRECT = True
    storage.save(make(100), KEY)

    answer = ask(ATTACHED, may_redirect=True, Range="bytes=0-")

    assert (answer.status_code, answer["Cache-Control"]) == (302, "private, no-store")
    assert answer["Location"].startswith(f"{s3.endpoint}/{s3.bucket}/")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert query["response-content-disposition"] == ['attachment; filename="daily-abc--0123456789.mp4"']
    assert query["X-Amz-Expires"] == ["3600"]


@pytest.mark.worker
@pytest.mark.parametrize(
    ("is_on", "may_redirect", "method"), [(False, True, "GET"), (True, False, "GET"), (True, True, "HEAD")]
)
def test_everybody_else_is_not(
    settings: Settings, s3: servers.S3, make: Make, is_on: bool, may_redirect: bool, method: str
) -> None:
    settings.MEET_RECORDING_REDIRECT = is_on
    storage.save(make(100), KEY)

    answer = ask(may_redirect=may_redirect, method=method)

    assert answer.status_code == 200
    answer.close()


def test_a_directory_has_nowhere_to_send_to(settings: Settings, directory: Path, make: Make) -> None:
    settings.MEET_RECORDING_REDIRECT = True
    storage.save(make(100), KEY)

    answer = ask(may_redirect=True)

    assert answer.status_code == 200
    answer.close()


def test_a_proxy_may_send_the_file(settings: Settings, directory: Path, make: Make) -> None:
    storage.save(make(100), KEY)
    settings.MEET_SENDFILE = "x-accel"
    assert ask()["X-Accel-Redirect"] == f"/_recordings/{KEY}"
    settings.MEET_SENDFILE = "x-sendfile"
    answer = ask(ATTACHED)
    assert answer["X-Sendfile"] == str(directory / KEY)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Content-Length" not in answer
    assert body(answer) == b""


def test_gunicorn_lets_the_kernel_send_files_of_this_machine(video: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    answer: Any = ask(Range="bytes=1000-2000")
    monkeypatch.setattr(answer.file_to_stream, "read", None)
    request = SimpleNamespace(version=(1, 1), method="GET", should_close=lambda: False)
    here, there = socket.socketpair()
    with here, there:
        response = wsgi.Response(request, here, Config())
        response.start_response("206 Partial Content", list(answer.items()))
        response.write_file(wsgi.FileWrapper(answer.file_to_stream))
        assert there.recv(10_000).partition(b"\r\n\r\n")[2] == video[1000:2001]
    answer.close()


# -- Slots -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_SLOTS", BoundedSemaphore(2))


def test_one_more_than_there_are_slots_is_asked_to_come_back(video: bytes, two_slots: None) -> None:
    taken = [ask(), ask(Range="bytes=0-")]
    with pytest.raises(serving.TooManyStreams) as caught:
        ask()
    assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "5"})
    assert ask(method="HEAD").status_code == 200, "takes none"

    for answer in taken:
        answer.close()
        answer.close()
    assert len(body(ask())) == SIZE


def test_a_slot_is_free_again_when_the_file_could_not_be_opened(
    video: bytes, two_slots: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise storage.StorageUnavailable

    monkeypatch.setattr(serving, "_opened", fail)
    for _ in range(3):
        with pytest.raises(storage.StorageUnavailable):
            ask()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_slot_is_free_again_when_nobody_closes_the_answer(video: bytes, two_slots: None) -> None:
    for _ in range(3):
        assert ask().status_code == 200
        gc.collect()

"""Files through the real web server: sendfile, clients that leave, slots, and what is free for others meanwhile."""

import io
import socket
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests import servers
from tests.recordings.storage.conftest import KEY, ROOM

pytestmark = pytest.mark.worker
SIZE = 64 << 20  # more than any buffer on the way


class Web:
    def __init__(self, url: str) -> None:
        self.address = (str(urlsplit(url).hostname), int(urlsplit(url).port or 0))
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=20)

    def open_files(self) -> list[str]:
        return list(self.client.get("/state").json()["files"])

    @contextmanager
    def stalled(self, path: str) -> Iterator[socket.socket]:
        """Somebody who asks and reads no further than how the answer begins."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with connection:
            connection.connect(self.address)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert connection.recv(12) == b"HTTP/1.1 200"
            yield connection


@pytest.fixture(scope="module")
def content() -> bytes:
    return bytes(range(256)) * (SIZE // 256)


@contextmanager
def serving(folder: Path, env: dict[str, str]) -> Iterator[Web]:
    with servers.media_web(folder, env) as (url, _pid):
        web = Web(url)
        with web.client:
            yield web


@pytest.fixture(scope="module")
def web(servers_folder: Path, content: bytes) -> Iterator[Web]:
    """Serves a directory."""
    folder = servers_folder / "sending"
    for name in (KEY, f"{ROOM}/other.mp4"):
        path = folder / "data" / "recordings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with serving(folder, {}) as running:
        yield running


@pytest.fixture(scope="module")
def web_on_s3(servers_folder: Path, bucket: servers.S3, content: bytes) -> Iterator[Web]:
    folder = servers_folder / "sending-s3"
    path = bucket.folder / "sent" / KEY
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    env = {**bucket.env, "MEET_S3_SUBBUCKET": "sent", "MEET_RECORDING_REDIRECT": "on"}
    with serving(folder, env) as running:
        yield running


@pytest.fixture(params=["web", "web_on_s3"])
def either(request: pytest.FixtureRequest) -> Web:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_the_whole_file_arrives(either: Web, content: bytes) -> None:
    answer = either.client.get(f"/media/{KEY}")

    assert answer.headers["Content-Length"] == str(SIZE)
    assert "Transfer-Encoding" not in answer.headers
    assert answer.content == content


@pytest.mark.parametrize(("asked", "start", "end"), [("1000-2000", 1000, 2000), ("60000001-", 60000001, 65242880)])
def test_a_range_arrives(either: Web, content: bytes, asked: str, start: int, end: int) -> None:
    for _ in range(2):  # the connection is good for another request
        answer = either.client.get(f"/media/{KEY}", headers={"Range": f"bytes={asked}"})
        assert answer.status_code == 206
        assert answer.content == content[start : end + 1]


def test_head_has_no_body(either: Web) -> None:
    answer = either.client.head(f"/media/{KEY}")

    assert (answer.headers["Content-Length"], answer.content) == (str(SIZE), b"")


def test_a_player_is_sent_to_the_bucket_and_gets_its_range(web_on_s3: Web, content: bytes) -> None:
    answer = web_on_s3.client.get(f"/media/{KEY}?redirect=1", headers={"Range": "bytes=100-199"}, follow_redirects=True)

    assert [one.status_code for one in answer.history] == [302]
    assert (answer.status_code, answer.content) == (206, content[100:200])


def test_a_zip_arrives(web: Web, content: bytes) -> None:
    answer = web.client.get("/zip", params={"key": [KEY, f"{ROOM}/other.mp4"]})

    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert opened.namelist() == [Path(KEY).name, "other.mp4"]
        assert opened.testzip() is None
    assert len(answer.content) == int(answer.headers["Content-Length"])


@pytest.mark.parametrize("path", [f"/media/{KEY}", f"/zip?key={KEY}"])
def test_who_leaves_in_the_middle_leaves_no_file_open(web: Web, path: str) -> None:
    for _ in range(3):
        with web.stalled(path):
            servers.wait_until(lambda: len(web.open_files()) == 1, what="the file is open")
        servers.wait_until(lambda: web.open_files() == [], what="the file is closed")


def test_sixty_four_who_read_slowly_leave_room_for_others_but_not_for_another_of_their_kind(either: Web) -> None:
    with ExitStack() as stack:
        for _ in range(64):
            stack.enter_context(either.stalled(f"/media/{KEY}"))
        refused: Any = either.client.get(f"/media/{KEY}")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert either.client.get("/health").elapsed.total_seconds() < 0.5
    servers.wait_until(lambda: _status(either) == 206, what="slots are free again")


def _status(web: Web) -> int:
    return web.client.get(f"/media/{KEY}", headers={"Range": "bytes=0-0"}).status_code


def test_who_reads_slowly_keeps_no_connection_to_the_database(servers_folder: Path, content: bytes) -> None:
    folder = servers_folder / "sending-postgres"
    path = folder / "data" / "recordings" / KEY
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with servers.postgres(folder / "postgres") as database, ExitStack() as stack:
        web = stack.enter_context(serving(folder, {"DATABASE_URL": database, "MEET_DATABASE_POOL": "2"}))
        for _ in range(10):
            stack.enter_context(web.stalled(f"/media/{KEY}"))
        servers.wait_until(lambda: len(web.open_files()) == 10, what="ten files are open")
        assert _status(web) == 206

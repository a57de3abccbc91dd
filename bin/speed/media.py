"""`bin/bench media`: a large recording through one web process, in ranges, whole, in a zip, and what it keeps of it."""

import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests import servers

_SIZE = 4 << 30
_KEY = "recordings/bench/bench--0123456789.mp4"
_MEDIA, _ZIP = f"/media/{_KEY}", f"/zip?key={_KEY}"
_LEAVING = 20
_CHUNK = 5 << 20
# What the issue asks for.
_LEAST, _LEAST_OF_A_ZIP = 1000, 800  # MB/s
_MOST_MEMORY = 80  # MB


class Client:
    """One connection, with next to no work of its own: it would be measured as well."""

    def __init__(self, url: str, *, headers: str = "") -> None:
        """`headers` as lines, each with its end."""
        self._headers = headers
        parts = urlsplit(url)
        self._connection = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
        self._buffer = bytearray(1 << 20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, path: str, *, start: int | None = None, length: int | None = None, at_most: int | None = None) -> int:
        """How many bytes came; a range without `length` names no end, and `at_most` breaks off there."""
        end = "" if start is None or length is None else start + length - 1
        asked = "" if start is None else f"Range: bytes={start}-{end}\r\n"
        self._connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{self._headers}{asked}\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self._connection.recv(4096)
        head, _, body = head.partition(b"\r\n\r\n")
        if head[9:12] not in (b"200", b"206"):
            raise RuntimeError(head.decode())
        size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        wanted, got = min(size, at_most or size), len(body)
        while got < wanted:
            received = self._connection.recv_into(self._buffer)
            if not received:
                raise RuntimeError(f"{path} broke off after {got} of {size} bytes")
            got += received
        return got


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="meet-bench-") as name:
        folder = Path(name)
        _make_recording(folder / "data" / "recordings" / _KEY)
        with servers.media_web(folder) as (url, pid):
            for measure in (_ranges, _whole, _zip):  # warm up
                measure(url)
            before = _memory(pid, "VmRSS")
            rates = [(_ranges(url), _LEAST), (_whole(url), _LEAST), (_zip(url), _LEAST_OF_A_ZIP)]
            _leave(url)
            _print(rates, grown=_memory(pid, "VmHWM") - before)


def _make_recording(path: Path) -> None:
    """Mostly a hole: costs no disk, and is read from memory like a file that was written just now."""
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        file.write(os.urandom(64 << 20))
        file.truncate(_SIZE)


def _ranges(url: str) -> float:
    with Client(url) as client:
        return rate(lambda: sum(client.get(_MEDIA, start=start) for start in range(0, _SIZE, _CHUNK)))


def _whole(url: str) -> float:
    with Client(url) as client:
        return rate(lambda: client.get(_MEDIA))


def _zip(url: str) -> float:
    with Client(url) as client:
        return rate(lambda: client.get(_ZIP))


def rate(call: Callable[[], int]) -> float:
    began = time.perf_counter()
    return call() / 1e6 / (time.perf_counter() - began)


def _leave(url: str) -> None:
    """Clients that go away in the middle."""
    for path in (_MEDIA, _ZIP) * _LEAVING:
        with Client(url) as client:
            client.get(path, at_most=32 << 20)


def _memory(pid: int, what: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith(f"{what}:")]
    return int(kilobytes) / 1000


def _print(rates: list[tuple[float, int]], *, grown: float) -> None:
    print("| one web process, 4 GB recording | wanted | measured | |\n|---|---|---|---|")
    for name, (rate, least) in zip(("ranges of 5 MiB", "whole file", "zip"), rates, strict=True):
        print(f"| {name}, MB/s | ≥ {least} | {rate:.0f} | {'✓' if rate >= least else '✗'} |")
    print(f"| memory, MB more | ≤ {_MOST_MEMORY} | {grown:.0f} | {'✓' if grown <= _MOST_MEMORY else '✗'} |")

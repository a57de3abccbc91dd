"""`bin/bench recordings`: from the button to the recorder at work, from the stop to the file, and what downloads cost
those who want to join."""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from speed.media import Client, rate
from tests import servers
from tests.e2e import recording as recorded

_PEOPLE = ("Ana", "Bo", "Cleo", "Dan")
_STARTS = 8
_FILM = 3.0  # seconds
_SLOW, _SIP = 40, 16 << 10  # downloads, bytes that each takes at a time
_JOINS = 60
_SIZE = 1 << 30
_ROUNDS = 5
# What the contract gives to a player that names no end of its range; and what a program may ask for.
_CHUNKS = (5 << 20, 16 << 20)


def run(running: servers.Installation) -> None:
    with running.api() as program:
        with recorded.meeting(running, program, *_PEOPLE) as room:
            starts, files = zip(*(_once(program, room) for _ in range(_STARTS)), strict=True)
            [last, *_] = recorded.recordings(program)
            _enlarge(running, last)
            path = f"/api/v1/recordings/{last['recordingId']}/media"
            beside = _rates(running, path)
        alone = _rates(running, path)
        with recorded.meeting(running, program, *_PEOPLE) as room:
            quiet = _joins(program, room)
            with _slow_downloads(running, path):
                busy = _joins(program, room)
    print("| recordings, one web process | wanted | measured |\n|---|---|---|")
    print(
        f"| `POST /recordings` → active, s, p50 | ≤ 5 | {statistics.median(starts):.1f} (slowest {max(starts):.1f}) |"
    )
    print(f"| stop → complete, s, p50 | ≤ 3 | {statistics.median(files):.1f} (slowest {max(files):.1f}) |")
    for (chunk, readers), found in alone.items():
        name = f"ranges of {chunk >> 20} MiB by the API, MB/s, connections: {readers} (beside a meeting of four)"
        print(f"| {name} | ≥ 1000 | {found:.0f} ({beside[chunk, readers]:.0f}) |")
    print(f"| a join beside {_SLOW} slow downloads, ms more, p50 | ≤ 50 | {busy - quiet:+.1f} (alone {quiet:.1f}) |")


def _once(program: httpx.Client, room: dict[str, Any]) -> tuple[float, float]:
    """Seconds until it records, and from the stop until the file is there."""
    began = time.monotonic()
    recording = recorded.start(program, room)
    started = time.monotonic() - began
    time.sleep(_FILM)
    recorded.stop(program, recording)
    began = time.monotonic()
    recorded.ended(program, recording)
    return started, time.monotonic() - began


def _enlarge(running: servers.Installation, recording: dict[str, Any]) -> None:
    """A file that takes long to send, mostly a hole."""
    folder = running.folder / "data" / "recordings"
    [path] = folder.rglob(recording["filename"])
    with path.open("r+b") as file:
        file.truncate(_SIZE)


def _rates(running: servers.Installation, path: str) -> dict[tuple[int, int], float]:
    return {(chunk, readers): _rate(running, path, chunk, readers) for chunk in _CHUNKS for readers in (1, 2)}


def _rate(running: servers.Installation, path: str, chunk: int, readers: int) -> float:
    def read(part: range) -> int:
        with Client(running.url, headers=_key(running)) as client:
            return sum(client.get(path, start=start, length=chunk) for start in part)

    parts = [range(number * chunk, _SIZE, readers * chunk) for number in range(readers)]
    read(parts[0])  # warm up
    with ThreadPoolExecutor(readers) as pool:
        return statistics.median(rate(lambda: sum(pool.map(read, parts))) for _ in range(_ROUNDS))


def _key(running: servers.Installation) -> str:
    return f"X-API-KEY: {running.API_KEY}\r\n"


def _joins(program: httpx.Client, room: dict[str, Any]) -> float:
    """Milliseconds until somebody has a token, p50."""
    names: Iterator[str] = (f"Guest {time.monotonic_ns()}" for _ in range(_JOINS))
    return statistics.median(_timed(lambda: recorded.join(program, room, next(names))) for _ in range(_JOINS)) * 1000


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@contextmanager
def _slow_downloads(running: servers.Installation, path: str) -> Iterator[None]:
    is_over = threading.Event()

    def sip(connection: socket.socket) -> None:
        while not is_over.wait(0.2):
            connection.recv(_SIP)

    with ExitStack() as stack, ThreadPoolExecutor(_SLOW) as pool:
        for _ in range(_SLOW):
            connection = stack.enter_context(socket.create_connection(("localhost", running.port)))
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{_key(running)}\r\n".encode())
            if not connection.recv(64).startswith(b"HTTP/1.1 200"):
                raise RuntimeError("a download was refused")
            pool.submit(sip, connection)
        try:
            yield
        finally:
            is_over.set()

"""Killed workers and dead brokers lose nothing."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.servers import Installation, wait_until
from tests.workers.livekit_webhooks import KEY, SECRET, event, post

_NO_LIVEKIT = {"LIVEKIT_URL": "ws://127.0.0.1:9", "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}


def _status(installation: Installation, room_id: str) -> str:
    with installation.api() as program:
        return str(program.get(f"/api/v1/rooms/{room_id}").json()["status"])


def _room(installation: Installation) -> str:
    with installation.api() as program:
        return str(program.post("/api/v1/rooms", json={}).json()["roomId"])


@pytest.fixture
def on_postgres(servers_folder: Path, postgres: str) -> Iterator[tuple[Installation, str]]:
    """An installation on a database of its own, and that database's URL."""
    name = f"crash_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgres.rpartition("/")[0] + f"/{name}"
    env = {**_NO_LIVEKIT, "DATABASE_URL": url}
    with servers.installation(servers_folder / name, env, status="degraded") as running:
        yield running, url


def test_a_worker_killed_between_claim_and_finish_leaves_the_event_due(on_postgres: tuple[Installation, str]) -> None:
    installation, database = on_postgres
    room_id = _room(installation)
    with psycopg.connect(database) as connection:
        # The handler stops at this lock, after it has claimed the event.
        connection.execute("SELECT 1 FROM rooms_room WHERE room_id = %s FOR UPDATE", [room_id])
        post(installation.url, event("room_started", room_id, sid="RM_crash"))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

        def is_waiting() -> bool:
            with psycopg.connect(database) as observer:
                row = observer.execute(waiting).fetchone()
                return row is not None and row[0] > 0

        wait_until(is_waiting, what="the worker waits at the lock")
        for pid in installation.processes("--queues celery"):
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        connection.rollback()
    assert _status(installation, room_id) == "open"
    wait_until(lambda: _status(installation, room_id) == "active_meeting", seconds=20, what="another worker finishes")


def test_with_redis_gone_webhooks_are_kept_and_processed_when_it_returns(servers_folder: Path) -> None:
    folder = servers_folder / f"gone-{uuid.uuid4().hex[:8]}"
    with servers.redis(folder) as redis_url:
        port = int(redis_url.rpartition(":")[2].partition("/")[0])
        with servers.installation(folder, {**_NO_LIVEKIT, "REDIS_URL": redis_url}, status="degraded") as installation:
            room_id = _room(installation)
            [server] = _listening(port)
            os.kill(server, signal.SIGSTOP)
            try:
                began = time.monotonic()
                answer = post(installation.url, event("room_started", room_id, sid="RM_redis"))
                assert answer.status_code == 200
                assert time.monotonic() - began < 5
            finally:
                os.kill(server, signal.SIGCONT)
            wait_until(
                lambda: _status(installation, room_id) == "active_meeting", seconds=20, what="the event is processed"
            )


def _listening(port: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if "redis-server" in command and str(port) in command:
                yield int(entry.name)

"""The web part as a container runs it: two processes that serve one port."""

import os
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from tests import servers
from tests.servers import Installation


@pytest.fixture(scope="module")
def web(servers_folder: Path) -> Iterator[Installation]:
    folder = servers_folder / "web"
    folder.mkdir()
    this = Installation(
        folder, port=servers.free_port(), env={"WEB_CONCURRENCY": "2", "LIVEKIT_URL": "ws://127.0.0.1:9"}
    )
    command = [sys.executable, "-m", "meet.supervisor.container", "web"]
    with servers.redis(folder / "redis") as redis_url:
        env = {**this.env, "REDIS_URL": redis_url, "DATABASE_URL": ""}
        with servers.running(command, env=env, log=this.log):
            servers.wait_until(lambda: servers.answers(f"{this.url}/healthz"), seconds=40, what="it serves")
            yield this


def metrics(web: Installation) -> str:
    with web.api() as program:
        return program.get("/metrics").text


def healths(web: Installation) -> int:
    found = re.search(r'meet_http_request_seconds_count\{method="GET",status="200",view="health"\} (\d+)', metrics(web))
    return int(found[1]) if found else 0


def test_figures_are_the_sums_of_both_processes(web: Installation) -> None:
    before = healths(web)
    # A connection each, or one process would serve them all.
    limits = httpx.Limits(max_keepalive_connections=0)
    with ThreadPoolExecutor(20) as pool, httpx.Client(trust_env=False, limits=limits) as client:
        list(pool.map(lambda _: client.get(f"{web.url}/health"), range(200)))
    assert {healths(web) for _ in range(20)} == {before + 200}
    assert len(list((web.folder / "data" / "metrics").glob("histogram_*.db"))) == 2, "both have answered"


def test_what_is_counted_in_the_database_is_told_once(web: Installation) -> None:
    gauges = [line for _ in range(20) for line in metrics(web).splitlines() if line.startswith("meet_meetings_open")]
    assert set(gauges) == {"meet_meetings_open 0.0"}
    assert len(gauges) == 20


def test_what_a_dead_process_knew_of_the_present_goes_with_it(web: Installation) -> None:
    folder = web.folder / "data" / "metrics"
    for _ in range(20):
        metrics(web)
    [pid, *_others] = [int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_*.db")]
    os.kill(pid, 15)
    servers.wait_until(lambda: not list(folder.glob(f"gauge_*_{pid}.db")), what="its file is removed")
    assert (folder / f"histogram_{pid}.db").exists(), "what it has counted stays"


def test_an_idle_connection_is_left_to_its_client(web: Installation) -> None:
    """Who asks every few seconds would meet the moment at which we close it, and get no answer."""
    connection = HTTPConnection("localhost", web.port, timeout=5)
    for pause in (0, 3):
        time.sleep(pause)
        connection.request("GET", "/health")
        answer = connection.getresponse()
        assert (answer.status, answer.read() != b"") == (200, True)
        assert connection.sock is not None, "kept"
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Ssl": "on"},
        {"X-Forwarded-Protocol": "ssl"},
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "proto=https;host=evil.example"},
        {"Script-Name": "/evil"},
        {"Script_Name": "/evil"},
    ],
)
def test_without_trusted_proxies_no_header_changes_an_address(web: Installation, headers: dict[str, str]) -> None:
    """On loopback as well, where gunicorn would believe everybody."""
    with web.api() as program:
        answer = program.post("/api/v1/rooms", json={"roomName": "Headers"}, headers=headers)
    assert answer.status_code == 201
    assert answer.json()["moderatorUrl"].startswith(f"http://localhost:{web.port}/room/")


def test_without_trusted_proxies_headers_that_disagree_are_no_error(web: Installation) -> None:
    headers = {"X-Forwarded-Proto": "http", "X-Forwarded-Ssl": "on"}
    assert httpx.get(f"{web.url}/health", headers=headers, trust_env=False).status_code == 200

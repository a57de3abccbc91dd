"""`make run` as its operator sees it: the whole installation, with its real media server."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from rings import leftovers
from tests.servers import ROOT, free_port, wait_until

pytestmark = pytest.mark.media

SUPERVISOR = (sys.executable, "-m", "meet.supervisor")


class Run:
    """One start, in a session of its own as in a terminal of its own."""

    def __init__(self, data: Path, *, port: int, command: tuple[str, ...] = SUPERVISOR) -> None:
        self.url = f"http://localhost:{port}"
        self.mark = f"{os.environ.get(leftovers.MARK, 'run')}-{data.name}-{port}"
        self._log = data.with_suffix(".log")
        self.started = time.monotonic()
        with self._log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment({"MEET_DATA_DIR": str(data), "MEET_PORT": str(port), leftovers.MARK: self.mark}),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def printed(self) -> str:
        return self._log.read_text()

    def has_printed(self, text: str) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended:\n{self.printed()}")
        return text in self.printed()

    def wait_for(self, text: str, *, seconds: float = 30) -> float:
        """Seconds since the start."""
        wait_until(lambda: self.has_printed(text), seconds=seconds, what=text)
        return time.monotonic() - self.started

    def ctrl_c(self) -> float:
        """What a terminal does; returns the seconds until it had ended."""
        os.killpg(self.process.pid, signal.SIGINT)
        asked = time.monotonic()
        self.process.wait(15)
        return time.monotonic() - asked

    def processes(self) -> dict[int, str]:
        return leftovers.find(self.mark)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """As in a fresh terminal: the generated secrets, not those of the tests."""
    foreign = ("LIVEKIT_", "DATABASE_URL", "REDIS_URL", "MEET_INITIAL_", "SECRET_KEY")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | {
        "LOG_LEVEL": "INFO",
        **own,
    }


@contextmanager
def running(data: Path, *, port: int, command: tuple[str, ...] = SUPERVISOR) -> Iterator[Run]:
    this = Run(data, port=port, command=command)
    try:
        yield this
    finally:
        if this.process.poll() is None:
            this.ctrl_c()
        leftovers.end(this.mark)


def test_a_first_start_a_second_one_beside_it_and_a_second_one_after_it(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port(following=1800)
    with running(data, port=port, command=("make", "run")) as first:
        first.wait_for(f"Meet is ready: http://localhost:{port}")
        first.wait_for("worker@")
        first.wait_for("recorder@")
        credentials = re.search(
            r"administrator  (\S+)\n    password       (\S+)\n    API key        (\S+)\n", first.printed()
        )
        assert credentials
        answer = httpx.get(f"{first.url}/api/v1/rooms", headers={"X-API-KEY": credentials[3]}, trust_env=False)
        assert answer.status_code == 200
        lines = [line for line in first.printed().splitlines() if "| " in line]
        assert not [line for line in lines if credentials[2] in line or credentials[3] in line]

        refused = Run(data, port=port)
        assert refused.process.wait(10) == 1
        assert re.fullmatch(
            r"meet: Meet already runs on the data directory \S+ \(process \d+\)\..*\n", refused.printed()
        )

        seconds = first.ctrl_c()

        assert seconds < 5
        assert first.processes() == {}

    with running(data, port=port) as again:
        seconds = again.wait_for("Meet is ready", seconds=15)
        assert "first start" not in again.printed()
        assert seconds < 5
    wait_until(lambda: not again.processes(), seconds=1, what="nothing is left")


def test_two_installations_run_side_by_side(tmp_path: Path) -> None:
    with ExitStack() as stack:
        runs = [
            stack.enter_context(running(tmp_path / name, port=free_port(following=1800))) for name in ("one", "two")
        ]
        for run in runs:
            run.wait_for("recorder@")
            assert httpx.get(f"{run.url}/readyz", trust_env=False).json()["parts"]["livekit"] == "ok"
        keys = {(tmp_path / name / "secrets" / "livekit_api_secret").read_text() for name in ("one", "two")}
        assert len(keys) == 2


@pytest.mark.parametrize(("offset", "owner"), [(0, "console"), (1800, "embedded media server")])
def test_a_port_that_is_taken_gets_one_line_and_nothing_starts(tmp_path: Path, offset: int, owner: str) -> None:
    port = free_port(following=1800)
    with socket.create_server(("127.0.0.1", port + offset)):
        run = Run(tmp_path / "data", port=port)
        assert run.process.wait(15) == 1

    assert run.printed().startswith(f"meet: Port {port + offset} of the {owner} is already in use.")
    assert len(run.printed().splitlines()) == 1
    assert "MEET_PORT" in run.printed()
    assert run.processes() == {}


def test_a_part_that_is_killed_comes_back(tmp_path: Path) -> None:
    with running(tmp_path / "data", port=free_port(following=1800)) as run:
        run.wait_for("worker@")
        [media] = [pid for pid, command in run.processes().items() if "livekit-server" in command]
        os.kill(media, signal.SIGKILL)
        run.wait_for("media ended unexpectedly (SIGKILL); starting it again in 0.5 s")

        def is_back() -> bool:
            parts = httpx.get(f"{run.url}/readyz", trust_env=False).json().get("parts", {})
            return bool(parts.get("livekit") == "ok")

        wait_until(is_back, seconds=10, what="the media server is back")


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path / "data", port=free_port(following=1800)) as run:
        run.wait_for("recorder@")
        assert len(run.processes()) >= 5
        run.process.kill()
        run.process.wait(5)

        wait_until(lambda: not run.processes(), seconds=15, what="the parts have ended")

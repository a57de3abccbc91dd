"""Starting rings, two beside each other where that is harmless, and ending them all."""

import os
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

from rings import leftovers
from rings.catalog import Ring, environment
from rings.counting import Outcome, count_check, count_suite

_LONGEST = 15 * 60
_LANES = 2
_GRACE = 10  # seconds for fixtures to stop their servers after Ctrl-C


class Runner:
    def __init__(self, scratch: Path, *, live: bool) -> None:
        """`live` lets the output through at once, for one ring alone."""
        self._scratch = scratch
        self._live = live
        self._mark = secrets.token_hex(8)
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()
        self._stopped = False

    def run(
        self, rings: Sequence[Ring], *, on_start: Callable[[Ring], None], on_end: Callable[[Outcome], None]
    ) -> None:
        for lanes, some in ((_LANES, [r for r in rings if not r.alone]), (1, [r for r in rings if r.alone])):
            with ThreadPoolExecutor(lanes) as pool:
                try:
                    _collect({pool.submit(self._one, ring, on_start) for ring in some}, on_end)
                except BaseException:  # before the pool waits for its threads, which wait for their rings
                    self._stop()
                    raise

    def _stop(self) -> None:
        """Ends what runs, politely first; starts nothing more."""
        with self._lock:
            self._stopped = True
            running = list(self._running.items())
        for _, process in running:
            _signal(process, signal.SIGINT)
        until = time.monotonic() + _GRACE
        for _, process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, until - time.monotonic()))
        for name, process in running:
            _signal(process, signal.SIGKILL)
            leftovers.end(f"{self._mark}-{name}", patience=1)

    def _one(self, ring: Ring, on_start: Callable[[Ring], None]) -> Outcome | None:
        folder = self._scratch / ring.name.replace(" ", "-")
        folder.mkdir()
        report, log = folder / "report.xml", folder / "log"
        command = [*ring.command, *([ring.report_option.format(report)] if ring.report_option else [])]
        env = {**environment(ring, data=folder / "data"), leftovers.MARK: f"{self._mark}-{ring.name}"}
        started = time.monotonic()
        with log.open("w") as output:
            with self._lock:
                if self._stopped:
                    return None
                on_start(ring)
                process = self._running[ring.name] = subprocess.Popen(
                    command, cwd=ring.folder, env=env, text=True, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=None if self._live else output,
                    stderr=None if self._live else subprocess.STDOUT,
                )  # fmt: skip
            problem = self._wait(process)
        left = leftovers.end(f"{self._mark}-{ring.name}")
        with self._lock:
            del self._running[ring.name]
        outcome = Outcome(ring.name, time.monotonic() - started, log.read_text(errors="replace"))
        if ring.report_option:
            count_suite(outcome, exit_code=process.returncode, report=report)
        else:
            count_check(outcome, exit_code=process.returncode)
        outcome.failures += [*problem, *(f"left behind: {line[:200]}" for line in left)]
        return outcome

    def _wait(self, process: subprocess.Popen[str]) -> list[str]:
        try:
            process.wait(_LONGEST)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
            _signal(process, signal.SIGKILL)
            process.wait()
            return [f"ended after {_LONGEST // 60} minutes"]
        return []


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _collect(pending: set[Future[Outcome | None]], on_end: Callable[[Outcome], None]) -> None:
    while pending:
        # A time limit, or a signal would have to wait until a ring ends.
        done, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in done:
            if outcome := future.result():
                on_end(outcome)

"""The command lines of the parts, here and in the container image. This is the one place where they are written."""

import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CELERY = (
    sys.executable,
    # It warns of pickles in messages, at length and at every start as root; ours are JSON.
    "-W", "ignore:You're running the worker with superuser privileges",
    "-m", "celery", "--quiet", "-A", "meet",
)  # fmt: skip
# Talk between workers, of which there is one per queue here.
_ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    # Sent when a first TERM did not end it: a busy Celery worker leaves its tasks to the sweeps at QUIT,
    # livekit-server its participants at a second TERM (decisions.md 21).
    insist: signal.Signals = signal.SIGQUIT
    # Starts when the console serves, which has the cores for itself until then.
    comes_later: bool = False


def web(*, bind: str, port: int, scratch: Path, workers: int = 1) -> Program:
    host = f"[{bind}]" if ":" in bind else bind
    return Program(
        "web",
        (
            sys.executable, "-m", "gunicorn", "meet.wsgi:application",
            "--bind", f"{host}:{port}",
            "--worker-class", "gthread", "--workers", str(workers),
            # Half of them may be sending files (recordings.files), others wait; somebody who joins finds one free.
            "--threads", "128",
            "--graceful-timeout", "2",
            # Longer than proxies (Caddy: two minutes) and programs hold an idle connection: whoever asks again at the
            # moment at which we close it gets no answer. An idle one takes no thread.
            "--keep-alive", "130",
            # Whose headers are believed says SERVER_TRUST_PROXY alone; gunicorn would believe everybody on loopback.
            "--forwarded-allow-ips", "",
            # Nothing is written outside the data directory.
            "--no-control-socket", "--worker-tmp-dir", str(scratch),
            "--log-level", "warning",
            *(("--config", "python:meet.supervisor.hooks") if workers > 1 else ()),
        ),
    )  # fmt: skip


def worker(*, schedule: Path | None) -> Program:
    """With a file for the state of its `schedule`, it is the beat as well."""
    return Program(
        "worker",
        (
            *_CELERY, "worker", "--queues", "celery", "--pool", "threads", "--concurrency", "4",
            "--hostname", "worker@%h", *_ALONE,
            *(("--beat", "--schedule", str(schedule)) if schedule else ()),
        ),
        comes_later=True,
    )  # fmt: skip


def beat(*, schedule: Path) -> Program:
    return Program("beat", (*_CELERY, "beat", "--schedule", str(schedule), "--pidfile="))


def recorder(*, host: str, slots: int) -> Program:
    """Its queue has the orders for this machine: what to record, and what to do with the files that lie here. Beside
    those that record there are two threads that upload, one that finishes a file, and one for all that is quick."""
    return Program(
        "recorder",
        (
            *_CELERY, "worker", "--queues", f"recorder-{host}", "--pool", "threads",
            "--concurrency", str(slots + 4), "--hostname", "recorder@%h", *_ALONE,
        ),
        comes_later=True,
    )  # fmt: skip


def media(*, server: str, config: Path) -> Program:
    return Program("media", (server, "--config", str(config)), insist=signal.SIGTERM)

"""gunicorn's configuration where it runs several web processes: `--config python:meet.supervisor.hooks`."""

from typing import Any

from prometheus_client import multiprocess


def child_exit(_server: Any, worker: Any) -> None:
    """Counts of a process that ended stay in the sums; what it held as a living one goes."""
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]

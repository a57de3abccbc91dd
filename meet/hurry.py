"""Waking a worker for a row that has just been written."""

from functools import cache
from typing import Any

import structlog
from celery import Task, current_app
from django.db import transaction
from kombu import Connection
from kombu.pools import producers

log = structlog.get_logger(__name__)

# A request waits no longer than this for a broker that hangs.
_PATIENCE = {"socket_timeout": 1, "socket_connect_timeout": 1}


def hurry(task: Task[Any, Any], *ids: int, countdown: float = 0, queue: str | None = None) -> None:
    """Publishes `task(*ids)` after the transaction commits, to `queue` if it is not the task's own. A dead broker is
    logged and never an error: the task's sweep finds the row anyway."""
    route: dict[str, Any] = {"queue": queue} if queue else {}

    def publish() -> None:
        try:
            with producers[_connection()].acquire(block=True, timeout=1) as producer:
                task.apply_async(args=ids, countdown=countdown, producer=producer, retry=False, **route)
        except Exception as error:  # every transport has its own family of errors, and none may undo a commit
            log.warning("wake-up not published", task=task.name, ids=ids, reason=type(error).__name__)

    transaction.on_commit(publish, robust=True)


@cache
def _connection() -> Connection:
    return current_app.connection_for_write(transport_options=_PATIENCE)

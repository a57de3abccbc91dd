"""Waking a worker for a row that has just been written."""

from typing import Any

import structlog
from celery import Task
from django.db import transaction

log = structlog.get_logger(__name__)


def hurry(task: Task[Any, Any], *ids: int, countdown: float = 0) -> None:
    """Publishes `task(*ids)` after the transaction commits. A dead broker is logged and never an error: the task's
    sweep finds the row anyway."""

    def publish() -> None:
        try:
            task.apply_async(args=ids, countdown=countdown, retry=False)
        except Exception as error:  # every transport has its own family of errors, and none may undo a commit
            log.warning("wake-up not published", task=task.name, ids=ids, reason=type(error).__name__)

    transaction.on_commit(publish, robust=True)

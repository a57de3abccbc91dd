"""The Celery application, the routes of its tasks and the whole schedule.

The database is the truth and the broker only carries wake-ups: every task may be lost, doubled or late without harm,
because a sweep of the schedule below finds the due rows again.
"""

import os
import warnings
from datetime import timedelta
from importlib import import_module
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.schedules import crontab
from celery.signals import setup_logging, worker_ready, worker_shutting_down
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meet.settings")

# «Never run as root» is about pickled messages; ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("meet")


def _broker() -> dict[str, Any]:
    if settings.REDIS_URL:
        return {
            "broker_url": settings.REDIS_URL,
            # Longer than the longest task, or Redis hands a running task to a second worker.
            "broker_transport_options": {
                "visibility_timeout": 8 * 3600,
                "socket_timeout": 5,
                "socket_connect_timeout": 1,
            },
        }
    folder = settings.MEET_DATA_DIR / "broker"
    for name in ("messages", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://localhost//",
        "broker_transport": "meet.broker:Transport",
        "broker_transport_options": {
            "data_folder_in": folder / "messages",
            "data_folder_out": folder / "messages",
            "control_folder": folder / "control",
            # The default of one second would be felt at every join; this costs 0.6 % of a core.
            "polling_interval": 0.05,
        },
    }


def _every(*, seconds: int) -> dict[str, Any]:
    """A sweep that nobody got round to in time is not made up for: the next one finds the same rows."""
    return {"schedule": timedelta(seconds=seconds), "options": {"expires": max(seconds, 10)}}


app.conf.update(
    **_broker(),
    task_ignore_result=True,
    task_default_queue="celery",
    task_publish_retry=False,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    beat_schedule={
        "LiveKit events that nobody processed": {
            "task": "meet.livekit.tasks.sweep",
            **_every(seconds=2),
        },
        "webhook deliveries that are due": {
            "task": "meet.webhooks.tasks.sweep",
            **_every(seconds=2),
        },
        "meetings compared with the media server": {
            "task": "rooms.tasks.reconcile",
            **_every(seconds=10),
        },
        "participants compared with the media server": {
            "task": "rooms.tasks.count_heads",
            **_every(seconds=30),
        },
        "people who have just joined": {
            "task": "rooms.tasks.restrict",
            **_every(seconds=2),
        },
        "captions that nobody reads any more": {
            "task": "rooms.tasks.stop_unread_captions",
            **_every(seconds=5),
        },
        "rooms past their expiry date": {
            "task": "rooms.tasks.expire",
            **_every(seconds=60),
        },
        "recordings on their way": {
            "task": "recordings.tasks.look_after",
            **_every(seconds=5),
        },
        "recordings past a deadline": {
            "task": "recordings.tasks.judge",
            **_every(seconds=5),
        },
        "recordings compared with LiveKit Egress": {
            "task": "recordings.tasks.compare_egresses",
            **_every(seconds=30),
        },
        "meetings that record themselves": {
            "task": "recordings.tasks.record_automatically",
            **_every(seconds=2),
        },
        "recordings and rooms that were deleted": {
            "task": "recordings.tasks.take_away",
            **_every(seconds=60),
        },
        "recordings kept for long enough": {
            "task": "recordings.tasks.expire",
            "schedule": timedelta(hours=1),
        },
        "recordings compared with their files": {
            "task": "recordings.tasks.keep_house",
            "schedule": timedelta(hours=1),
        },
        "answers kept under an Idempotency-Key": {
            "task": "meet.idempotency.tasks.forget",
            "schedule": timedelta(hours=1),
        },
        "sessions that have ended": {
            "task": "accounts.tasks.clear_sessions",
            "schedule": crontab(hour="3", minute="0"),
        },
        "old events of LiveKit": {
            "task": "meet.livekit.tasks.forget",
            "schedule": crontab(hour="3", minute="20"),
        },
        "old webhook events": {
            "task": "meet.webhooks.tasks.forget",
            "schedule": crontab(hour="3", minute="40"),
        },
        "old receipts of deleted recordings": {
            "task": "recordings.tasks.forget",
            "schedule": crontab(hour="4", minute="0"),
        },
    },
)
app.autodiscover_tasks(["accounts", "meet.idempotency", "meet.livekit", "meet.webhooks", "rooms", "recordings"])


@worker_ready.connect
def begin_recording(sender: Any, **_kwargs: object) -> None:
    if _is_recorder(sender):
        import_module("recordings.recorders.host").begin()


@worker_shutting_down.connect
def end_recording(sender: Any, **_kwargs: object) -> None:
    if _is_recorder(sender):
        import_module("recordings.recorders.host").end()


def _is_recorder(worker: object) -> bool:
    """By its name: it is the one process that is more than its queues (meet.supervisor.programs)."""
    return str(getattr(worker, "hostname", worker)).startswith("recorder@")


@setup_logging.connect
def keep_django_logging(**_kwargs: object) -> None:
    """Celery would set up its own; LOGGING of the settings serves every process."""

"""Waking a worker: after the commit, once, and never at the price of an error (decisions.md 20)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.module_loading import import_string
from pytest_django import DjangoCaptureOnCommitCallbacks

from meet import clock
from meet.celery import app
from meet.hurry import hurry
from meet.livekit import inbox, tasks
from rooms.models import Meeting, Room
from rooms.tasks import expire, reconcile
from tests.livekit.wire import Twirp, event_body, signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """How workers were woken."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks.process, "apply_async", lambda **options: calls.append(options))
    return calls


def test_a_worker_is_woken_after_the_commit_and_not_before(
    woken: list[dict[str, Any]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        hurry(tasks.process, 7, countdown=1.5)
        assert woken == []
    [how] = woken
    assert (how["args"], how["countdown"], how["retry"]) == ((7,), 1.5, False)


def test_nobody_is_woken_for_what_was_taken_back(
    woken: list[dict[str, Any]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def taken_back() -> None:
        with transaction.atomic():
            hurry(tasks.process, 7)
            raise RuntimeError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        taken_back()
    assert woken == []


@pytest.mark.parametrize("error", [ConnectionError("refused"), OSError("disk full"), RuntimeError("no broker")])
def test_a_dead_broker_is_no_error_and_keeps_nobody_else_asleep(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    error: Exception,
) -> None:
    others: list[int] = []

    def dead(**_options: Any) -> None:
        raise error

    monkeypatch.setattr(tasks.process, "apply_async", dead)
    with django_capture_on_commit_callbacks(execute=True):
        hurry(tasks.process, 7)
        transaction.on_commit(lambda: others.append(1))
    assert others == [1]


def test_every_task_of_the_schedule_and_of_the_routes_exists() -> None:
    app.loader.import_default_modules()
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert names <= set(app.tasks)
    for entry in app.conf.beat_schedule.values():
        assert entry["schedule"]
        assert callable(import_string(entry["task"]))


def test_tasks_survive_the_death_of_their_worker() -> None:
    assert app.conf.task_acks_late is True
    assert app.conf.worker_prefetch_multiplier == 1


@pytest.mark.parametrize("name", sorted(entry["task"] for entry in app.conf.beat_schedule.values()))
def test_every_sweep_may_come_when_there_is_nothing_to_do(name: str, twirp: Twirp) -> None:
    twirp.has_rooms()
    for _ in range(2):
        import_string(name)()


def test_the_tasks_do_what_the_doors_left_to_them(room: Room, twirp: Twirp) -> None:
    body = event_body("room_started", room.room_id)
    event = inbox.receive(body.encode(), signature(body), now=clock.now() - timedelta(minutes=1))
    assert event
    tasks.process(event.pk)
    assert Meeting.objects.get().room == room
    Meeting.objects.update(started_at=clock.now() - timedelta(minutes=5))
    twirp.has_rooms()
    reconcile()
    assert not Meeting.objects.filter(ended_at=None).exists()
    Room.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    expire()
    assert not Room.objects.exists()

"""Recordings that were kept for long enough are deleted; a room's own days win over those of the installation."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from meet import clock
from recordings.files import purge, retention
from recordings.models import DeletionReceipt, Recording, RecordingStatus
from rooms.models import Room
from tests.factories import make_recording, make_room
from tests.recordings.doors import Stored, stored

__all__ = ["stored"]

NOW = clock.now()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def ended(room: Room, days: int, **more: Any) -> Recording:
    """A recording that ended so many days ago."""
    return make_recording(room, ended_at=NOW - DAY * days, **more)


def is_there(recording: Recording) -> bool:
    return bool(Recording.objects.filter(pk=recording.pk).exists())


@pytest.mark.parametrize(
    ("usual", "own", "days"), [(0, None, None), (30, None, 30), (30, 7, 7), (30, 365, 365), (0, 7, 7)]
)
def test_the_days_of_the_room_win(room: Room, settings: Any, usual: int, own: int | None, days: int | None) -> None:
    settings.MEET_RECORDING_RETENTION_DAYS = usual
    Room.objects.update(recording_retention_days=own)
    room.refresh_from_db()
    recording = ended(room, 0)
    if days is None:
        assert retention.deletes_on(recording) is None
        assert retention.sweep(now=NOW + DAY * 9999) == 0
        return
    moment = NOW + DAY * days
    assert retention.deletes_on(recording) == moment
    assert retention.sweep(now=moment - SECOND) == 0
    assert retention.sweep(now=moment) == 1
    assert not is_there(recording)


def test_each_room_has_its_own_days(olga: User, settings: Any) -> None:
    settings.MEET_RECORDING_RETENTION_DAYS = 30
    spans: list[int | None] = [None, 7, 7, 90]
    rooms = [make_room(olga, recording_retention_days=days) for days in spans]
    old = {(days, age): ended(room, age) for room, days in zip(rooms, spans, strict=True) for age in (3, 10, 40, 100)}
    assert retention.sweep(now=NOW) == 2 + 3 + 3 + 1
    assert {key for key, recording in old.items() if is_there(recording)} == {
        (None, 3), (None, 10), (7, 3), (90, 3), (90, 10), (90, 40),
    }  # fmt: skip


@pytest.mark.parametrize("status", RecordingStatus)
def test_what_goes_on_is_not_judged(room: Room, settings: Any, status: RecordingStatus) -> None:
    settings.MEET_RECORDING_RETENTION_DAYS = 1
    recording = ended(room, 2, status=status)
    retention.sweep(now=NOW)
    assert is_there(recording) is not status.is_final
    assert (retention.deletes_on(recording) is None) is not status.is_final


def test_the_receipt_says_why(room: Room, settings: Any, stored: Stored) -> None:
    settings.MEET_RECORDING_RETENTION_DAYS = 1
    stored(ended(room, 2))
    retention.sweep(now=NOW)
    purge.purge_recordings(now=NOW)
    receipt = DeletionReceipt.objects.get()
    assert (receipt.reason, receipt.deleted_by, receipt.deleted_at) == ("retention", "", NOW)


def test_many_are_deleted_in_one_run(room: Room, settings: Any) -> None:
    settings.MEET_RECORDING_RETENTION_DAYS = 1
    for _ in range(101):
        ended(room, 2)
    assert retention.sweep(now=NOW) == 101


def test_what_somebody_deleted_stays_theirs(room: Room, settings: Any) -> None:
    settings.MEET_RECORDING_RETENTION_DAYS = 1
    before: datetime = NOW - DAY
    ended(room, 2, deleted_at=before, deleted_by="Olga", deletion_reason="request")
    assert retention.sweep(now=NOW) == 0
    assert Recording.with_deleted.get().deleted_at == before

"""A recorder at work, as rows show it: for tests of everything around it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from livekit.protocol import models
from livekit.protocol.room import ListParticipantsResponse, SendDataResponse

from meet import clock
from recordings import lifecycle, starting
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import RecorderHost, Recording, RecordingStatus
from tests.livekit.wire import Twirp

HOST = "machine_1"
PEOPLE = "RoomService/ListParticipants"
SEND = "RoomService/SendData"


def somebody_is_there(twirp: Twirp) -> None:
    """In the meeting that is to be recorded, and LiveKit takes signals."""
    person = models.ParticipantInfo(sid="PA_ann", identity="ann", kind=models.ParticipantInfo.STANDARD)
    twirp.answers(PEOPLE, ListParticipantsResponse(participants=[person]))
    twirp.answers(SEND, SendDataResponse())


def recorder_is_free(*, slots: int = 1) -> None:
    RecorderHost.objects.update_or_create(name=HOST, defaults={"slots": slots, "seen_at": clock.now()})


def while_waiting(monkeypatch: pytest.MonkeyPatch, act: Callable[[Recording], object]) -> None:
    """What a recorder does to the newest recording while the request that started it waits; no time passes."""
    monkeypatch.setattr(starting, "pause", lambda: act(Recording.with_deleted.latest("pk")))


def take(recording: Recording) -> Recording:
    """A recorder process has it, and has written its first bytes."""
    Recording.with_deleted.filter(pk=recording.pk).update(host=HOST)
    now = clock.now()
    return lifecycle.note(recording.pk, Report(RecordingStatus.ACTIVE, started_at=now), now=now)


def fail(recording: Recording, failure: Failure = Failure.PAGE_FAILED) -> Recording:
    report = Report(RecordingStatus.FAILED, failure=failure, details="The page says no")
    return lifecycle.note(recording.pk, report, now=clock.now())


def finish(recording: Recording, **more: Any) -> Recording:
    """The recorder has stopped, and has a file."""
    now = clock.now()
    values: dict[str, Any] = {"ended_at": now, "duration": 9.5, "size": 1234, **more}
    return lifecycle.note(recording.pk, Report(values.pop("status", RecordingStatus.COMPLETE), **values), now=now)


def age(recording: Recording, by: timedelta) -> Recording:
    """As if everything about it had happened that much earlier."""
    columns = ("created_at", "started_at", "stop_requested_at", "deadline_at", "deliver_at", "signal_due_at")
    for column in columns:
        value = getattr(recording, column)
        if value:
            setattr(recording, column, value - by)
    recording.save()
    return recording

"""What tests of the doors to recordings need to be there: files, a recorder that works at once, people with tokens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import ListParticipantsResponse, SendDataResponse
from pytest_django import Settings

from meet import clock
from recordings import lifecycle, starting, storage
from recordings.lifecycle import Report
from recordings.models import RecorderHost, Recording, RecordingStatus
from rooms.models import Room
from rooms.permissions import SPEAKER_DEFAULT, Permission
from tests import jwts
from tests.conftest import Api
from tests.livekit.wire import Twirp

RECORDINGS = "/api/v1/recordings"
BYTES = bytes(range(256)) * 40
FORBIDDEN = {"error": "Authorization Error", "message": "Insufficient permissions to access this resource"}
UNAUTHORIZED = {"error": "Authentication Error", "message": "Unauthorized"}


def path_of(recording: Recording, action: str = "") -> str:
    return f"{RECORDINGS}/{recording.recording_id}" + (f"/{action}" if action else "")


def holder(room: Room, permissions: Permission = SPEAKER_DEFAULT, **more: Any) -> Api:
    """Whoever has a token of `room` that does not join."""
    return Api(ticket(room, permissions, **more))


def ticket(room: Room, permissions: Permission = SPEAKER_DEFAULT, **more: Any) -> dict[str, str]:
    token = jwts.craft(jwts.member_metadata(room.room_id, permissions, **more))
    return {"X-Room-Member-Token": f"Bearer {token}"}


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


Stored = Callable[..., Recording]


@pytest.fixture
def stored(settings: Settings, tmp_path: Path) -> Stored:
    """`stored(recording)`: the same, with a file in the storage."""
    local = {"BACKEND": "recordings.storage.local.LocalStorage", "OPTIONS": {"location": tmp_path / "stored"}}
    settings.STORAGES = {**settings.STORAGES, "recordings": local}

    def put(recording: Recording, content: bytes = BYTES) -> Recording:
        file = tmp_path / f"{recording.uid}.mp4"
        file.write_bytes(content)
        storage.save(file, recording.key)
        return recording

    return put


def somebody_is_there(twirp: Twirp) -> None:
    """A person in every meeting, who is told whatever there is to tell."""
    people = [ParticipantInfo(identity="ann", kind=ParticipantInfo.STANDARD)]
    twirp.answers("RoomService/ListParticipants", ListParticipantsResponse(participants=people))
    twirp.answers("RoomService/SendData", SendDataResponse())


def make_recorder(slots: int = 100) -> RecorderHost:
    return RecorderHost.objects.create(name="here", slots=slots, seen_at=clock.now() + timedelta(hours=1))


@contextmanager
def at_work_at_once() -> Iterator[None]:
    """A recorder that needs no time: whoever waits for it finds it at work."""
    wait = starting.wait

    def found_at_work(recording: Recording) -> Recording:
        now = clock.now()
        lifecycle.note(recording.pk, Report(RecordingStatus.ACTIVE, started_at=now), now=now)
        return wait(Recording.objects.select_related("room").get(pk=recording.pk))

    with mock.patch.object(storage, "probe"), mock.patch.object(starting, "wait", found_at_work):
        yield


@pytest.fixture
def recorder(db: None, twirp: Twirp) -> Iterator[None]:
    """A meeting with somebody in it, and a recorder that is at work at once."""
    somebody_is_there(twirp)
    make_recorder()
    with at_work_at_once():
        yield

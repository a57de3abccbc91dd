import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts.models import ApiKey, User
from meet import clock
from meet.webhooks.models import Endpoint, Event
from recordings import lifecycle, storage
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.factories import make_recording
from tests.livekit.wire import Twirp
from tests.recordings.egress.livekit import has_somebody, lists

Told = Callable[[], list[tuple[str, str]]]


@pytest.fixture(autouse=True)
def _egress_records(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEET_RECORDER = "egress"
    settings.MEET_RECORDER_PAGE_URL = "https://meet.example.org/meet/recorder"
    settings.MEET_EGRESS_FILE_PREFIX = ""
    monkeypatch.setattr(storage, "probe", lambda: None)
    monkeypatch.setattr(storage, "size", lambda _key: 18734112)


@pytest.fixture
def livekit(room: Room, twirp: Twirp) -> Twirp:
    """With somebody in `room`, and no egress yet."""
    has_somebody(twirp)
    lists(twirp)
    return twirp


@pytest.fixture
def recording(room: Room) -> Recording:
    """Asked for; LiveKit has not answered yet."""
    return make_asked_for(room)


@pytest.fixture
def told(admin: User) -> Told:
    """`told()`: the webhooks of recordings so far, as (event, status)."""
    ApiKey.replace_default(by=admin, now=clock.now())
    Endpoint.objects.create(url="http://hooks.example/", enabled=True, created_at=clock.now())

    def events() -> list[tuple[str, str]]:
        bodies = [json.loads(text) for text in Event.objects.order_by("pk").values_list("body", flat=True)]
        return [(body["event"], body["data"]["status"]) for body in bodies]

    return events


def make_asked_for(room: Room, *, uid: str = "0a1b2c3d4e", **more: object) -> Recording:
    now = clock.now()
    recording = make_recording(
        room,
        status=RecordingStatus.STARTING,
        egress_id=None,
        recording_id=None,
        created_at=now,
        deadline_at=now + lifecycle.START_WITHIN,
    )
    columns = {
        "uid": uid,
        "key": f"recordings/{room.room_id}/{room.room_id}--{uid}.mp4",
        "backend": Recording.Backend.EGRESS,
        **more,
    }
    for name, value in columns.items():
        setattr(recording, name, value)
    recording.save()
    return recording


def age(recording: Recording, by: timedelta) -> Recording:
    """As if all of it had happened that much earlier."""
    recording.refresh_from_db()
    for column in ("created_at", "started_at", "stop_requested_at", "deadline_at", "deliver_at"):
        value = getattr(recording, column)
        if value:
            setattr(recording, column, value - by)
    recording.save()
    return recording

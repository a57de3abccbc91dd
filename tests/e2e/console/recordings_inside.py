"""What `tests.e2e.console.recordings.making` runs in the environment of an installation."""

import json
import sys
from pathlib import Path
from typing import Any

from meet import clock
from recordings import storage
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.factories import make_recording

# Far enough that no sweep ends it during a test.
_DEADLINE = clock.from_ms(4_102_444_800_000)


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        made = _made(asked["wishes"], Path(asked["film"]))
        print(json.dumps([(one.recording_id, one.public_secret, one.private_secret) for one in made]), flush=True)


def _made(wishes: list[dict[str, Any]], film: Path) -> list[Recording]:
    made = [_changed(wish) if "recordingId" in wish else _new(wish, film) for wish in wishes]
    for recording in made:
        if recording.is_streamable:
            storage.save(film, recording.key)
    return made


def _new(wish: dict[str, Any], film: Path) -> Recording:
    room = Room.objects.get(room_id=wish.pop("roomId"))
    status = RecordingStatus(wish.pop("status", "complete"))
    figures = {"duration": 6.0, "size": film.stat().st_size} if status.is_final else {"deadline_at": _DEADLINE}
    return make_recording(room, status=status, **{**figures, **wish})


def _changed(wish: dict[str, Any]) -> Recording:
    recording: Recording = Recording.objects.get(recording_id=wish["recordingId"])
    recording.status, recording.deadline_at, recording.released_at = wish["status"], None, clock.now()
    recording.save()
    return recording

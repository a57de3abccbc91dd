"""The recorders behind one interface: LiveKit Egress, and the embedded one in a headless browser."""

from datetime import datetime
from typing import Protocol

from django.conf import settings

from recordings.models import Recording
from recordings.recorders.egress.recorder import EgressRecorder
from recordings.recorders.embedded import EmbeddedRecorder


class Recorder(Protocol):
    """What it finds out later it reports to `recordings.lifecycle`."""

    def free(self, *, now: datetime) -> int | None:
        """How many more recordings could begin; None if it cannot tell."""

    def expect_free(self, recording: Recording, *, now: datetime) -> None:
        """Raises `CannotStart` if it is known already that nobody would record it."""

    def start(self, recording: Recording, *, now: datetime) -> None:
        """Asks for the recording, which gets its egress id. Raises `CannotStart` if it was refused; when the answer is
        lost, it returns, and the recording's deadline decides. Never call it inside a transaction."""

    def stop(self, recording: Recording, *, now: datetime) -> None:
        """Tells it of a stored wish to stop; again and again does no harm. Raises `LiveKitError`."""

    def look_after(self, recording: Recording, *, now: datetime) -> None:
        """Judges a recording whose deadline has passed before it ended, by whatever sign of life there is."""


_RECORDERS: dict[str, Recorder] = {
    Recording.Backend.BROWSER: EmbeddedRecorder(),
    Recording.Backend.EGRESS: EgressRecorder(),
}


def recorder_of(recording: Recording) -> Recorder:
    """The one that made it: the setting may have changed since."""
    return _RECORDERS[recording.backend]


def recorder() -> Recorder:
    """The one for new recordings."""
    return _RECORDERS[settings.MEET_RECORDER]

"""The embedded broker: kombu's file system transport, but awake, and with whole messages only."""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

_LONGEST_SLEEP = 0.2  # seconds


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # two stubs, two names
        """Under its name only when it is whole: a worker that looks between creating and writing would take an empty
        file for the message, and lose it."""
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}"
        draft = folder / f"{name}.draft"
        try:
            draft.write_text(dumps(payload))
            draft.replace(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"Cannot add a message to {folder}") from error


class Transport(filesystem.Transport):
    """An idle worker would sleep through two seconds at a time, and through the order to stop."""

    Channel = Channel

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        patience = min(timeout or _LONGEST_SLEEP, _LONGEST_SLEEP)
        return super().drain_events(connection, timeout=patience, **kwargs)

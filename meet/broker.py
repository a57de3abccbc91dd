"""The embedded broker: kombu's file system transport, but awake."""

from typing import Any

from kombu.transport import filesystem

_LONGEST_SLEEP = 0.2  # seconds


class Transport(filesystem.Transport):
    """An idle worker would sleep through two seconds at a time, and through the order to stop."""

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        patience = min(timeout or _LONGEST_SLEEP, _LONGEST_SLEEP)
        return super().drain_events(connection, timeout=patience, **kwargs)

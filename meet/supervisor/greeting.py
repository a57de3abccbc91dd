"""What the operator wants to know when the console serves. Terminal only: credentials never pass through a logger."""

import math
import time
import urllib.request
from collections.abc import Callable

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  compared with, never bound
_PATIENCE = 30  # seconds
_LABELS = {"admin_user": "administrator", "admin_password": "password", "api_key": "API key"}


class Greeting:
    def __init__(self, *, address: str, credentials: dict[str, str]) -> None:
        self._address = address
        self._credentials = [(label, credentials[key]) for key, label in _LABELS.items() if key in credentials]

    def print(self) -> None:
        print(f"\n  Meet is ready: {self._address}\n", flush=True)
        self.print_credentials()

    def print_credentials(self) -> None:
        """At the first call only."""
        if not self._credentials:
            return
        # What you gave yourself is not among them, except the name.
        is_secret = len(self._credentials) > 1
        print(f"  This is the first start.{' Note these down, they are not shown again:' if is_secret else ''}")
        for label, value in self._credentials:
            print(f"    {label:<15}{value}")
        print(flush=True)
        self._credentials = []


def reachable(bind: str) -> str:
    """The host part of URLs under which this machine reaches a server bound to `bind`."""
    return _EVERY_ADDRESS.get(bind, f"[{bind}]" if ":" in bind else bind)


def when_serving(health: str, then: Callable[[], None], *, slow: Callable[[], None]) -> None:
    """Calls `then` once `health` answers 200, and `slow` before if that takes long."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            with opener.open(health, timeout=5):
                break
        except OSError:  # urllib's errors are OSErrors too
            time.sleep(0.05)
        if time.monotonic() > patience:
            patience = math.inf
            slow()
    then()

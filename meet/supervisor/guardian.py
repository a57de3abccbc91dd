"""Ends the parts of a supervisor that was killed, and that could not do so itself.

A process of its own, which hears of each part and knows by the end of that talk that the supervisor is gone. It is run
by its path and needs the standard library only: 15 ms and 9 MB.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress


class Guardian:
    """The supervisor's end of the talk."""

    def __init__(self, *, insist_after: float, kill_after: float) -> None:
        """Seconds after the supervisor's death, as it would have waited itself."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(insist_after), str(kill_after)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def watch(self, group: int, insist: signal.Signals) -> None:
        """`insist` is what its leader gets if a first TERM does not end it."""
        self._tell(group, insist)

    def forget(self, group: int) -> None:
        """It has ended."""
        self._tell(group, 0)

    def close(self) -> None:
        """All have ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, group: int, insist: int) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # somebody has killed it: no reason to leave the parts alone
            os.write(self._process.stdin.fileno(), f"{group} {insist}\n".encode())


# -- The process -----------------------------------------------------------------------------------------------------


def main(insist_after: float, kill_after: float) -> None:
    # Whoever stops the whole installation at once must leave the supervisor its time.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, insist = map(int, line.split())
        if insist:
            groups[group] = insist
        else:
            groups.pop(group, None)
    died = time.monotonic()
    _send(groups, lambda group: os.kill(group, signal.SIGTERM))
    _wait(groups, until=died + insist_after)
    _send(groups, lambda group: os.kill(group, groups[group]))
    _wait(groups, until=died + kill_after)
    _send(groups, lambda group: os.killpg(group, signal.SIGKILL))


def _send(groups: Iterable[int], send: Callable[[int], None]) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            send(group)


def _wait(groups: dict[int, int], *, until: float) -> None:
    """Leaves in `groups` what has not ended by then."""
    while groups and time.monotonic() < until:
        for group in list(groups):
            try:
                os.killpg(group, 0)
            except (ProcessLookupError, PermissionError):  # nobody left; macOS answers EPERM for zombies
                del groups[group]
        time.sleep(0.05)


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))

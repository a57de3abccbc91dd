"""Processes that a ring started and left behind, in whatever session they run."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "MEET_TEST_RING"
_PROC = Path("/proc")  # Linux; elsewhere nothing is found


def find(mark: str) -> dict[int, str]:
    """The processes that inherited `mark`, with their command lines."""
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for folder in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = (
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
    found.pop(os.getpid(), None)
    return found


def end(mark: str, *, patience: float = 3) -> list[str]:
    """Waits a moment for them to end by themselves, then ends them. Returns the command lines of those."""
    left = _left_after(patience, mark)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _left_after(1, mark)
    return sorted(left.values())


def _left_after(patience: float, mark: str) -> dict[int, str]:
    until = time.monotonic() + patience
    while (left := find(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return left

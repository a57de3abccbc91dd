"""One running part: its process group, its output, its end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from meet.supervisor.programs import Program

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """Runs `program` in a session of its own: Ctrl-C in the terminal reaches the supervisor alone, and one signal to
    the group reaches everything the program started."""

    def __init__(
        self, program: Program, *, on_line: Callable[[str, bytes], None], on_end: Callable[["Child", int], None]
    ) -> None:
        self.program = program
        self._on_line = on_line
        self._on_end = on_end
        self._process = subprocess.Popen(
            program.command,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """To the program itself, which knows how to tell its own children."""
        self._process.send_signal(number)

    def kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # nobody left; macOS answers EPERM for zombies
            os.killpg(self._process.pid, signal.SIGKILL)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._on_line(self.program.name, line)

    def _wait(self) -> None:
        code = self._process.wait()
        # What the program left behind (a browser, a pool) must not outlive it, and would hold the pipe open.
        self.kill()
        self._reader.join(timeout=1)
        self._on_end(self, code)


def environment() -> dict[str, str]:
    beside_python = str(Path(sys.executable).parent)
    path = os.pathsep.join([beside_python, os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "meet.settings"}

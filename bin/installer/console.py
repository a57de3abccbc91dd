"""Talking to the person at the terminal, and running programs for them."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class Problem(Exception):
    """Why the set-up cannot go on, and what to do about it."""


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


@contextmanager
def step(what: str) -> Iterator[None]:
    started = time.monotonic()
    say(f"{what} …")
    yield
    say(f"{what}: done in {time.monotonic() - started:.0f} s")


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Runs quietly; what it printed is returned, or shown when it fails."""
    try:
        done = subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=True,
        )
    except OSError as error:
        raise Problem(f"{command[0]} could not be started: {error}") from error
    except subprocess.CalledProcessError as error:
        print(error.output, file=sys.stderr)
        raise Problem(f"«{' '.join(map(str, command))}» failed; its output is above.") from error
    return done.stdout

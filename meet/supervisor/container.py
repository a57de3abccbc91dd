"""The image's entry point: `python -m meet.supervisor.container web | worker | beat`, one part per container."""

import os
import subprocess
import sys
from pathlib import Path

from meet.supervisor import programs

_USAGE = "Choose what this container is: web, worker or beat."


def main(arguments: list[str]) -> int:
    data = Path(os.environ.get("MEET_DATA_DIR", "/data"))
    parts = {
        "web": lambda: programs.web(
            bind="0.0.0.0",  # noqa: S104  the container's own network
            port=int(os.environ.get("MEET_PORT", "6080")),
            scratch=data,
            workers=int(os.environ.get("WEB_CONCURRENCY", "1")),
        ),
        "worker": lambda: programs.worker(schedule=None),
        "beat": lambda: programs.beat(schedule=data / "celerybeat-schedule"),
    }
    if len(arguments) != 1 or arguments[0] not in parts:
        print(_USAGE, file=sys.stderr)
        return 2
    if arguments[0] == "web":
        # Any number of replicas may start at once: one of them does it, under a lock of the database.
        done = subprocess.run([sys.executable, "manage.py", "bootstrap", "--migrate"], check=False)
        if done.returncode != 0:
            return done.returncode
    command = list(parts[arguments[0]]().command)
    # The part becomes process 1 and gets the signals.
    return os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

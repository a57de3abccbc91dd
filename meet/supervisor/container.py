"""The image's entry point: `python -m meet.supervisor.container web | worker | beat`, one part per container."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from meet.supervisor import programs

_USAGE = "Choose what this container is: web, worker or beat."
_CHECK = ("check", "--tag", "meet", "--database", "default")
# Any number of replicas may start at once: one of them does it, under a lock of the database.
_BOOTSTRAP = ("bootstrap", "--migrate")
_PREPARATIONS = {"web": (_CHECK, _BOOTSTRAP), "worker": (_CHECK,), "beat": (_CHECK,)}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in _PREPARATIONS:
        print(_USAGE, file=sys.stderr)
        return 2
    [part] = arguments
    for preparation in _PREPARATIONS[part]:
        done = subprocess.run([sys.executable, "manage.py", *preparation], check=False)
        if done.returncode != 0:
            return done.returncode
    return _become(part)


def _become(part: str) -> int:
    """The part becomes process 1 and gets the signals."""
    data = Path(os.environ.get("MEET_DATA_DIR") or "/data")
    environment = dict(os.environ)
    if part == "web":
        workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
        if workers > 1:
            environment["PROMETHEUS_MULTIPROC_DIR"] = str(_folder_of_figures(data))
        port = int(os.environ.get("MEET_PORT") or 6080)
        # Every address of the container's own network.
        program = programs.web(bind="0.0.0.0", port=port, scratch=data, workers=workers)  # noqa: S104
    elif part == "worker":
        program = programs.worker(schedule=None)
    else:
        program = programs.beat(schedule=data / "celerybeat-schedule")
    command = list(program.command)
    return os.execve(command[0], command, environment)  # noqa: S606


def _folder_of_figures(data: Path) -> Path:
    """Where web processes leave their figures, so that each can show the sums at /metrics; empty, or those of the last
    start would be counted again."""
    folder = data / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

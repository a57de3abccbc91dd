import os
import signal
import sys
import time
from types import FrameType

from installer import frontend, media_server, messages, object_store, places, python_env, system
from installer.console import Problem, say
from installer.go_program import Build

_BUILT = (media_server, object_store.S3, object_store.GOOGLE)
_USAGE = "Usage: bin/setup [run|test [command …]]"


def main(arguments: list[str]) -> int:
    mode, *command = arguments or ["run"]
    if mode not in ("run", "test"):
        print(_USAGE, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    os.chdir(places.ROOT)
    try:
        system.prepare(mode)
        if not _is_ready(mode):
            with places.lock(places.checkout_lock()):
                _prepare(mode)
    except Problem as problem:
        print(f"setup: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted; start again to go on", file=sys.stderr)
        return 130
    if command:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.execvp(command[0], command)  # noqa: S606  that is what is asked for
    return 0


def _is_ready(mode: str) -> bool:
    return (
        python_env.is_ready(mode)
        and frontend.is_ready(mode)
        and messages.is_ready()
        and all(part.is_ready(mode) for part in _BUILT)
    )


def _prepare(mode: str) -> None:
    started = time.monotonic()
    builds = [Build(part.PROGRAM) for part in _BUILT if not part.is_ready(mode)]
    try:
        if not python_env.is_ready(mode):
            python_env.prepare(mode)
        if not frontend.is_ready(mode):
            frontend.prepare()
        messages.prepare()
        for build in builds:
            build.finish()
    except BaseException:
        for build in builds:
            build.cancel()
        raise
    say(f"ready in {time.monotonic() - started:.0f} s")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

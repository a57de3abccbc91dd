import os
import signal
import sys
import time
from types import FrameType

from installer import frontend, media_server, messages, places, python_env, system
from installer.console import Problem, say

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
    return python_env.is_ready(mode) and frontend.is_ready(mode) and messages.is_ready() and media_server.is_ready(mode)


def _prepare(mode: str) -> None:
    started = time.monotonic()
    build = None if media_server.is_ready(mode) else media_server.Build()
    try:
        if not python_env.is_ready(mode):
            python_env.prepare(mode)
        if not frontend.is_ready(mode):
            frontend.prepare()
        messages.prepare()
        if build:
            build.finish()
            media_server.link()
    except BaseException:
        if build:
            build.cancel()
        raise
    say(f"ready in {time.monotonic() - started:.0f} s")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

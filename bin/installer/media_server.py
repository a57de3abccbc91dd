"""livekit-server: the one you have, or one built from its Go module (there is no package of it)."""

import os
import platform
import shutil
import subprocess
import threading
import time
from pathlib import Path

from installer import places, tools
from installer.console import Problem, say, step

VERSION = "1.13.5"
_MODULE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
_LINK = places.VENV / "bin" / "livekit-server"
_EVERY = 15  # seconds between two lines about a build


def is_ready(mode: str) -> bool:
    if mode == "run" and (os.environ.get("LIVEKIT_URL") or os.environ.get("LIVEKIT_URL_FILE")):
        return True
    named = os.environ.get("MEET_LIVEKIT_SERVER")
    if named and shutil.which(named) is None:
        raise Problem(f"MEET_LIVEKIT_SERVER names {named}, which is no program.")
    return bool(named or shutil.which("livekit-server")) or _LINK.resolve() == _built()


def link() -> None:
    """Beside Python, where every part of the installation looks; call it when `.venv` is complete."""
    places.link(_LINK, _built())


def _built() -> Path:
    return places.cache() / f"livekit-server-{VERSION}-{platform.system().lower()}-{platform.machine()}"


class Build(threading.Thread):
    """The build takes longer than all the rest of a first set-up and runs beside it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._problem: Problem | None = None
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def run(self) -> None:
        try:
            self._build_once()
        except Problem as problem:
            self._problem = problem

    def finish(self) -> None:
        self.join()
        if self._problem:
            raise self._problem

    def cancel(self) -> None:
        if self._process:
            self._process.terminate()

    def _build_once(self) -> None:
        with places.lock("livekit-server"):
            if not _built().exists():
                with step(f"building livekit-server {VERSION} (two to four minutes, once)"):
                    self._build()

    def _build(self) -> None:
        go, is_systems = tools.go()
        folder = places.cache() / "livekit-build"
        command = [str(go), "install", "-v", _MODULE]
        self._process = subprocess.Popen(
            command, cwd=places.cache(), env=_environment(folder, is_systems=is_systems), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        lines = _with_progress(self._process)
        if self._process.wait() != 0:
            raise Problem(f"livekit-server could not be built:\n{''.join(lines[-15:])}")
        (folder / "bin" / "server").replace(_built())
        shutil.rmtree(folder)


def _environment(folder: Path, *, is_systems: bool) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in ("GOOS", "GOARCH", "GOFLAGS")}
    # Never another toolchain from the network; nothing of the server is C.
    env |= {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOBIN": str(folder / "bin")}
    if not is_systems:
        # Our own Go leaves nothing behind but the server. An interrupted build goes on where it was.
        env |= {"GOPATH": str(folder), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-modcacherw"}
    return env


def _with_progress(process: subprocess.Popen[str]) -> list[str]:
    """Everything `process` printed; a word about it now and then meanwhile."""
    assert process.stdout is not None
    lines: list[str] = []
    started = said = time.monotonic()
    for line in process.stdout:
        lines.append(line)
        if time.monotonic() - said > _EVERY:
            said = time.monotonic()
            say(f"livekit-server: {len(lines)} modules and packages, {said - started:.0f} s")
    return lines

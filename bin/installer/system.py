"""What only the system's package manager can bring."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from installer import places
from installer.console import Problem, run, say, step

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC_CHROMIUM = ("/Applications/Chromium.app", "/Applications/Google Chrome.app")
_OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class Need:
    name: str
    is_there: Callable[[], bool]
    apt: str
    brew: str


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _chromium() -> bool:
    return _program(*_CHROMIUM)() or any(Path(path).exists() for path in _MAC_CHROMIUM)


def _postgresql() -> bool:
    """Debian keeps the server's programs off the PATH."""
    return shutil.which("initdb") is not None or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


CHROMIUM = Need("Chromium", _chromium, "chromium chromium-sandbox fonts-liberation", "--cask chromium")
_RUN = [
    CHROMIUM,
    Need("ffmpeg", _program("ffmpeg"), "ffmpeg", "ffmpeg"),
    Need("gettext", _program("msgfmt"), "gettext", "gettext"),
    Need("Python's venv", lambda: find_spec("ensurepip") is not None, "python3-venv", "python"),
]
_TEST = [
    Need("PostgreSQL", _postgresql, "postgresql", "postgresql@16"),
    Need("Redis", _program("redis-server"), "redis-server", "redis"),
]


def missing(mode: str) -> list[Need]:
    return [need for need in [*_RUN, *(_TEST if mode == "test" else [])] if not need.is_there()]


def prepare(mode: str) -> None:
    needs = missing(mode)
    if CHROMIUM in needs and is_ubuntu(places.read(_OS_RELEASE)):
        needs.remove(CHROMIUM)
        _ubuntu_has_no_chromium(mode)
    if not needs:
        return
    packages = [word for need in needs for word in need.apt.split()]
    may = _apt_get()
    if may is None:
        raise Problem(advice(needs, has_apt=shutil.which("apt-get") is not None, is_mac=sys.platform == "darwin"))
    with places.lock("system-packages"), step(f"installing {', '.join(packages)} (the system's package manager)"):
        run([*may, "update"], cwd=places.ROOT)
        run([*may, "install", "--yes", "--no-install-recommends", *packages], cwd=places.ROOT)
    still = [need for need in needs if not need.is_there()]
    if still:
        raise Problem(
            f"{', '.join(need.name for need in still)} cannot be found although {', '.join(packages)} are installed."
        )


def is_ubuntu(os_release: str) -> bool:
    """Ubuntu and what calls itself like it: their chromium package is a snap."""
    return any("ubuntu" in line for line in os_release.splitlines() if line.startswith(("ID=", "ID_LIKE=")))


def advice(needs: list[Need], *, has_apt: bool, is_mac: bool) -> str:
    what = f"{', '.join(need.name for need in needs)} must be installed first."
    if has_apt:
        packages = " ".join(need.apt for need in needs)
        return f"{what} Type:\n    sudo apt-get update && sudo apt-get install -y {packages}"
    if is_mac:
        commands = [f"brew install {need.brew}" for need in needs]
        return f"{what} Type:\n    {' && '.join(commands)}"
    return f"{what} Do it with the package manager of your {platform.system()}, then start again."


def _apt_get() -> list[str] | None:
    """apt-get with the rights to install, without asking for a password; None if there is no such way."""
    if shutil.which("apt-get") is None:
        return None
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo") is None:
        return None
    try:
        run(["sudo", "-n", "true"], cwd=places.ROOT)
    except Problem:
        return None
    return ["sudo", "-n", *command]


def _ubuntu_has_no_chromium(mode: str) -> None:
    text = "Ubuntu's Chromium is a snap, which cannot be driven from here: install Google Chrome or another Chromium"
    if mode == "test":
        raise Problem(f"{text} (a program named {' or '.join(_CHROMIUM)} on the PATH) for the browser tests.")
    say(f"{text} if you want to record meetings. Everything else works without it.")

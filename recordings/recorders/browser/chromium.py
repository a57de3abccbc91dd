"""Chromium as a process: found, started with as little as it needs, and certainly ended.

It decodes what strangers send. So it gets no environment of ours, which holds secrets; as root it runs as somebody
else, in its own sandbox; and the address of the page with its token never stands on a command line, which others read.
"""

import fcntl
import os
import pwd
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from recordings.recorders.browser import cdp

# Debian's wrapper in /usr/bin adds flags of its own: the program behind it comes first.
_PROGRAMS = ("/usr/lib/chromium/chromium", "chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--remote-debugging-pipe", "--headless=new", "--kiosk", "--hide-scrollbars", "--disable-gpu",
    "--disable-dev-shm-usage", "--disable-extensions", "--disable-breakpad", "--no-first-run",
    "--autoplay-policy=no-user-gesture-required", "--auto-accept-this-tab-capture",
    # Whoever works at this machine has no use for the meeting from its loudspeakers; the film gets its sound otherwise.
    "--mute-audio",
    # The bar that says that the tab is being shared would take its place from the page, and be black in the film.
    "--disable-infobars",
    # Nobody is asked for anything but the page.
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    # Nobody looks at the window, and yet it must be drawn.
    "--disable-renderer-backgrounding", "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    # The embedded media server is on this machine.
    "--allow-loopback-in-peer-connection",
)  # fmt: skip
_NOBODY = "nobody"
_PATIENCE = 5.0  # seconds to end by itself


class CannotStart(Exception):
    """The browser does not run."""


class NoChromium(CannotStart):
    """There is no browser to record with."""

    def __init__(self) -> None:
        super().__init__("No Chromium was found: install it, or say with MEET_CHROMIUM where it is")


def program() -> str:
    candidates = (settings.MEET_CHROMIUM,) if settings.MEET_CHROMIUM else _PROGRAMS
    found = next(filter(None, map(shutil.which, candidates)), None)
    if found is None:
        raise NoChromium
    return found


@contextmanager
def running(profile: Path, *, width: int, height: int, start_timeout: float) -> Iterator[cdp.Page]:
    """The tab, of exactly `width` by `height`, of a browser with a throw-away profile; gone, with everything that it
    started, when the block ends."""
    command = [program(), *_FLAGS, f"--screen-info={{{width}x{height}}}", f"--window-size={width},{height}"]
    user = _somebody_else()
    home = _made(profile, user)
    try:
        # It has no name: whoever the browser runs as can put nothing else in its place.
        with tempfile.TemporaryFile() as log:
            process = _started(command, home, user, log)
            try:
                yield _first_page(process, log, start_timeout)
            finally:
                process.connection.close()
                _end(process.pid)
    finally:
        remove_profile(profile)


def remove_profile(profile: Path) -> None:
    """Also of a browser whose driver died; nothing happens where there is none. Only our own link is followed: what it
    leads to belongs to the browser, which may have put another one there."""
    home = profile.readlink() if profile.is_symlink() else profile
    shutil.rmtree(home, ignore_errors=True)
    with suppress(OSError):
        profile.unlink()


# -- Starting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Process:
    pid: int
    connection: cdp.Connection


def _started(command: list[str], home: Path, user: pwd.struct_passwd | None, log: IO[bytes]) -> _Process:
    if user:
        command = [*_becoming(user), *command]
    elif os.geteuid() == 0:
        command = [*command, "--no-sandbox"]
    try:
        return _spawn([*command, f"--user-data-dir={home}", "about:blank"], home, log)
    except OSError as error:
        raise CannotStart(f"Chromium cannot be started: {error.strerror}") from error


def _first_page(process: _Process, log: IO[bytes], timeout: float) -> cdp.Page:
    try:
        return cdp.first_page(process.connection, timeout=timeout)
    except cdp.Gone as error:
        log.seek(0)
        *_, last = [b"", *log.read().splitlines()]
        raise CannotStart(f"Chromium did not start. {last.decode(errors='replace')}") from error


def _somebody_else() -> pwd.struct_passwd | None:
    """Whom the browser runs as when we are root."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(_NOBODY)
    return None


def _becoming(user: pwd.struct_passwd) -> list[str]:
    setpriv = shutil.which("setpriv") or "setpriv"
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _made(profile: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder that the browser gets. Other users do not come into the data directory: theirs lies elsewhere, and
    `profile` is a link to it."""
    try:
        profile.parent.mkdir(parents=True, exist_ok=True)
        if user is None:
            profile.mkdir(mode=0o700)
            return profile
        home = Path(tempfile.mkdtemp(prefix="meet-recorder-"))
        profile.symlink_to(home)
        shutil.chown(home, user.pw_uid, user.pw_gid)
        return home
    except OSError as error:
        raise CannotStart(f"Chromium's profile cannot be made: {error.strerror}") from error


def _spawn(command: list[str], home: Path, log: IO[bytes]) -> _Process:
    commands, answers = _pipe(), _pipe()
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
        # Where --remote-debugging-pipe expects them.
        (os.POSIX_SPAWN_DUP2, commands.reading, 3),
        (os.POSIX_SPAWN_DUP2, answers.writing, 4),
    ]
    pid = os.posix_spawn(command[0], command, _environment(home), file_actions=files, setsid=True)
    os.close(commands.reading)
    os.close(answers.writing)
    return _Process(pid, cdp.Connection(reading=answers.reading, writing=commands.writing))


@dataclass(frozen=True)
class _Pipe:
    reading: int
    writing: int


def _pipe() -> _Pipe:
    """With numbers above those that the browser wants its ends at."""
    low = os.pipe()
    reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low)
    for end in low:
        os.close(end)
    return _Pipe(reading, writing)


def _environment(home: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}


# -- Ending ----------------------------------------------------------------------------------------------------------


def _end(pid: int) -> None:
    """Its pipe is closed: it goes by itself, or is killed; then whatever is left of its group."""
    deadline = time.monotonic() + _PATIENCE
    while not _has_ended(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _has_ended(pid: int) -> bool:
    """Leaves it to be waited for: until then nobody else can get the number of its group."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

"""What an installation must have for itself: its data directory and its ports."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class Refusal(Exception):
    """Why the installation cannot start, as one line for its operator."""


@dataclass(frozen=True)
class Port:
    number: int
    owner: str
    variable: str
    host: str = ""  # every address
    kind: socket.SocketKind = socket.SOCK_STREAM


@contextmanager
def data_directory(directory: Path) -> Iterator[None]:
    """Holds `directory` for this process; the kernel lets go of it however the process ends."""
    with (directory / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise Refusal(
                f"Meet already runs on the data directory {directory} (process {lock.read().strip() or 'unknown'}). "
                "Stop it first, or give this one its own MEET_DATA_DIR and MEET_PORT."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_taken(ports: Iterable[Port]) -> None:
    for port in ports:
        problem = _problem(port)
        if problem:
            raise Refusal(
                f"Port {port.number} of the {port.owner} {problem}. "
                f"Stop what uses it, or choose other ports with {port.variable}."
            )


def _problem(port: Port) -> str:
    """Empty if the port can be opened."""
    if port.number > 65535:
        return "does not exist"
    # A trial on every address: nothing listens.
    family, kind, _, _, address = socket.getaddrinfo(port.host or "0.0.0.0", port.number, type=port.kind)[0]  # noqa: S104
    with socket.socket(family, kind) as trial:
        if kind is socket.SOCK_STREAM:
            # As the servers do, or a port would count as taken for a minute after they stopped.
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(address)
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            return "is already in use" if in_use else f"cannot be opened ({error.strerror})"
    return ""


def has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return False
    return True

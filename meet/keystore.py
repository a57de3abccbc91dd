"""Secrets that the installation makes for itself, and the sealing of texts that must be readable again.

A secret that nobody gave is drawn once and kept in `<data>/secrets/`, readable by the owner only, so that a
first start needs no configuration and every later start finds the same value.
"""

import os
import re
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet


def kept(directory: Path, name: str, make: Callable[[], str]) -> str:
    """The text kept as `name` in `directory`, made by `make` at the first call.

    Several processes may start at once: the file is linked into place whole, the first one wins and all read it.
    """
    path = directory / name
    if not path.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = directory / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def token(length: int = 48) -> str:
    return secrets.token_urlsafe(length)


def encryption_key() -> str:
    return Fernet.generate_key().decode()


def host_name() -> str:
    """Of this machine, in letters that every queue and file name takes, with a tail that tells clones apart."""
    return f"{re.sub(r'[^A-Za-z0-9]', '_', socket.gethostname())[:50]}_{secrets.token_hex(3)}"


class Seal:
    """Encrypts texts at rest with the first of `keys` and reads those written with any of them."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def close(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises `cryptography.fernet.InvalidToken` when none of the keys made `sealed`."""
        return self._fernet.decrypt(sealed.encode()).decode()

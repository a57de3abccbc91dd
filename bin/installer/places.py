"""Folders, locks and stamps: what makes the set-up cheap to repeat and safe to run twice at once."""

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from installer.console import say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STATIC = ROOT / "static"


def cache() -> Path:
    """Kept between runs and shared by all checkouts of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "meet"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def lock(name: str) -> Iterator[None]:
    """One set-up at a time does what `name` says; the others wait for it."""
    with (cache() / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another set-up ({name})")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def checkout_lock() -> str:
    return f"checkout-{digest([str(ROOT)])[:12]}"


def digest(texts: Iterable[str | bytes]) -> str:
    """Changes when any of `texts` changes or moves."""
    whole = hashlib.sha256()
    for text in texts:
        data = text.encode() if isinstance(text, str) else text
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def files_below(folder: Path, *, without: frozenset[str]) -> Iterator[Path]:
    """Sorted; `without` names entries at the top of `folder`."""
    for entry in sorted(folder.iterdir()):
        if entry.name in without:
            continue
        if entry.is_dir():
            yield from files_below(entry, without=frozenset())
        else:
            yield entry


def read(path: Path) -> str:
    """Empty if there is no such file."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def link(path: Path, target: Path) -> None:
    """`path` becomes a link to `target`, in one move."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(path)

"""Translations: what gettext reads, compiled from what people write."""

import os
from pathlib import Path

from installer import places
from installer.console import run


def is_ready() -> bool:
    return not _stale()


def prepare() -> None:
    for source in _stale():
        # Servers may be reading the old one.
        draft = source.with_suffix(f".{os.getpid()}.tmp")
        run(["msgfmt", "--check-format", "-o", draft, source], cwd=places.ROOT)
        draft.replace(source.with_suffix(".mo"))


def _stale() -> list[Path]:
    return [source for source in sorted(places.ROOT.glob("meet/locale/*/LC_MESSAGES/*.po")) if _is_stale(source)]


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime

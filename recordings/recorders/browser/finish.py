"""Placeholder of helper «engine»'s module: interface only."""

from dataclasses import dataclass
from pathlib import Path


class NoUsableFile(Exception):
    pass


@dataclass(frozen=True)
class Media:
    duration: float
    size: int
    width: int
    height: int


def remux(part: Path, target: Path) -> Media:
    raise NotImplementedError

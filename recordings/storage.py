"""Placeholder of helper «storage»'s module: interface only."""

from http import HTTPStatus
from pathlib import Path

from meet.errors import DomainError


class StorageError(DomainError):
    def __init__(self, message: str) -> None:
        super().__init__("Storage Error", HTTPStatus.SERVICE_UNAVAILABLE, message)


def save(path: Path, key: str) -> None:
    raise NotImplementedError


def size(key: str) -> int | None:
    raise NotImplementedError


def delete(key: str) -> None:
    raise NotImplementedError


def probe() -> None:
    """Raises `StorageError` if nothing can be written."""

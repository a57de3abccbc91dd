"""What a storage can fail with, in sentences for whoever wanted to record or to watch."""

from http import HTTPStatus

from meet.errors import DomainError


class StorageError(DomainError):
    """The storage's own words are for operators, in the log."""

    def __init__(self, message: str) -> None:
        super().__init__("Recording Error", HTTPStatus.SERVICE_UNAVAILABLE, message)


class StorageUnavailable(StorageError):
    """Passes by itself, perhaps: worth another attempt."""

    def __init__(self) -> None:
        super().__init__("The recording storage cannot be reached")


class StorageRefused(StorageError):
    """Credentials, bucket or permissions are wrong: stays until somebody repairs them."""

    def __init__(self) -> None:
        super().__init__("The recording storage refuses access")


class StorageFull(StorageError):
    def __init__(self) -> None:
        super().__init__("The recording storage has no space left")


class MissingFile(Exception):
    """There is nothing under this key."""

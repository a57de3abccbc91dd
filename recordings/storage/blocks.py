"""A stretch of a file on its way to somebody, never in memory as a whole."""

from collections.abc import Callable

from recordings.storage.errors import StorageUnavailable

SIZE = 256 * 1024


class Blocks:
    """Exactly `length` bytes out of `read`, or an error: whoever promised a length must break off rather than lie.
    `close` is called at the end, or earlier by whoever wants no more."""

    def __init__(self, read: Callable[[int], bytes], *, length: int, close: Callable[[], object]) -> None:
        self._read = read
        self._left = length
        self._close = close

    def __iter__(self) -> "Blocks":
        return self

    def __next__(self) -> bytes:
        if not self._left:
            self.close()
            raise StopIteration
        block = self._read(min(SIZE, self._left))
        if not block:
            self.close()
            raise StorageUnavailable
        self._left -= len(block)
        return block

    def close(self) -> None:
        self._close()

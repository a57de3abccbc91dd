import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from recordings.recorders.browser.part import CannotWrite, Part


@contextmanager
def _no_file_longer_than(size: int) -> Iterator[None]:
    """A disk that is full: the kernel refuses the byte after."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_pieces_are_appended_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "x.part"
    with Part(path) as part:
        part.append(b"one ")
        part.append(b"two")
        part.settle()
        assert part.size == 7
    assert path.read_bytes() == b"one two"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_part_without_a_piece_leaves_no_file(tmp_path: Path) -> None:
    with Part(tmp_path / "x.part"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(b"precious")
    with pytest.raises(CannotWrite), Part(path):
        pass
    assert path.read_bytes() == b"precious"


def test_a_full_disk_is_said_without_the_path_and_keeps_what_fitted(tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    with Part(path) as part, _no_file_longer_than(10):
        part.append(b"12345678")
        with pytest.raises(CannotWrite) as caught:
            part.append(b"9abcdef")
        assert str(tmp_path) not in str(caught.value)
        assert part.size == 10
    assert path.read_bytes() == b"123456789a"


def test_space_is_short_below_the_reserve(tmp_path: Path, settings: Settings) -> None:
    with Part(tmp_path / "x.part") as part:
        settings.MEET_RECORDING_MIN_FREE_BYTES = 1
        assert not part.is_short_of_space()
        settings.MEET_RECORDING_MIN_FREE_BYTES = 1 << 60
        assert part.is_short_of_space()

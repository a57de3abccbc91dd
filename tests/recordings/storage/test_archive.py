"""Several files as one zip that is sent while it is built."""

import io
import subprocess
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from recordings import storage
from recordings.files import serving
from recordings.files.archive import Archive, Entry
from tests.recordings.storage.conftest import ROOM, Make

MOMENT = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)


def entry(number: int, name: str) -> Entry:
    return Entry(f"{ROOM}/{number}.mp4", name, MOMENT)


def built(archive: Archive) -> zipfile.ZipFile:
    data = b"".join(archive)
    assert len(data) == archive.length
    opened = zipfile.ZipFile(io.BytesIO(data))
    assert opened.testzip() is None
    return opened


def test_every_file_is_in_it_as_it_is(files: Path, make: Make) -> None:
    paths = [make(300_000), make(1), make(600_000)]
    for number, path in enumerate(paths):
        storage.save(path, f"{ROOM}/{number}.mp4")

    opened = built(Archive([entry(number, f"{number}.mp4") for number in range(3)]))

    assert opened.namelist() == ["0.mp4", "1.mp4", "2.mp4"]
    assert [opened.read(name) for name in opened.namelist()] == [path.read_bytes() for path in paths]
    assert {(info.compress_type, info.date_time) for info in opened.infolist()} == {
        (zipfile.ZIP_STORED, (2026, 3, 4, 5, 6, 8))
    }


def test_names_that_come_again_get_a_number(directory: Path, make: Make) -> None:
    for number in range(4):
        storage.save(make(10 + number), f"{ROOM}/{number}.mp4")

    opened = built(Archive([entry(0, "a.mp4"), entry(1, "a.mp4"), entry(2, "a (2).mp4"), entry(3, "Sesión.mp4")]))

    assert opened.namelist() == ["a.mp4", "a (2).mp4", "a (2) (2).mp4", "Sesión.mp4"]


def test_one_file_may_be_in_it_twice(directory: Path, make: Make) -> None:
    storage.save(make(10), f"{ROOM}/0.mp4")

    assert built(Archive([entry(0, "a.mp4"), entry(0, "a.mp4")])).namelist() == ["a.mp4", "a (2).mp4"]


def test_files_that_are_missing_or_empty_are_left_out(files: Path, make: Make) -> None:
    storage.save(make(10), f"{ROOM}/1.mp4")
    storage.save(make(0), f"{ROOM}/2.mp4")

    assert built(Archive([entry(number, f"{number}.mp4") for number in range(3)])).namelist() == ["1.mp4"]


def test_an_empty_one_is_a_zip_as_well(directory: Path) -> None:
    assert built(Archive([])).namelist() == []


def test_unzip_reads_it(directory: Path, make: Make, tmp_path: Path) -> None:
    for number in range(2):
        storage.save(make(300_000), f"{ROOM}/{number}.mp4")
    path = tmp_path / "recordings.zip"
    path.write_bytes(b"".join(Archive([entry(0, "a.mp4"), entry(1, "a.mp4")])))

    done = subprocess.run(["unzip", "-t", path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert "No errors detected" in done.stdout


@pytest.mark.worker  # takes its time
def test_a_file_beyond_four_gigabytes_and_one_behind_it(directory: Path, make: Make, tmp_path: Path) -> None:
    size = (4 << 30) + 5
    storage.save(make(10), f"{ROOM}/1.mp4")
    with (directory / ROOM / "0.mp4").open("wb") as file:
        file.truncate(size)
    archive = Archive([entry(0, "a.mp4"), entry(1, "b.mp4")])
    target = tmp_path / "large.zip"
    _write_with_holes(archive, target)

    assert target.stat().st_size == archive.length
    with zipfile.ZipFile(target) as opened:
        assert [info.file_size for info in opened.infolist()] == [size, 10]
        assert opened.infolist()[1].header_offset > size
        assert len(opened.read("b.mp4")) == 10


def _write_with_holes(blocks: Iterable[bytes], path: Path) -> None:
    hole = bytes(256 * 1024)
    with path.open("wb") as file:
        for block in blocks:
            if block == hole:
                file.seek(len(block), io.SEEK_CUR)
            else:
                file.write(block)


@pytest.mark.parametrize("limit", [100, 1000, 4000])
def test_the_length_is_right_wherever_the_format_changes(
    directory: Path, make: Make, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """The format is another one from 4 GiB on; here that is less."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    sizes = [50, 500, 1500, 60]
    for number, size in enumerate(sizes):
        storage.save(make(size), f"{ROOM}/{number}.mp4")

    opened = built(Archive([entry(number, f"{number}.mp4") for number in range(len(sizes))]))

    assert [info.file_size for info in opened.infolist()] == sizes


def test_a_file_that_breaks_off_breaks_the_zip(directory: Path, make: Make) -> None:
    storage.save(make(1_000_000), f"{ROOM}/0.mp4")
    archive = Archive([entry(0, "a.mp4")])
    with (directory / ROOM / "0.mp4").open("r+b") as file:
        file.truncate(500_000)

    received: list[bytes] = []
    with pytest.raises(storage.StorageUnavailable):
        received.extend(archive)

    assert sum(map(len, received)) < archive.length
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(received)))


def test_whoever_stops_reading_leaves_no_file_open(directory: Path, make: Make) -> None:
    storage.save(make(1_000_000), f"{ROOM}/0.mp4")
    blocks = iter(Archive([entry(0, "a.mp4")]))
    next(blocks)
    next(blocks)
    blocks.close()  # type: ignore[attr-defined]

    assert not any("0.mp4" in str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_as_an_answer_it_has_name_and_length(files: Path, make: Make, method: str) -> None:
    storage.save(make(1000), f"{ROOM}/0.mp4")

    answer: Any = serving.zipped(RequestFactory().generic(method, "/"), [entry(0, "a.mp4")])

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == 'attachment; filename="recordings.zip"'
    content = b"".join(answer) if method == "GET" else answer.content
    answer.close()
    assert len(content) == (int(answer["Content-Length"]) if method == "GET" else 0)

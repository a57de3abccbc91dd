"""From pieces to a file, with the real ffmpeg."""

import shutil
import subprocess
from pathlib import Path

import pytest

from recordings.recorders.browser.finish import NoSpace, NoUsableFile, probe, remux

SECONDS = 6


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What MediaRecorder makes: fragments of a second, each with H.264 and Opus."""
    return _film(tmp_path_factory.mktemp("film") / "film.part", "-map", "0", "-map", "1")


def _film(path: Path, *streams: str) -> bytes:
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={SECONDS}", "-f", "lavfi",
            "-i", f"sine=r=48000:d={SECONDS}", *streams, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25",
            "-c:a", "libopus", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-f", "mp4", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


def _part(folder: Path, data: bytes) -> Path:
    path = folder / "x.part"
    path.write_bytes(data)
    return path


def _index_is_in_front(path: Path) -> bool:
    data = path.read_bytes()
    return data.index(b"moov") < data.index(b"mdat")


def test_pieces_become_a_file_that_can_be_searched(tmp_path: Path, whole: bytes) -> None:
    target = tmp_path / "x.mp4"
    media = remux(_part(tmp_path, whole), target)
    assert media.duration == pytest.approx(SECONDS, abs=0.1)
    assert (media.width, media.height, media.size) == (320, 180, target.stat().st_size)
    assert _index_is_in_front(target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.mp4", "x.part"]


@pytest.mark.parametrize("share", [0.35, 0.5, 0.777, 0.95])
def test_a_part_cut_anywhere_keeps_what_is_whole(tmp_path: Path, whole: bytes, share: float) -> None:
    media = remux(_part(tmp_path, whole[: int(len(whole) * share)]), tmp_path / "x.mp4")
    assert SECONDS * share - 1.5 <= media.duration <= SECONDS * share + 0.5


def test_finishing_twice_gives_the_same(tmp_path: Path, whole: bytes) -> None:
    part, target = _part(tmp_path, whole), tmp_path / "x.mp4"
    assert remux(part, target) == remux(part, target)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 5000, b"not a film at all", b"<html>404</html>" * 100], ids=["empty", "zeros", "text", "html"]
)
def test_nothing_to_play_is_said_and_leaves_nothing_behind(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(NoUsableFile):
        remux(_part(tmp_path, data), tmp_path / "x.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["x.part"]


def test_a_file_that_ends_in_its_header_holds_nothing(tmp_path: Path, whole: bytes) -> None:
    with pytest.raises(NoUsableFile):
        remux(_part(tmp_path, whole[: whole.index(b"moof") - 4]), tmp_path / "x.mp4")


def test_there_must_be_a_part(tmp_path: Path) -> None:
    with pytest.raises(NoUsableFile, match="Nothing was recorded"):
        remux(tmp_path / "gone.part", tmp_path / "x.mp4")


def test_a_picture_without_sound_is_not_a_recording_of_ours(tmp_path: Path) -> None:
    _film(tmp_path / "silent.part", "-map", "0")
    with pytest.raises(NoUsableFile):
        remux(tmp_path / "silent.part", tmp_path / "x.mp4")
    with pytest.raises(NoUsableFile, match="no sound"):
        probe(tmp_path / "silent.part")


def test_a_disk_without_room_for_both_is_no_fault_of_the_part(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = _part(tmp_path, whole)
    usage = shutil.disk_usage(tmp_path)._replace(free=len(whole) - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NoSpace):
        remux(part, tmp_path / "x.mp4")
    assert part.read_bytes() == whole

"""Whatever dies while a meeting is recorded: the recording comes to an end that says why, its file is saved up to
there, the room is free, and nothing is left running."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import servers
from tests.e2e.recording import download, ended, get, is_free, meeting, recordings, seconds_of, start, stop
from tests.servers import Installation, wait_until

RECORDER, BROWSER, MEDIA, WEB = "--queues recorder", "--remote-debugging-pipe", "livekit-server", "gunicorn"


@pytest.fixture(scope="session")
def installation(servers_folder: Path) -> Iterator[Installation]:
    """One of these tests' own: parts of it are killed, and its supervisor starts them again."""
    with servers.installation(servers_folder / "losses") as running:
        yield running


@pytest.fixture(autouse=True)
def _all_parts_are_back(installation: Installation) -> None:
    def is_well() -> bool:
        try:
            return bool(httpx.get(f"{installation.url}/readyz", timeout=5, trust_env=False).json()["status"] == "ok")
        except httpx.HTTPError:
            return False

    wait_until(is_well, seconds=40, what="every part works")


@pytest.fixture
def program(installation: Installation) -> Iterator[httpx.Client]:
    with installation.api() as client:
        yield client


def kill(installation: Installation, words: str) -> None:
    pids = installation.processes(words)
    assert pids, f"no process with {words}"
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def kill_part(installation: Installation, part: str) -> None:
    if part != BROWSER:
        kill(installation, part)
        return
    for pid in browsers():
        os.kill(pid, signal.SIGKILL)


def browsers() -> list[int]:
    """Recorders' browsers run without our environment; they are known by their flags."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"--auto-accept-this-tab-capture" in command and b"--type=" not in command:
                found.append(int(entry.name))
    return found


def nothing_is_left(installation: Installation) -> None:
    wait_until(lambda: not browsers(), what="no browser is left")
    folder = installation.folder / "data" / "recorder"
    wait_until(lambda: not [*folder.iterdir()], what="no file is left")


def test_a_killed_browser_leaves_a_file_up_to_its_last_second(
    installation: Installation, program: httpx.Client, tmp_path: Path
) -> None:
    with meeting(installation, program) as room:
        recording = start(program, room)
        time.sleep(5)
        kill_part(installation, BROWSER)
        wait_until(lambda: is_free(installation, program, room), seconds=5, what="the room is free")
        found = ended(program, recording)
    assert (found["status"], found["errorCode"]) == ("complete", 4)
    assert found["error"] == "The recorder stopped working during the recording."
    assert seconds_of(download(program, found, tmp_path)) > 3
    nothing_is_left(installation)


def test_a_killed_recorder_process_is_followed_by_one_that_saves_the_file(
    installation: Installation, program: httpx.Client, tmp_path: Path
) -> None:
    with meeting(installation, program) as room:
        recording = start(program, room)
        time.sleep(5)
        kill(installation, RECORDER)
        found = ended(program, recording)
        assert (found["status"], found["errorCode"]) == ("complete", 4)
        assert seconds_of(download(program, found, tmp_path)) > 3
        # And the next one records.
        stop(program, start(program, room))
    nothing_is_left(installation)


def test_a_killed_media_server_ends_the_recording_when_it_was_lost(
    installation: Installation, program: httpx.Client, tmp_path: Path
) -> None:
    with meeting(installation, program) as room:
        recording = start(program, room)
        time.sleep(4)
        lost = time.time() * 1000
        with installation.frozen("meet.supervisor"):
            kill(installation, MEDIA)
            found = ended(program, recording, seconds=40)
    assert (found["status"], found["errorCode"]) == ("complete", 10)
    assert abs(found["endDate"] - lost) < 5000
    assert seconds_of(download(program, found, tmp_path)) > 3
    nothing_is_left(installation)


@contextmanager
def dying_soon(installation: Installation, dying: str) -> Iterator[None]:
    """As soon as the recorder's browser is there."""

    def kill_it() -> None:
        wait_until(lambda: bool(browsers()), what="the browser has started")
        kill_part(installation, dying)

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill_it)
        yield
        killing.result()


def is_refused(program: httpx.Client, room: dict[str, Any]) -> None:
    answer = program.post("/api/v1/recordings", json={"roomId": room["roomId"]}, timeout=40)
    assert answer.status_code == 503, answer.text
    assert answer.json()["error"] == "Recording Error"


@pytest.mark.parametrize("dying", [BROWSER, RECORDER])
def test_a_recorder_killed_before_it_has_begun_fails_the_start_and_frees_the_room(
    installation: Installation, program: httpx.Client, dying: str
) -> None:
    with meeting(installation, program) as room:
        with dying_soon(installation, dying):
            is_refused(program, room)
        assert is_free(installation, program, room)
        stop(program, start(program, room))
    nothing_is_left(installation)


def test_a_media_server_killed_before_the_recorder_has_begun_fails_the_start_and_frees_the_room(
    installation: Installation, program: httpx.Client
) -> None:
    with meeting(installation, program) as room:
        with installation.frozen("meet.supervisor"), dying_soon(installation, MEDIA):
            is_refused(program, room)
        assert is_free(installation, program, room)
    nothing_is_left(installation)


@pytest.mark.parametrize("dying", [BROWSER, RECORDER])
def test_a_recorder_killed_while_it_ends_loses_nothing_that_was_filmed(
    installation: Installation, program: httpx.Client, tmp_path: Path, dying: str
) -> None:
    with meeting(installation, program) as room:
        recording = start(program, room)
        time.sleep(4)
        assert stop(program, recording)["status"] == "ending"
        kill_part(installation, dying)
        wait_until(lambda: is_free(installation, program, room), seconds=10, what="the room is free")
        found = ended(program, recording)
    # Whether it had its last piece by then is a matter of moments.
    assert (found["status"], found.get("errorCode")) in [("complete", None), ("complete", 4)]
    assert seconds_of(download(program, found, tmp_path)) > 2
    nothing_is_left(installation)


def test_a_web_process_killed_during_a_start_loses_the_answer_and_not_the_recording(
    installation: Installation, program: httpx.Client
) -> None:
    def of_room(room: dict[str, Any]) -> list[dict[str, Any]]:
        return [one for one in recordings(program) if one["roomId"] == room["roomId"]]

    with meeting(installation, program) as room, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(program.post, "/api/v1/recordings", json={"roomId": room["roomId"]}, timeout=40)
        wait_until(lambda: bool(of_room(room)), what="the recording is asked for")
        kill(installation, WEB)
        with pytest.raises(httpx.TransportError):
            asked.result()
        wait_until(lambda: servers.answers(f"{installation.url}/healthz"), what="the console serves again")
        [recording] = of_room(room)
        wait_until(lambda: get(program, recording)["status"] == "active", seconds=20, what="it records")
        stop(program, recording)
        assert ended(program, recording)["status"] == "complete"
    nothing_is_left(installation)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    aside = folder.with_name("aside")
    if folder.exists():
        folder.rename(aside)
    folder.write_text("no folder")
    try:
        yield
    finally:
        folder.unlink()
        if aside.exists():
            aside.rename(folder)


def test_a_storage_that_cannot_be_written_keeps_the_file_until_it_can(
    installation: Installation, program: httpx.Client, tmp_path: Path
) -> None:
    with meeting(installation, program) as room:
        recording = start(program, room)
        time.sleep(3)
        with unwritable(installation.folder / "data" / "recordings"):
            stop(program, recording)
            wait_until(lambda: is_free(installation, program, room), seconds=10, what="the room is free")
            time.sleep(2)
            assert get(program, recording)["status"] == "ending"
            # Nobody is recorded for nothing meanwhile.
            refused = program.post("/api/v1/recordings", json={"roomId": room["roomId"]}, timeout=40)
            assert (refused.status_code, refused.json()["message"]) == (503, "The recording storage cannot be written")
        found = ended(program, recording)
    assert (found["status"], found.get("errorCode")) == ("complete", None)
    assert seconds_of(download(program, found, tmp_path)) > 2
    nothing_is_left(installation)


def test_an_installation_that_is_stopped_in_the_middle_finishes_the_file_at_its_next_start(
    servers_folder: Path, tmp_path: Path
) -> None:
    folder = servers_folder / "losses-stopped"
    with servers.installation(folder) as installation, installation.api() as program:
        with meeting(installation, program) as room:
            recording = start(program, room)
            time.sleep(4)
            [supervisor] = installation.processes("meet.supervisor")
            began = time.monotonic()
            os.kill(supervisor, signal.SIGINT)
            wait_until(lambda: not installation.processes(""), seconds=8, what="everything has stopped")
            assert time.monotonic() - began < 6
        assert not browsers()
    with servers.installation(folder) as installation, installation.api() as program:
        found = ended(program, recording)
        assert (found["status"], found["errorCode"]) == ("complete", 4)
        assert seconds_of(download(program, found, tmp_path)) > 2
        nothing_is_left(installation)

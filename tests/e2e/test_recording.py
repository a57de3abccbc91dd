"""The main job of recordings, with a directory and SQLite as `make run` has them, and on S3, PostgreSQL and Redis: two
people are recorded, the film shows both, whoever may see it plays it, and everybody else does not."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from recordings.recorders.browser.finish import probe
from tests import servers
from tests.e2e.conftest import sign_in
from tests.e2e.recorder.film import Film, white_squares
from tests.e2e.recording import end_meeting, ended, get, meeting, start, stop
from tests.servers import Installation, wait_until

_SEEK = """async (at) => {
    const video = document.querySelector('video');
    video.muted = true;
    video.currentTime = at;
    await new Promise((done) => video.addEventListener('seeked', done, {once: true}));
    await video.play();
    const from = video.currentTime;
    await new Promise((done) => setTimeout(done, 700));
    return [from, video.currentTime, video.videoWidth, video.videoHeight, video.error?.message ?? ''];
}"""


@pytest.fixture(scope="session", params=["laptop", "servers"])
def installation(request: pytest.FixtureRequest, servers_folder: Path) -> Iterator[Installation]:
    folder = servers_folder / f"recording-{request.param}"
    env: dict[str, str] = {}
    with ExitStack() as stack:
        if request.param == "servers":
            env |= stack.enter_context(servers.s3(servers_folder / "recording-store")).env
            env["DATABASE_URL"] = stack.enter_context(servers.postgres(servers_folder / "recording-database"))
            env["REDIS_URL"] = stack.enter_context(servers.redis(servers_folder / "recording-broker"))
            # Browsers are sent to the store itself, which they reach here.
            env["MEET_RECORDING_REDIRECT"] = "true"
        yield stack.enter_context(servers.installation(folder, env))


@pytest.fixture(scope="session")
def program(installation: Installation) -> Iterator[httpx.Client]:
    with installation.api() as client:
        yield client


@dataclass
class Recorded:
    room: dict[str, Any]
    recording: dict[str, Any]
    other: dict[str, Any]
    wall_clock: float


@pytest.fixture(scope="session")
def recorded(installation: Installation, program: httpx.Client) -> Recorded:
    """Two people, ten seconds; and a second, shorter recording of the same meeting."""
    with meeting(installation, program, "Ana", "Bo") as room:
        first = start(program, room)
        began = time.monotonic()
        time.sleep(10)
        stop(program, first)
        wall_clock = time.monotonic() - began
        first = ended(program, first)
        second = start(program, room)
        time.sleep(3)
        stop(program, second)
        second = ended(program, second)
        # The room's access cannot be changed in a meeting.
        end_meeting(installation, program, room)
    return Recorded(room, first, second, wall_clock)


def media_path(recording: dict[str, Any]) -> str:
    return f"/api/v1/recordings/{recording['recordingId']}/media"


def test_the_recording_says_what_became_of_it(recorded: Recorded) -> None:
    recording = recorded.recording
    assert recording["status"] == "complete"
    assert "error" not in recording
    assert 9 <= recording["duration"] <= 12
    assert recording["size"] > 50_000
    assert 9000 <= recording["endDate"] - recording["startDate"] <= 12_000


def test_the_film_shows_two_moving_people_without_a_gap_and_lets_them_be_heard(
    recorded: Recorded, program: httpx.Client, tmp_path: Path
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(program.get(media_path(recorded.recording)).content)
    film, media = Film(path), probe(path)
    assert film.codecs() == ["h264", "opus"]
    assert (media.width, media.height) == (1280, 720)
    assert 9 <= media.duration <= 12
    assert abs(media.duration - recorded.wall_clock) < 2
    assert film.longest_gap() < 1
    early, late = white_squares(film.picture(3)), white_squares(film.picture(3.5))
    assert min(*early, *late) >= 0
    assert all(abs(before - after) > 5 for before, after in zip(early, late, strict=True))
    loud = film.loudness()
    assert sum(half > 0.01 for half in loud) > 0.8 * len(loud)


def test_a_player_gets_the_parts_that_it_asks_for(recorded: Recorded, program: httpx.Client) -> None:
    path, size = media_path(recorded.recording), recorded.recording["size"]
    whole = program.get(path).content
    assert len(whole) == size

    def part(text: str) -> httpx.Response:
        return program.get(path, headers={"Range": text})

    first, middle, last = part("bytes=0-"), part(f"bytes={size // 2}-{size // 2 + 99}"), part(f"bytes={size - 1}-")
    assert [answer.status_code for answer in (first, middle, last)] == [206, 206, 206]
    assert first.content == whole[: 5 << 20]
    assert middle.content == whole[size // 2 : size // 2 + 100]
    assert middle.headers["Content-Range"] == f"bytes {size // 2}-{size // 2 + 99}/{size}"
    assert last.content == whole[-1:]
    beyond = part(f"bytes={size}-")
    assert beyond.status_code == 416
    assert beyond.json()["message"].endswith(f"range not satisfiable. File size: {size}")


def test_both_recordings_come_in_one_zip(recorded: Recorded, program: httpx.Client) -> None:
    ids = ",".join(one["recordingId"] for one in (recorded.recording, recorded.other))
    answer = program.get("/api/v1/recordings/download", params={"recordingIds": ids})
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(one["filename"] for one in (recorded.recording, recorded.other))


def share_url(program: httpx.Client, recording: dict[str, Any], *, private: bool) -> httpx.Response:
    query = {"privateAccess": str(private).lower()}
    return program.get(f"/api/v1/recordings/{recording['recordingId']}/url", params=query)


def _has_loaded(page: Page) -> None:
    wait_until(lambda: page.evaluate("document.querySelector('video').readyState") >= 1, what="the film has loaded")


def plays(page: Page) -> None:
    """By seeking into it."""
    page.wait_for_selector("video")
    expect(page.locator("ov-recording-video-player")).to_be_visible()
    _has_loaded(page)
    start_at, end_at, width, height, error = page.evaluate(_SEEK, 6)
    assert (width, height, error) == (1280, 720, "")
    assert start_at >= 5.9
    assert end_at > start_at + 0.2


def test_a_public_link_plays_for_anybody_until_it_is_switched_off(
    recorded: Recorded, installation: Installation, program: httpx.Client, visitor: Callable[..., Page]
) -> None:
    url = share_url(program, recorded.recording, private=False).json()["url"]
    page = visitor()
    page.goto(url)
    plays(page)
    assert "recordingSecret" not in page.url
    access = {"access": {"anonymous": {"recording": {"enabled": False}}}}
    assert program.put(f"/api/v1/rooms/{recorded.room['roomId']}/access", json=access).status_code == 200
    stranger = visitor()
    stranger.goto(url)
    expect(stranger.locator(".error-page")).to_be_visible()
    assert share_url(program, recorded.recording, private=False).status_code == 403
    access["access"]["anonymous"]["recording"]["enabled"] = True
    assert program.put(f"/api/v1/rooms/{recorded.room['roomId']}/access", json=access).status_code == 200


def test_a_private_link_plays_for_whoever_signs_in(
    recorded: Recorded, installation: Installation, program: httpx.Client, visitor: Callable[..., Page]
) -> None:
    url = share_url(program, recorded.recording, private=True).json()["url"]
    page = visitor()
    page.goto(url)
    expect(page.locator("#login-button")).to_be_visible()
    page.fill("#userId-input", Installation.ADMIN)
    page.fill("#password-input", Installation.PASSWORD)
    page.click("#login-button")
    plays(page)


def test_the_console_lists_and_plays_it(
    recorded: Recorded, installation: Installation, visitor: Callable[..., Page]
) -> None:
    # What relative addresses begin with is settled once for all tests.
    page = visitor(base_url=installation.url)
    sign_in(page)
    page.goto("/recordings")
    row_id = recorded.recording["recordingId"]
    expect(page.locator(f"#play-recording-btn-{row_id}")).to_be_visible()
    page.goto(f"/recordings/{row_id}")
    page.wait_for_selector("video")
    _has_loaded(page)
    assert page.evaluate(_SEEK, 3)[-1] == ""


def test_a_deleted_recording_is_gone_with_its_file(recorded: Recorded, program: httpx.Client) -> None:
    path = f"/api/v1/recordings/{recorded.other['recordingId']}"
    assert program.delete(path).status_code == 200
    assert program.get(path).status_code == 404
    assert program.get(f"{path}/media").status_code == 404
    assert get(program, recorded.recording)["status"] == "complete"

"""How a recording ends, and what is left of it."""

import os
import pwd
import re
import signal
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from meet import clock
from meet.livekit import tokens
from recordings.recorders.browser import End, Job, capture, remove_profile, remux
from tests import servers
from tests.e2e.recorder.conftest import Jobs, Plan
from tests.e2e.recorder.meeting import Meeting
from tests.media.sender import sending
from tests.servers import wait_until


def _browsers(profile: Path) -> list[int]:
    """The ids of the processes that belong to the browser with `profile`."""
    marks = {str(profile).encode(), str(profile.resolve()).encode()}
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if any(mark in command for mark in marks):
            found.append(int(entry.name))
    return found


def _main_process(profile: Path) -> int:
    return next(pid for pid in _browsers(profile) if b"--type=" not in Path(f"/proc/{pid}/cmdline").read_bytes())


def _is_clean(job: Job) -> bool:
    return not _browsers(job.profile) and not job.profile.exists() and not job.profile.is_symlink()


def test_somebody_who_stops_before_the_first_piece_cancels(meeting: Meeting, job: Jobs) -> None:
    recording, began = job(), time.monotonic()

    class Impatient(Plan):
        def tick(self, size: int) -> End | None:
            return End.STOPPED if time.monotonic() - began > 0.5 else None

    outcome = capture(recording, Impatient())
    assert (outcome.end, outcome.bytes_written) == (End.CANCELLED, 0)
    assert not recording.part.exists()
    assert _is_clean(recording)


@pytest.mark.parametrize("end", [End.LIMIT, End.SHUTDOWN])
def test_whatever_reason_there_is_to_stop_is_the_end(meeting: Meeting, job: Jobs, end: End) -> None:
    recording = job()
    with sending(meeting.person("Ana")):
        outcome = capture(recording, Plan(seconds=2, end=end))
    assert (outcome.end, outcome.details) == (end, "")
    assert remux(recording.part, recording.part.with_suffix(".mp4")).duration > 2
    assert abs(outcome.ended_at - clock.now()) < timedelta(seconds=5)


def test_the_end_of_the_meeting_is_the_end_of_its_recording(meeting: Meeting, job: Jobs) -> None:
    recording, plan = job(), Plan(seconds=60)
    plan.acts = {3: meeting.end}
    with sending(meeting.person("Ana")):
        outcome = capture(recording, plan)
    assert (outcome.end, outcome.details) == (End.ROOM_ENDED, "")
    assert plan.filmed < 12
    assert remux(recording.part, recording.part.with_suffix(".mp4")).duration > 3
    assert _is_clean(recording)


def test_a_browser_killed_amid_a_recording_leaves_what_it_had(meeting: Meeting, job: Jobs) -> None:
    recording, plan = job(), Plan(seconds=60)
    plan.acts = {5: lambda: os.kill(_main_process(recording.profile), signal.SIGKILL)}
    with sending(meeting.person("Ana")):
        outcome = capture(recording, plan)
    assert outcome.end is End.DIED
    assert outcome.bytes_written == recording.part.stat().st_size
    assert remux(recording.part, recording.part.with_suffix(".mp4")).duration > 3
    assert _is_clean(recording)


def test_a_killed_page_is_a_dead_recording(meeting: Meeting, job: Jobs) -> None:
    recording, plan = job(), Plan(seconds=60)

    def kill_the_page() -> None:
        for pid in _browsers(recording.profile):
            if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)

    plan.acts = {3: kill_the_page}
    with sending(meeting.person("Ana")):
        outcome = capture(recording, plan)
    assert (outcome.end, outcome.details) == (End.DIED, "The recorder page crashed")
    assert remux(recording.part, recording.part.with_suffix(".mp4")).duration > 1


def test_a_frozen_page_is_given_up_after_ten_seconds(meeting: Meeting, job: Jobs) -> None:
    recording, plan = job(), Plan(seconds=60)

    def freeze_the_page() -> None:
        for pid in _browsers(recording.profile):
            if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGSTOP)

    plan.acts = {2: freeze_the_page}
    with sending(meeting.person("Ana")):
        outcome = capture(recording, plan)
    assert (outcome.end, outcome.details) == (End.DIED, "The browser filmed no more")
    assert 8 < (clock.now() - outcome.ended_at).total_seconds() < 25
    assert _is_clean(recording)


def test_a_disk_that_fills_up_ends_it_with_a_file(meeting: Meeting, job: Jobs, settings: Settings) -> None:
    def fill_up() -> None:
        settings.MEET_RECORDING_MIN_FREE_BYTES = 1 << 60

    recording = job()
    with sending(meeting.person("Ana")):
        outcome = capture(recording, Plan(seconds=60, acts={2: fill_up}))
    assert (outcome.end, outcome.details) == (End.DISK_FULL, "There is too little space left on the disk")
    assert remux(recording.part, recording.part.with_suffix(".mp4")).duration > 2


def test_a_full_disk_lets_nothing_begin(meeting: Meeting, job: Jobs, settings: Settings) -> None:
    settings.MEET_RECORDING_MIN_FREE_BYTES = 1 << 60
    outcome = capture(job(), Plan())
    assert (outcome.end, outcome.bytes_written) == (End.DISK_FULL, 0)


def test_a_page_that_is_not_there_fails(meeting: Meeting, job: Jobs) -> None:
    recording = job(url=f"{meeting.installation.url}/no-such-page")
    outcome = capture(recording, Plan())
    assert (outcome.end, outcome.details) == (End.PAGE_FAILED, "The recorder page answered 404")
    assert _is_clean(recording)


def test_a_console_that_does_not_answer_fails(job: Jobs) -> None:
    outcome = capture(job(url=f"http://localhost:{servers.free_port()}/recorder"), Plan())
    assert outcome.end is End.PAGE_FAILED
    assert "ERR_CONNECTION_REFUSED" in outcome.details


def test_a_token_that_livekit_refuses_fails_with_its_words(meeting: Meeting, job: Jobs, settings: Settings) -> None:
    settings.LIVEKIT_API_SECRET = "not the secret of this installation, but as long"
    token = tokens.recorder_token(meeting.room["roomId"], "EG_test", now=clock.now())
    outcome = capture(job(token=token), Plan())
    assert outcome.end is End.PAGE_FAILED
    assert outcome.details.startswith("LiveKit cannot be reached")
    assert token not in outcome.details


def test_a_page_that_never_begins_is_not_waited_for(meeting: Meeting, job: Jobs) -> None:
    outcome = capture(job(url=f"{meeting.installation.url}/login"), Plan(), start_timeout=3)
    assert (outcome.end, outcome.details) == (End.PAGE_FAILED, "The recorder page showed no meeting in time")


@pytest.mark.parametrize("chromium", ["/no/such/program", "/bin/true"])
def test_without_a_browser_nothing_begins(job: Jobs, settings: Settings, chromium: str) -> None:
    settings.MEET_CHROMIUM = chromium
    recording = job()
    outcome = capture(recording, Plan())
    assert (outcome.end, outcome.bytes_written) == (End.DIED, 0)
    assert "Chromium" in outcome.details
    assert _is_clean(recording)


def test_what_a_watch_raises_is_raised_when_the_browser_is_gone(meeting: Meeting, job: Jobs) -> None:
    class Broken(Plan):
        def tick(self, size: int) -> End | None:
            raise ConnectionError("the database is away")

    recording = job()
    with pytest.raises(ConnectionError):
        capture(recording, Broken())
    assert _is_clean(recording)


def test_the_browser_knows_no_secrets_and_shows_none(meeting: Meeting, job: Jobs) -> None:
    recording, seen = job(), {}

    def look() -> None:
        for pid in _browsers(recording.profile):
            entry = Path(f"/proc/{pid}")
            user = re.search(r"^Uid:\t(\d+)", (entry / "status").read_text(), re.MULTILINE)
            assert user
            seen[pid] = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes(), int(user[1])

    with sending(meeting.person("Ana")):
        capture(recording, Plan(seconds=3, acts={1: look}))
    token = recording.page_url.partition("token=")[2].encode()
    assert len(token) > 100
    assert len(seen) > 3
    for command, environment, user in seen.values():
        assert token not in command
        assert b"recorder?" not in command
        assert not any(os.environ[name].encode() in environment for name in ("SECRET_KEY", "LIVEKIT_API_SECRET"))
        if os.getuid() == 0:
            assert user == pwd.getpwnam("nobody").pw_uid
    assert token.decode() not in repr(recording)


def test_a_profile_of_a_dead_driver_can_be_removed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "Cookies").touch()
    link = tmp_path / "profile"
    link.symlink_to(elsewhere)
    remove_profile(link)
    remove_profile(link)
    assert list(tmp_path.iterdir()) == []


def test_a_profile_that_was_replaced_by_a_link_leads_nowhere(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "data").touch()
    (tmp_path / "elsewhere").symlink_to(precious)
    (tmp_path / "profile").symlink_to(tmp_path / "elsewhere")
    remove_profile(tmp_path / "profile")
    assert (precious / "data").exists()


def test_a_media_server_that_vanishes_is_given_up_after_ten_seconds(
    meeting: Meeting, job: Jobs, installation: servers.Installation, program: httpx.Client
) -> None:
    recording, lost = job(), []
    with sending(meeting.person("Ana")), ExitStack() as stack:

        def kill_it() -> None:
            stack.enter_context(installation.frozen("meet.supervisor"))  # who would start it again
            lost.append(clock.now())
            for pid in installation.processes("livekit-server"):
                os.kill(pid, signal.SIGKILL)

        outcome = capture(recording, Plan(seconds=60, acts={3: kill_it}))
    # The next test needs it.
    wait_until(lambda: program.get("/readyz").json()["status"] == "ok", what="the media server is back")
    assert outcome.end is End.LIVEKIT_LOST
    assert abs(outcome.ended_at - lost[0]) < timedelta(seconds=3)
    assert clock.now() - lost[0] < timedelta(seconds=25)

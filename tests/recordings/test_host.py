"""The recorder process of a machine, with an engine that does as the test wants."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError

from meet import clock
from recordings import lifecycle, stopping
from recordings.errors import StoppedWhileStarting
from recordings.failures import Failure
from recordings.models import RecorderHost, Recording, RecordingStatus
from recordings.recorders import host, local_files
from recordings.recorders.browser import End, Job, Media, NoSpace, NoUsableFile, Outcome, Watch

S = RecordingStatus


class Engine:
    """Captures as `script` says; its file has nine and a half seconds."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.end = End.STOPPED
        self.script: Callable[[Watch], End | None] = lambda watch: None
        self.has_file = True

    def capture(self, job: Job, watch: Watch, **_options: Any) -> Outcome:
        self.jobs.append(job)
        if self.end in (End.CANCELLED, End.PAGE_FAILED):
            return Outcome(self.end, "why", clock.now(), 0)
        job.part.write_bytes(b"x" * 100)
        watch.active()
        end = self.script(watch) or self.end
        return Outcome(end, "why", clock.now(), 100)

    def probe(self, path: Any) -> Media:
        return Media(duration=9.5, size=path.stat().st_size, width=1280, height=720)

    def remux(self, part: Any, target: Any) -> Media:
        if not self.has_file or not part.exists():
            raise NoUsableFile("no first fragment")
        target.write_bytes(part.read_bytes())
        return Media(duration=9.5, size=100, width=1280, height=720)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(host, "capture", engine.capture)
    monkeypatch.setattr(local_files, "remux", engine.remux)
    monkeypatch.setattr(local_files, "probe", engine.probe)
    return engine


def recorded(recording: Recording) -> Recording:
    host.record(recording.pk)
    recording.refresh_from_db()
    return recording


def test_a_recording_is_taken_made_and_finished(starting_one: Recording, engine: Engine) -> None:
    row = recorded(starting_one)
    assert row.status == S.ENDING
    assert (row.duration, row.size, row.outcome) == (9.5, 100, "complete")
    assert row.host == settings.MEET_RECORDER_HOST
    assert local_files.file_of(row.uid).exists()
    assert not local_files.part_of(row.uid).exists()
    assert row.details == "why"


def test_the_engine_is_told_the_size_and_the_page_and_hides_the_ticket(starting_one: Recording, engine: Engine) -> None:
    recorded(starting_one)
    [job] = engine.jobs
    assert (job.width, job.height, job.frame_rate) == (1280, 720, 30)
    assert job.page_url.startswith(f"{settings.MEET_RECORDER_PAGE_URL}?layout=grid&url=ws")
    assert "token=" not in repr(job)


def test_a_recording_is_taken_by_one_recorder(starting_one: Recording, engine: Engine) -> None:
    Recording.objects.update(host="another_machine")
    recorded(starting_one)
    assert engine.jobs == []


def test_a_start_that_is_over_is_not_taken(starting_one: Recording, engine: Engine) -> None:
    Recording.objects.update(deadline_at=clock.now() - timedelta(seconds=1))
    recorded(starting_one)
    assert engine.jobs == []


def test_a_machine_does_not_take_more_than_its_slots(starting_one: Recording, engine: Engine) -> None:
    assert host._slots.acquire(blocking=False)
    try:
        recorded(starting_one)
    finally:
        host._slots.release()
    assert engine.jobs == []


@pytest.mark.parametrize(
    ("end", "status", "outcome", "code"),
    [
        (End.STOPPED, S.ENDING, "complete", None),
        (End.ROOM_ENDED, S.ENDING, "complete", None),
        (End.LIVEKIT_LOST, S.ENDING, "complete", 10),
        (End.LIMIT, S.ENDING, "limit_reached", 6),
        (End.DISK_FULL, S.ENDING, "complete", 7),
        (End.DIED, S.ENDING, "complete", 4),
        (End.PAGE_FAILED, S.FAILED, "", 3),
        (End.CANCELLED, S.ABORTED, "", 8),
    ],
)
def test_each_end_of_a_capture_has_its_state_and_its_reason(
    starting_one: Recording, engine: Engine, end: End, status: S, outcome: str, code: int | None
) -> None:
    engine.end = end
    row = recorded(starting_one)
    assert (row.status, row.outcome, row.error_code) == (status, outcome, code)
    assert row.released_at


def test_a_capture_without_a_usable_file_has_failed(starting_one: Recording, engine: Engine) -> None:
    engine.has_file = False
    row = recorded(starting_one)
    assert (row.status, row.error_code, row.details) == (S.FAILED, 4, "no first fragment")


def test_a_stop_is_heard_by_the_recorder_at_work(starting_one: Recording, engine: Engine) -> None:
    def script(watch: Watch) -> End | None:
        assert watch.tick(10) is None
        stopping.stop(starting_one, by="Ann", now=clock.now())
        return watch.tick(20)

    engine.script = script
    engine.end = End.DIED
    assert recorded(starting_one).error_code is None


def test_a_deleted_recording_is_stopped_and_leaves_no_file(starting_one: Recording, engine: Engine) -> None:
    def script(watch: Watch) -> End | None:
        Recording.objects.update(deleted_at=clock.now())
        return watch.tick(20)

    engine.script = script
    engine.end = End.DIED
    host.record(starting_one.pk)
    row = Recording.with_deleted.get()
    assert row.status == S.ABORTED
    assert not local_files.part_of(row.uid).exists()


def test_the_recorder_at_work_gives_signs_of_life_every_ten_seconds(
    starting_one: Recording, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[int] = []
    began = clock.now()
    monkeypatch.setattr(lifecycle, "sign_of_life", lambda pk, now: beats.append(round((now - began).total_seconds())))

    def script(watch: Watch) -> None:
        for second in range(0, 25, 5):
            monkeypatch.setattr(clock, "now", lambda s=second: began + timedelta(seconds=s))
            watch.tick(second)

    engine.script = script
    recorded(starting_one)
    assert beats == [0, 10, 20]


def test_a_recording_ends_at_its_longest_duration(starting_one: Recording, engine: Engine, settings: Any) -> None:
    settings.MEET_RECORDING_MAX_MINUTES = 0
    engine.script = lambda watch: watch.tick(1)
    assert recorded(starting_one).outcome == "limit_reached"


def test_a_database_that_is_gone_for_a_moment_ends_no_recording(
    starting_one: Recording, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise DatabaseError("gone")

    def script(watch: Watch) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(lifecycle, "sign_of_life", broken)
            patch.setattr(host, "close_old_connections", lambda: None)
            assert watch.tick(1) is None

    engine.script = script
    assert recorded(starting_one).outcome == "complete"


def test_whoever_is_stopped_while_starting_leaves_nothing(starting_one: Recording, engine: Engine) -> None:
    with pytest.raises(StoppedWhileStarting):
        stopping.stop(starting_one, by="Ann", now=clock.now())
    recorded(starting_one)
    assert engine.jobs == []


# -- What was left behind --------------------------------------------------------------------------------------------


@pytest.fixture
def left_behind(starting_one: Recording, engine: Engine) -> Recording:
    """The recorder process was told to stop in the middle."""
    engine.end = End.SHUTDOWN
    row = recorded(starting_one)
    assert row.status == S.ACTIVE
    return row


def test_the_next_start_finishes_what_was_left_behind(left_behind: Recording, engine: Engine) -> None:
    host.finish_left_behind(left_behind.pk, now=clock.now())
    left_behind.refresh_from_db()
    assert (left_behind.status, left_behind.outcome, left_behind.error_code) == (S.ENDING, "complete", 4)
    assert left_behind.released_at
    assert left_behind.duration == 9.5
    assert left_behind.deliver_at


def test_it_is_finished_once(left_behind: Recording, engine: Engine) -> None:
    host.finish_left_behind(left_behind.pk, now=clock.now())
    local_files.file_of(left_behind.uid).unlink()
    host.finish_left_behind(left_behind.pk, now=clock.now())
    left_behind.refresh_from_db()
    assert left_behind.outcome == "complete"


def test_left_behind_without_a_file_has_failed(left_behind: Recording, engine: Engine) -> None:
    engine.has_file = False
    host.finish_left_behind(left_behind.pk, now=clock.now())
    left_behind.refresh_from_db()
    assert (left_behind.status, left_behind.error_code) == (S.FAILED, 4)


def test_a_file_whose_news_was_not_taken_is_found_and_not_made_again(
    starting_one: Recording, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_arguments: Any, **_more: Any) -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(host, "_hand_in", gone)
        with pytest.raises(DatabaseError):
            host.record(starting_one.pk)
    starting_one.refresh_from_db()
    assert starting_one.released_at, "the room is free"
    assert not local_files.part_of(starting_one.uid).exists()
    monkeypatch.setattr(local_files, "remux", gone)
    host.finish_left_behind(starting_one.pk, now=clock.now())
    starting_one.refresh_from_db()
    assert (starting_one.outcome, starting_one.duration) == ("complete", 9.5)


def test_a_recorder_that_was_only_lost_from_sight_hands_in_a_whole_file(
    starting_one: Recording, engine: Engine
) -> None:
    def script(_watch: Watch) -> None:
        with lifecycle.held(starting_one.pk) as row:
            lifecycle.lose_recorder(row, now=clock.now())

    engine.script = script
    row = recorded(starting_one)
    assert (row.outcome, row.error_code) == ("complete", None)
    assert local_files.file_of(row.uid).exists()


def test_whoever_films_for_a_recording_that_is_over_leaves_nothing(starting_one: Recording, engine: Engine) -> None:
    def script(_watch: Watch) -> None:
        lifecycle.give_up(starting_one.pk, Failure.RECORDER_DIED, now=clock.now())

    engine.script = script
    recorded(starting_one)
    assert [*local_files.folder().glob(f"{starting_one.uid}.*")] == []


def test_a_process_that_starts_takes_over_what_an_earlier_one_was_at(left_behind: Recording, engine: Engine) -> None:
    host.take_over(now=clock.now())
    left_behind.refresh_from_db()
    assert (left_behind.status, left_behind.error_code) == (S.ENDING, 4)
    assert left_behind.released_at
    host.finish_left_behind(left_behind.pk, now=clock.now())
    Recording.objects.update(deliver_at=clock.now() + timedelta(hours=20))  # its upload was cut off
    now = clock.now()
    host.take_over(now=now)
    left_behind.refresh_from_db()
    assert left_behind.deliver_at == now


def test_what_another_machine_has_is_left_to_it(left_behind: Recording, engine: Engine) -> None:
    Recording.objects.update(host="another_machine")
    host.finish_left_behind(left_behind.pk, now=clock.now())
    left_behind.refresh_from_db()
    assert left_behind.status == S.ACTIVE


def test_a_recorder_announces_itself_with_its_slots(db: None) -> None:
    now = clock.now()
    host.say_so(now=now)
    row = RecorderHost.objects.get()
    assert (row.name, row.slots, row.seen_at) == (settings.MEET_RECORDER_HOST, 1, now)


def test_old_files_without_a_recording_are_cleared_away_and_others_kept(left_behind: Recording) -> None:
    stray = local_files.folder() / "0123456789.part"
    stray.write_bytes(b"x")
    local_files.sweep(now=clock.now())
    assert stray.exists()
    local_files.sweep(now=clock.now() + timedelta(days=8))
    assert not stray.exists()
    assert local_files.part_of(left_behind.uid).exists()


def test_a_full_disk_lets_the_pieces_stay_and_the_file_is_made_when_there_is_room(
    starting_one: Recording, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_paths: Any) -> Media:
        raise NoSpace("There is too little space left")

    with monkeypatch.context() as patch:
        patch.setattr(local_files, "remux", full)
        row = recorded(starting_one)
        assert (row.status, row.error_code, row.deliver_at) == (S.ENDING, 7, None)
        assert row.released_at
        host.finish_left_behind(row.pk, now=clock.now())
    host.finish_left_behind(row.pk, now=clock.now())
    row.refresh_from_db()
    assert (row.outcome, row.error_code) == ("complete", 7)

"""Stopping: shown at once, whatever the recorder does."""

import pytest

from meet import clock
from recordings import stopping
from recordings.errors import AlreadyStopped, StoppedWhileStarting
from recordings.models import Recording, RecordingStatus
from tests.recordings.recorders import HOST, finish


def stop(recording: Recording) -> Recording:
    return stopping.stop(recording, by="Ann", now=clock.now())


def test_a_running_recording_is_ending_at_once_and_the_room_is_not_free_yet(active_one: Recording) -> None:
    row = stop(active_one)
    assert row.status == RecordingStatus.ENDING
    assert row.stop_requested_at
    assert row.released_at is None


def test_who_stopped_it_stands_in_the_log(active_one: Recording) -> None:
    stop(active_one)
    assert active_one.events.get(kind="stop_requested").by == "Ann"


def test_a_second_stop_is_refused(active_one: Recording) -> None:
    stop(active_one)
    with pytest.raises(AlreadyStopped) as refused:
        stop(active_one)
    assert refused.value.message == f"Recording '{active_one.recording_id}' is already stopped"


def test_a_finished_recording_is_not_stopped_again(active_one: Recording) -> None:
    finish(active_one)
    with pytest.raises(AlreadyStopped):
        stop(active_one)


def test_a_start_that_nobody_has_taken_is_cancelled_and_the_caller_told_it_cannot_be(starting_one: Recording) -> None:
    with pytest.raises(StoppedWhileStarting) as refused:
        stop(starting_one)
    assert refused.value.message == f"Recording '{starting_one.recording_id}' cannot be stopped while starting"
    starting_one.refresh_from_db()
    assert (starting_one.status, starting_one.error_code) == (RecordingStatus.ABORTED, 8)
    assert starting_one.released_at


def test_a_start_that_a_recorder_has_taken_is_left_to_it(starting_one: Recording) -> None:
    Recording.objects.filter(pk=starting_one.pk).update(host=HOST)
    with pytest.raises(StoppedWhileStarting):
        stop(starting_one)
    starting_one.refresh_from_db()
    assert starting_one.status == RecordingStatus.STARTING
    assert starting_one.stop_requested_at

"""Whatever was missed is found again: every recording comes to an end that its row explains."""

from datetime import timedelta

import httpx
import pytest
from livekit.protocol.room import SendDataResponse

from meet import clock
from recordings import lifecycle, sweep
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import RecorderHost, Recording, RecordingStatus
from rooms.models import Room
from tests.factories import make_recording
from tests.livekit.wire import Twirp
from tests.recordings.recorders import HOST, SEND, age, finish, recorder_is_free
from tests.rooms.live import signalled

S = RecordingStatus
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def judge(recording: Recording) -> Recording:
    sweep.judge_overdue(now=clock.now())
    recording.refresh_from_db()
    return recording


def test_a_start_without_a_recorder_fails_after_its_time(starting_one: Recording) -> None:
    row = judge(age(starting_one, MINUTE))
    assert (row.status, row.error_code) == (S.FAILED, 9)
    assert row.released_at


def test_what_is_in_time_is_left_alone(active_one: Recording) -> None:
    assert judge(age(active_one, timedelta(seconds=40))).status == S.ACTIVE


def test_a_recorder_without_a_sign_of_life_frees_the_room_while_its_file_may_come(active_one: Recording) -> None:
    row = judge(age(active_one, MINUTE))
    assert (row.status, row.error_code) == (S.ENDING, 4)
    assert row.released_at


def test_a_file_that_nobody_rescues_is_given_up(active_one: Recording) -> None:
    judge(age(active_one, MINUTE))
    active_one.refresh_from_db()
    row = judge(age(active_one, timedelta(minutes=11)))
    assert (row.status, row.error_code) == (S.FAILED, 4)


def test_a_recorder_that_never_stops_is_given_up(active_one: Recording) -> None:
    lifecycle.note(active_one.pk, Report(S.ENDING), now=clock.now())
    active_one.refresh_from_db()
    row = judge(age(active_one, timedelta(minutes=11)))
    assert row.released_at
    row = judge(age(row, timedelta(minutes=9)))
    assert row.status == S.ENDING  # its file may still be rescued
    row = judge(age(row, timedelta(minutes=11)))
    assert (row.status, row.error_code) == (S.FAILED, 4)


def test_why_its_file_was_never_finished_is_said_to_the_end(active_one: Recording) -> None:
    with lifecycle.held(active_one.pk) as row:
        lifecycle.lose_recorder(row, now=clock.now(), failure=Failure.DISK_FULL)
    row = judge(age(row, timedelta(minutes=11)))
    assert (row.status, row.error_code) == (S.FAILED, Failure.DISK_FULL)


def test_a_file_that_the_storage_does_not_take_for_a_day_has_failed(active_one: Recording) -> None:
    finish(active_one)
    active_one.refresh_from_db()
    assert judge(age(active_one, timedelta(hours=23))).status == S.ENDING
    row = judge(age(active_one, timedelta(hours=2)))
    assert (row.status, row.error_code) == (S.FAILED, 5)


def test_a_start_whose_process_died_before_the_recorder_was_asked_leaves_nothing(room: Room, twirp: Twirp) -> None:
    route = twirp.answers(SEND, SendDataResponse())
    make_recording(room, status=S.STARTING, egress_id=None, recording_id=None, deadline_at=clock.now() - MINUTE)
    sweep.judge_overdue(now=clock.now())
    assert not Recording.with_deleted.exists()
    assert signalled(route)["recording"]["errorCode"] == 1


def test_starts_that_no_recorder_has_taken_are_called_again(starting_one: Recording) -> None:
    assert sweep.untaken() == [starting_one.pk]
    Recording.objects.update(host=HOST)
    assert sweep.untaken() == []


def test_files_are_asked_for_where_they_lie_while_that_machine_is_there(active_one: Recording) -> None:
    finish(active_one)
    assert sweep.undelivered(now=clock.now()) == [(active_one.pk, HOST)]
    RecorderHost.objects.update(seen_at=clock.now() - MINUTE)
    assert sweep.undelivered(now=clock.now()) == []


def test_rescue_waits_for_the_machine_that_has_the_file(active_one: Recording) -> None:
    judge(age(active_one, MINUTE))
    RecorderHost.objects.update(seen_at=clock.now() - MINUTE)
    assert sweep.left_behind(now=clock.now()) == []
    recorder_is_free()
    assert sweep.left_behind(now=clock.now()) == [(active_one.pk, HOST)]


def test_the_recorder_of_a_deleted_recording_is_told_to_stop(active_one: Recording) -> None:
    Recording.objects.filter(pk=active_one.pk).update(deleted_at=clock.now())
    sweep.stop_unwanted(now=clock.now())
    row = Recording.with_deleted.get(pk=active_one.pk)
    assert row.stop_requested_at
    assert row.status == S.ENDING


def test_people_in_the_meeting_are_told_once_of_each_change(active_one: Recording, twirp: Twirp) -> None:
    route = twirp.answers(SEND, SendDataResponse())
    before = route.call_count
    assert sweep.tell_people(now=clock.now()) == 1
    told = signalled(route)
    assert (told["topic"], told["recording"]["status"]) == ("meet_recording_updated", "active")
    assert told["recording"]["recordingId"] == active_one.recording_id
    assert sweep.tell_people(now=clock.now()) == 0
    assert route.call_count == before + 1


def test_a_signal_that_does_not_get_through_is_repeated_for_a_minute(active_one: Recording, twirp: Twirp) -> None:
    twirp.raises(SEND, httpx.ConnectError("refused"))
    sweep.tell_people(now=clock.now())
    active_one.refresh_from_db()
    assert active_one.signal_due_at
    sweep.tell_people(now=clock.now() + 2 * MINUTE)
    active_one.refresh_from_db()
    assert active_one.signal_due_at is None


@pytest.mark.parametrize("status", [S.COMPLETE, S.FAILED])
def test_what_has_come_to_its_end_is_never_overdue(room: Room, status: S) -> None:
    make_recording(room, status=status)
    assert sweep.judge_overdue(now=clock.now() + DAY) == 0

"""Recordings compared with the egresses that LiveKit has: whatever nobody told us of."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from livekit.protocol.egress import ListEgressRequest, ListEgressResponse, StopEgressRequest
from livekit.protocol.room import SendDataResponse
from pytest_django import Settings

from meet import clock
from recordings import lifecycle, tasks
from recordings.failures import Failure
from recordings.models import Recording, RecordingStatus
from recordings.recorders.egress.comparison import compare
from tests.factories import make_meeting, make_room
from tests.livekit.wire import Twirp, sent
from tests.recordings.egress.conftest import Told, age, make_asked_for
from tests.recordings.egress.livekit import (
    EG,
    LIST,
    PERSON,
    ROOMS,
    SEND,
    STOP,
    fresh,
    happen,
    has_room,
    info,
    lists,
    records,
)
from tests.rooms.live import signalled

S, F = RecordingStatus, Failure
NOW = clock.now
MINUTE = timedelta(minutes=1)


def ago(seconds: float = 0) -> int:
    """A moment as LiveKit writes it, in nanoseconds."""
    return int((clock.to_ms(clock.now()) - seconds * 1000) * 1_000_000)


@pytest.fixture
def active(recording: Recording, livekit: Twirp) -> Recording:
    happen("active", recording)
    return fresh(recording)


def compared(recording: Recording) -> Recording:
    compare(now=NOW())
    return fresh(recording)


def by_id(listing: Any, *others: Any) -> None:
    """Nothing is active; whoever asks for one egress gets `others`."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = ListEgressRequest.FromString(request.content)
        return httpx.Response(
            200, content=ListEgressResponse(items=others if asked.egress_id else []).SerializeToString()
        )

    listing.mock(side_effect=answer)


# -- Signs of life ---------------------------------------------------------------------------------------------------


def test_an_egress_in_the_room_is_alive_for_another_while(active: Recording, livekit: Twirp) -> None:
    records(livekit, active, updated_at=ago())
    age(active, timedelta(seconds=80))
    row = compared(active)
    assert row.deadline_at
    assert row.deadline_at > NOW() + timedelta(seconds=85)


def test_one_that_is_only_listed_is_not(active: Recording, livekit: Twirp) -> None:
    lists(livekit, info("active", active, updated_at=ago()))
    livekit.refuses(PERSON, "not_found", status=404)
    before = active.deadline_at
    assert compared(active).deadline_at == before


@pytest.mark.parametrize("silent", [LIST, PERSON])
def test_with_livekit_silent_nothing_changes(active: Recording, livekit: Twirp, silent: str) -> None:
    records(livekit, active, updated_at=ago())
    livekit.raises(silent, httpx.ConnectError("refused"))
    before = active.deadline_at
    row = compared(active)
    assert (row.status, row.deadline_at) == (S.ACTIVE, before)


def test_one_call_lists_all_that_are_active(active: Recording, livekit: Twirp) -> None:
    records(livekit, active, updated_at=ago())
    listing = lists(livekit, info("active", active, updated_at=ago()))
    compare(now=NOW())
    assert listing.call_count == 1
    assert sent(listing, ListEgressRequest) == ListEgressRequest(active=True)


def test_without_egress_nobody_is_asked(settings: Settings, livekit: Twirp) -> None:
    settings.MEET_RECORDER = "browser"
    listing = lists(livekit)
    compare(now=NOW())
    assert listing.call_count == 0


def test_recordings_from_before_a_change_of_the_recorder_are_still_watched(
    active: Recording, settings: Settings, livekit: Twirp
) -> None:
    settings.MEET_RECORDER = "browser"
    by_id(lists(livekit), info("complete", active))
    assert compared(active).released_at


# -- What events did not tell ----------------------------------------------------------------------------------------


def test_a_start_that_nobody_told_us_of_is_adopted(recording: Recording, livekit: Twirp, told: Told) -> None:
    records(livekit, recording, updated_at=ago())
    row = compared(recording)
    assert (row.egress_id, row.status) == (EG, S.ACTIVE)
    assert told() == [("recordingStarted", "starting"), ("recordingUpdated", "active")]


def test_an_end_that_nobody_told_us_of_is_noted(active: Recording, livekit: Twirp) -> None:
    by_id(lists(livekit), info("complete", active))
    row = compared(active)
    assert (row.status, row.outcome) == (S.ENDING, S.COMPLETE)


@pytest.mark.parametrize("name", ["active", "ending"])
def test_one_that_livekit_has_forgotten_is_aborted(recording: Recording, livekit: Twirp, name: str) -> None:
    happen(name, recording)
    row = compared(recording)
    assert (row.status, row.error_code) == (S.ABORTED, F.RECORDER_DIED)
    assert row.details == f"LiveKit has no egress '{EG}'"


def test_one_that_is_starting_may_not_be_listed_yet(recording: Recording, livekit: Twirp) -> None:
    happen("started", recording)
    assert compared(recording).status == S.STARTING


def test_a_lost_recorder_that_turns_out_to_have_finished_has_a_file(active: Recording, livekit: Twirp) -> None:
    with lifecycle.held(active.pk) as row:
        lifecycle.lose_recorder(row, now=NOW())
    by_id(lists(livekit), info("complete", active))
    row = compared(active)
    assert (row.outcome, row.error_code) == (S.COMPLETE, None)


def test_a_lost_recorder_that_is_still_at_work_is_stopped_for_its_file(active: Recording, livekit: Twirp) -> None:
    with lifecycle.held(active.pk) as row:
        lifecycle.lose_recorder(row, now=NOW())
    lists(livekit, info("active", active, updated_at=ago()))
    stop = livekit.answers(STOP, info("ending", active))
    row = compared(active)
    assert stop.call_count == 1
    assert row.status == S.ENDING


# -- Stale -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stale(active: Recording, livekit: Twirp) -> Recording:
    """Listed as active, silent for longer than five minutes; its meeting has been over for two."""
    meeting = make_meeting(active.room, ended_at=NOW() - 2 * MINUTE)
    Recording.objects.filter(pk=active.pk).update(meeting=meeting)
    livekit.has_rooms()
    records(livekit, active, updated_at=ago(360))
    return fresh(active)


def test_one_whose_room_is_gone_is_aborted_and_stopped(stale: Recording, livekit: Twirp) -> None:
    stop = livekit.answers(STOP, info("ending", stale))
    row = compared(stale)
    assert (row.status, row.error_code) == (S.ABORTED, F.RECORDER_DIED)
    assert sent(stop, StopEgressRequest).egress_id == EG


def test_one_that_could_not_be_stopped_is_stopped_the_next_time(stale: Recording, livekit: Twirp) -> None:
    livekit.refuses(STOP, "unavailable", status=503)
    assert compared(stale).status == S.ABORTED
    stop = livekit.answers(STOP, info("ending", stale))
    compare(now=NOW())
    assert stop.call_count == 2


def test_one_whose_room_is_still_there_is_kept(stale: Recording, livekit: Twirp) -> None:
    has_room(livekit, stale.room)
    assert compared(stale).status == S.ACTIVE


def test_one_whose_meeting_has_just_ended_ends_by_itself(stale: Recording, livekit: Twirp) -> None:
    assert stale.meeting
    stale.meeting.ended_at = NOW() - timedelta(seconds=5)
    stale.meeting.save()
    rooms = livekit.has_rooms()
    assert compared(stale).status == S.ACTIVE
    assert rooms.call_count == 0


@pytest.mark.parametrize("seconds", [None, 240])
def test_one_that_has_said_something_lately_or_never_anything_is_kept(
    stale: Recording, livekit: Twirp, seconds: int | None
) -> None:
    records(livekit, stale, updated_at=ago(seconds) if seconds else 0)
    assert compared(stale).status == S.ACTIVE


def test_with_the_rooms_unknown_it_is_kept(stale: Recording, livekit: Twirp) -> None:
    livekit.raises(ROOMS, httpx.ConnectError("refused"))
    assert compared(stale).status == S.ACTIVE


# -- Unwanted --------------------------------------------------------------------------------------------------------


def test_an_egress_whose_recording_was_taken_back_is_stopped_and_people_are_told(
    recording: Recording, livekit: Twirp
) -> None:
    recording.delete()
    lists(livekit, info("active", recording, updated_at=ago()))
    stop = livekit.answers(STOP, info("ending", recording))
    signal = livekit.answers(SEND, SendDataResponse())
    compare(now=NOW())
    assert sent(stop, StopEgressRequest).egress_id == EG
    told = signalled(signal)["recording"]
    assert (told["status"], told["errorCode"], told["recordingId"]) == ("failed", F.TIMED_OUT, "")


def test_a_late_start_is_stopped_and_shown_as_failed_again(recording: Recording, livekit: Twirp) -> None:
    happen("started", recording)
    lifecycle.give_up(recording.pk, F.TIMED_OUT, now=NOW())
    lists(livekit, info("active", recording, updated_at=ago()))
    stop = livekit.answers(STOP, info("ending", recording))
    signal = livekit.answers(SEND, SendDataResponse())
    compare(now=NOW())
    assert stop.call_count == 1
    told = signalled(signal)["recording"]
    assert (told["status"], told["recordingId"]) == ("failed", fresh(recording).recording_id)


def test_nobody_is_told_of_an_old_failure_while_a_new_recording_runs(recording: Recording, livekit: Twirp) -> None:
    recording.delete()
    make_asked_for(recording.room, uid="9f8e7d6c5b")
    lists(livekit, info("active", recording, updated_at=ago()))
    stop = livekit.answers(STOP, info("ending", recording))
    signal = livekit.answers(SEND, SendDataResponse())
    compare(now=NOW())
    assert (stop.call_count, signal.call_count) == (1, 0)


def test_what_a_dead_service_left_behind_a_day_ago_is_let_lie(recording: Recording, livekit: Twirp) -> None:
    recording.delete()
    lists(livekit, info("active", recording, updated_at=ago(25 * 3600)))
    stop = livekit.answers(STOP, info("ending", recording))
    compare(now=NOW())
    assert stop.call_count == 0


@pytest.mark.parametrize("name", ["foreign_stream", "foreign_file", "foreign_track"])
def test_egresses_of_others_are_left_alone(recording: Recording, livekit: Twirp, name: str) -> None:
    lists(livekit, info(name, recording))
    stop = livekit.answers(STOP, info("ending", recording))
    compare(now=NOW())
    assert stop.call_count == 0


def test_one_that_cannot_be_put_right_does_not_keep_the_others_from_it(recording: Recording, livekit: Twirp) -> None:
    other = make_asked_for(make_room(recording.room.owner, "Other"), uid="9f8e7d6c5b")
    recording.delete()
    livekit.refuses(STOP, "unavailable", status=503)
    records(livekit, other, egress_id="EG_other")
    lists(
        livekit,
        info("active", recording, updated_at=ago()),
        info("active", other, egress_id="EG_other", updated_at=ago()),
    )
    assert compared(other).status == S.ACTIVE


def test_the_schedule_runs_it(recording: Recording, livekit: Twirp) -> None:
    records(livekit, recording, updated_at=ago())
    tasks.compare_egresses()
    assert fresh(recording).status == S.ACTIVE

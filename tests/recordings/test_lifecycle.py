"""The machine of a recording: what a report changes, what the world is told, when the room is free again."""

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest

from meet import clock
from meet.webhooks.models import Endpoint, Event
from recordings import lifecycle
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.factories import make_recording

S = RecordingStatus
NOW = clock.now()
FILE: dict[str, Any] = {"ended_at": NOW, "duration": 9.5, "size": 1234}


@pytest.fixture
def endpoint(api_key: str) -> Endpoint:
    return Endpoint.objects.create(url="http://127.0.0.1:9/hook", enabled=True, created_at=NOW)


@pytest.fixture
def recording(room: Room) -> Recording:
    """Asked for; no recorder has said anything yet."""
    deadline = NOW + lifecycle.START_WITHIN
    return make_recording(room, status=S.STARTING, egress_id=None, recording_id=None, deadline_at=deadline)


def note(recording: Recording, status: RecordingStatus, **more: Any) -> Recording:
    return lifecycle.note(recording.pk, Report(status, **more), now=NOW)


def identified(recording: Recording) -> Recording:
    return note(recording, S.STARTING, egress_id="EG_one")


def events() -> list[tuple[str, str]]:
    bodies = [json.loads(body) for body in Event.objects.order_by("pk").values_list("body", flat=True)]
    return [(body["event"], body["data"]["status"]) for body in bodies]


def test_the_four_webhooks_of_an_ordinary_recording_come_in_order(recording: Recording, endpoint: Endpoint) -> None:
    identified(recording)
    note(recording, S.ACTIVE, started_at=NOW)
    note(recording, S.ENDING)
    note(recording, S.COMPLETE, **FILE)
    lifecycle.delivered(recording.pk, size=1234, now=NOW)
    assert events() == [
        ("recordingStarted", "starting"),
        ("recordingUpdated", "active"),
        ("recordingUpdated", "ending"),
        ("recordingEnded", "complete"),
    ]


def test_a_recording_gets_its_id_with_its_egress_and_keeps_it(recording: Recording) -> None:
    row = identified(recording)
    assert row.recording_id == f"{row.room.room_id}--EG_one--{row.uid}"
    again = note(recording, S.ACTIVE, egress_id="EG_two")
    assert (again.egress_id, again.recording_id) == ("EG_one", row.recording_id)


def test_nobody_is_told_of_a_start_that_never_got_an_egress_id(recording: Recording, endpoint: Endpoint) -> None:
    note(recording, S.FAILED, failure=Failure.NO_RECORDER)
    assert events() == []


def test_a_file_on_its_way_leaves_the_room_free_and_the_recording_unfinished(recording: Recording) -> None:
    identified(recording)
    note(recording, S.ACTIVE)
    row = note(recording, S.COMPLETE, **FILE)
    assert row.status == S.ENDING
    assert row.released_at == NOW
    assert (row.duration, row.size, row.ended_at) == (9.5, 1234, NOW)
    assert row.deliver_at == NOW
    row = lifecycle.delivered(recording.pk, size=1234, now=NOW)
    assert row.status == S.COMPLETE
    assert row.deadline_at is None


def test_what_reached_a_limit_says_so_when_its_file_is_stored(recording: Recording, endpoint: Endpoint) -> None:
    identified(recording)
    note(recording, S.ACTIVE)
    note(recording, S.LIMIT_REACHED, failure=Failure.LIMIT, **FILE)
    row = lifecycle.delivered(recording.pk, size=1234, now=NOW)
    assert (row.status, row.error_code) == (S.LIMIT_REACHED, 6)
    assert events()[-1] == ("recordingEnded", "limit_reached")


@pytest.mark.parametrize("status", [S.FAILED, S.ABORTED])
def test_an_end_without_a_file_is_final_at_once_and_frees_the_room(recording: Recording, status: S) -> None:
    identified(recording)
    row = note(recording, status, failure=Failure.PAGE_FAILED, details="net::ERR_REFUSED")
    assert row.status == status
    assert row.released_at
    assert (row.error_code, row.error) == (3, "The recorder could not show the meeting.")
    assert row.details == "net::ERR_REFUSED"


REPORTS = (
    (S.STARTING, {"egress_id": "EG_one"}),
    (S.ACTIVE, {"egress_id": "EG_one"}),
    (S.ENDING, {"egress_id": "EG_one"}),
    (S.COMPLETE, {"egress_id": "EG_one", **FILE}),
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_reports_in_any_order_end_in_the_same_state_and_nothing_is_told_twice(
    recording: Recording, endpoint: Endpoint, order: tuple[int, ...]
) -> None:
    for index in (*order, *order):
        status, more = REPORTS[index]
        note(recording, status, **more)
    row = lifecycle.delivered(recording.pk, size=1234, now=NOW)
    lifecycle.delivered(recording.pk, size=1234, now=NOW)
    assert row.status == S.COMPLETE
    told = events()
    assert told[0] == ("recordingStarted", "starting")
    assert told[-1] == ("recordingEnded", "complete")
    assert len(told) == len(set(told))
    ranks = [S(status).rank for _event, status in told]
    assert ranks == sorted(ranks)


def test_a_final_state_stays_whatever_comes_later(recording: Recording) -> None:
    identified(recording)
    note(recording, S.FAILED, failure=Failure.TIMED_OUT)
    row = note(recording, S.ACTIVE)
    assert row.status == S.FAILED
    row = note(recording, S.COMPLETE, **FILE)
    assert (row.status, row.deliver_at, row.size) == (S.FAILED, None, None)


def test_every_unfinished_state_has_a_deadline(recording: Recording) -> None:
    assert identified(recording).deadline_at == NOW + timedelta(seconds=20)
    assert note(recording, S.ACTIVE).deadline_at == NOW + timedelta(seconds=45)
    assert note(recording, S.ENDING).deadline_at == NOW + timedelta(minutes=10)
    assert note(recording, S.COMPLETE, **FILE).deadline_at == NOW + timedelta(hours=24)


def test_a_sign_of_life_moves_the_deadline_of_a_running_recording_only(recording: Recording) -> None:
    identified(recording)
    later = NOW + timedelta(seconds=10)
    lifecycle.sign_of_life(recording.pk, now=later)
    assert note(recording, S.ACTIVE).deadline_at == NOW + timedelta(seconds=45)
    lifecycle.sign_of_life(recording.pk, now=later)
    recording.refresh_from_db()
    assert recording.deadline_at == later + timedelta(seconds=45)


def test_a_lost_recorder_frees_the_room_and_its_file_may_still_be_rescued(
    recording: Recording, endpoint: Endpoint
) -> None:
    identified(recording)
    note(recording, S.ACTIVE)
    with lifecycle.held(recording.pk) as row:
        lifecycle.lose_recorder(row, now=NOW)
    assert (row.status, row.released_at, row.error_code) == (S.ENDING, NOW, 4)
    row = lifecycle.rescued(
        recording.pk, Report(S.COMPLETE, duration=8.0, size=99, failure=Failure.RECORDER_DIED), now=NOW
    )
    assert row.deliver_at == NOW
    row = lifecycle.delivered(recording.pk, size=99, now=NOW)
    assert (row.status, row.error_code, row.duration) == (S.COMPLETE, 4, 8.0)
    assert [status for _event, status in events()] == ["starting", "active", "ending", "complete"]


def test_a_recorder_lost_before_it_has_begun_has_failed(recording: Recording, endpoint: Endpoint) -> None:
    identified(recording)
    with lifecycle.held(recording.pk) as row:
        lifecycle.lose_recorder(row, now=NOW)
    assert (row.status, row.released_at, row.deadline_at, row.error_code) == (S.FAILED, NOW, None, 4)
    assert not lifecycle.awaits_rescue(row)
    assert [status for _event, status in events()] == ["starting", "failed"]


def test_whoever_gives_up_says_why(recording: Recording) -> None:
    identified(recording)
    note(recording, S.ACTIVE)
    note(recording, S.COMPLETE, **FILE)
    row = lifecycle.give_up(recording.pk, Failure.STORAGE_REFUSED, now=NOW, details="Access denied")
    assert (row.status, row.error_code, row.details) == (S.FAILED, 5, "Access denied")
    assert lifecycle.give_up(recording.pk, Failure.RECORDER_DIED, now=NOW).error_code == 5


def test_nobody_is_told_of_what_happens_to_a_deleted_recording(recording: Recording, endpoint: Endpoint) -> None:
    identified(recording)
    note(recording, S.ACTIVE)
    told = events()
    Recording.objects.filter(pk=recording.pk).update(deleted_at=NOW)
    row = note(recording, S.COMPLETE, **FILE)
    assert row.released_at
    assert events() == told


def test_the_log_tells_what_happened_and_who_wanted_it(recording: Recording) -> None:
    identified(recording)
    note(recording, S.ACTIVE)
    with lifecycle.held(recording.pk) as row:
        lifecycle.request_stop(row, by="Ann", now=NOW)
        lifecycle.request_stop(row, by="Bo", now=NOW)
    lines = list(recording.events.order_by("pk").values_list("kind", "by"))
    assert lines == [("starting", ""), ("active", ""), ("stop_requested", "Ann"), ("ending", "")]

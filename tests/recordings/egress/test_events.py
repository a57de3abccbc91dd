"""What LiveKit's events of an egress do to its recording: in every order, late, twice and unknown."""

import itertools
from datetime import timedelta

import pytest

from meet import clock
from meet.livekit.models import InboundEvent
from recordings import lifecycle, storage
from recordings.failures import Failure
from recordings.files import delivery
from recordings.livekit_events import EGRESS_EVENTS
from recordings.models import Recording, RecordingEvent, RecordingStatus
from rooms.models import Room
from tests.factories import make_room
from tests.recordings.egress.conftest import Told, age, make_asked_for
from tests.recordings.egress.livekit import EG, ENDS, fresh, happen

S, F = RecordingStatus, Failure
ORDERS = list(itertools.permutations(["started", "active", "ending", "end"]))


def deliver(recording: Recording) -> Recording:
    delivery.deliver(recording.pk, now=clock.now())
    return fresh(recording)


def counted(outcome: str) -> float:
    return EGRESS_EVENTS.labels(outcome)._value.get()  # type: ignore[no-any-return]


def test_an_ordinary_recording_from_its_events_alone(recording: Recording, told: Told) -> None:
    for name in ("started", "active", "ending", "complete"):
        happen(name, recording)
    row = deliver(recording)
    assert row.recording_id == f"{row.room.room_id}--{EG}--{row.uid}"
    assert (row.status, row.size, row.duration, row.error_code) == (S.COMPLETE, 18734112, 60.0, None)
    assert (row.started_at, row.ended_at) == (clock.from_ms(1795836334200), clock.from_ms(1795836394900))
    assert row.details == "End reason: StopEgress API"
    assert told() == [
        ("recordingStarted", "starting"),
        ("recordingUpdated", "active"),
        ("recordingUpdated", "ending"),
        ("recordingEnded", "complete"),
    ]


def test_the_room_is_free_when_the_recorder_has_stopped_and_the_file_is_looked_for_afterwards(
    recording: Recording,
) -> None:
    for name in ("started", "active", "complete"):
        happen(name, recording)
    row = fresh(recording)
    assert (row.status, row.outcome) == (S.ENDING, S.COMPLETE)
    assert row.released_at
    assert row.deliver_at


@pytest.mark.parametrize("end", ENDS)
def test_every_end_frees_the_room_and_says_what_happened(recording: Recording, end: str) -> None:
    happen("started", recording)
    happen("active", recording)
    happen(end, recording)
    row = deliver(recording)
    assert row.released_at
    assert row.status in (S.COMPLETE, S.LIMIT_REACHED, S.FAILED, S.ABORTED)
    has_file = end.startswith(("complete", "limit"))
    assert row.is_streamable is has_file
    assert bool(row.error_code) is (not has_file or end in ("complete_ended_early", "limit_reached"))
    assert bool(row.error) is bool(row.error_code)


@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_enough(recording: Recording, told: Told, end: str) -> None:
    """All the events before it were lost."""
    happen(end, recording)
    row = deliver(recording)
    assert RecordingStatus(row.status).is_final
    kinds = [kind for kind, _status in told()]
    assert kinds[0] == "recordingStarted"
    assert kinds[-1] == "recordingEnded"


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("complete", S.COMPLETE),
        ("failed_upload", S.FAILED),
        ("aborted_no_start_signal", S.ABORTED),
        ("limit_reached", S.LIMIT_REACHED),
    ],
)
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_no_order_changes_the_end(
    recording: Recording, told: Told, order: tuple[str, ...], end: str, expected: RecordingStatus
) -> None:
    for name in order:
        happen(end if name == "end" else name, recording)
    row = deliver(recording)
    assert row.status == expected
    statuses = [status for _kind, status in told()]
    ranks = [RecordingStatus(status).rank for status in statuses]
    assert ranks == sorted(set(ranks))
    assert statuses[-1] == expected


@pytest.mark.parametrize("name", ["started", "active", "ending", "complete", "failed_template"])
def test_an_event_counts_once_however_often_it_comes(recording: Recording, told: Told, name: str) -> None:
    happen(name, recording)
    before, lines = told(), RecordingEvent.objects.count()
    happen(name, recording)
    assert told() == before
    assert RecordingEvent.objects.count() == lines


def test_the_start_may_be_heard_of_before_livekit_answers(recording: Recording) -> None:
    happen("started", recording)
    row = fresh(recording)
    assert (row.egress_id, row.status) == (EG, S.STARTING)


def test_an_event_that_repeats_no_request_is_known_by_its_egress(recording: Recording) -> None:
    happen("started", recording)
    Recording.objects.filter(pk=recording.pk).update(uid="ffffffffff")
    text_of_other = fresh(recording)
    text_of_other.uid = "not/ours"  # no file name of ours in it
    happen("active", text_of_other)
    assert fresh(recording).status == S.ACTIVE


def test_an_unknown_status_waits_for_the_next_news(recording: Recording) -> None:
    happen("active", recording)
    happen("updated_with_unknown_status", recording)
    assert fresh(recording).status == S.ACTIVE


@pytest.mark.parametrize("name", ["foreign_stream", "foreign_file", "foreign_track"])
def test_egresses_of_others_are_nothing_to_us(recording: Recording, name: str) -> None:
    before = counted("foreign")
    happen(name, recording)
    assert counted("foreign") == before + 1
    assert fresh(recording).egress_id is None
    assert Recording.with_deleted.count() == 1


def test_a_second_egress_for_the_same_file_is_not_the_recording(recording: Recording) -> None:
    happen("started", recording)
    before = counted("unwanted")
    happen("active", recording, egress_id="EG_second")
    row = fresh(recording)
    assert (row.egress_id, row.status) == (EG, S.STARTING)
    assert counted("unwanted") == before + 1


def test_a_recording_that_was_taken_back_leaves_an_egress_to_be_stopped(recording: Recording) -> None:
    recording.delete()
    before = counted("unwanted")
    happen("started", recording)
    assert counted("unwanted") == before + 1
    assert not Recording.with_deleted.exists()


def test_a_room_that_is_not_ours_has_no_egress_of_ours(recording: Recording) -> None:
    recording.delete()
    recording.room.room_id = "elsewhere-1"
    before = counted("foreign")
    happen("started", recording)
    assert counted("foreign") == before + 1


def test_a_start_after_its_time_is_late(recording: Recording, told: Told) -> None:
    happen("started", recording)
    lifecycle.give_up(recording.pk, F.TIMED_OUT, now=clock.now())
    before = counted("unwanted")
    happen("active", recording)
    assert (fresh(recording).status, counted("unwanted")) == (S.FAILED, before + 1)
    happen("aborted_no_start_signal", recording)
    row = fresh(recording)
    assert (row.status, row.error_code) == (S.FAILED, F.TIMED_OUT)
    assert [kind for kind, _status in told()] == ["recordingStarted", "recordingEnded"]


def test_a_recording_survives_the_end_of_its_room(recording: Recording) -> None:
    happen("active", recording)
    Room.objects.filter(pk=recording.room_id).update(deleted_at=clock.now())
    happen("complete_source_closed", recording)
    assert deliver(recording).status == S.COMPLETE


def test_a_deleted_recording_ends_without_a_word(recording: Recording, told: Told) -> None:
    happen("active", recording)
    before = told()
    Recording.objects.filter(pk=recording.pk).update(deleted_at=clock.now())
    happen("complete", recording)
    row = fresh(recording)
    assert row.released_at
    assert told() == before


def test_whose_recorder_was_given_up_is_saved_by_news_of_its_file(recording: Recording) -> None:
    happen("active", recording)
    with lifecycle.held(recording.pk) as row:
        lifecycle.lose_recorder(row, now=clock.now())
    happen("complete", recording)
    row = deliver(recording)
    assert (row.status, row.error_code, row.error) == (S.COMPLETE, None, "")
    assert row.details == "End reason: StopEgress API"


def test_whose_recorder_was_given_up_and_has_no_file_has_failed_at_once(recording: Recording) -> None:
    happen("active", recording)
    with lifecycle.held(recording.pk) as row:
        lifecycle.lose_recorder(row, now=clock.now())
    happen("failed_upload", recording)
    row = fresh(recording)
    assert (row.status, row.error_code) == (S.FAILED, F.STORAGE_REFUSED)
    assert row.details.startswith("End reason: Failure; S3 upload failed")


def test_a_file_that_never_arrives_in_our_storage_fails_with_what_livekit_said(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "size", lambda _key: None)
    happen("complete_backup", recording)
    for _attempt in range(4):
        deliver(recording)
        age(recording, timedelta(hours=1))
    row = fresh(recording)
    assert (row.status, row.error_code) == (S.FAILED, F.STORAGE_REFUSED)
    assert row.details.endswith("The file went to the backup storage; There is no file in the storage")


def test_events_of_egresses_wait_with_those_of_their_room(recording: Recording) -> None:
    happen("started", recording)
    assert InboundEvent.objects.get().room_name == recording.room.room_id


def test_of_two_rooms_each_has_its_own(recording: Recording) -> None:
    other = make_asked_for(make_room(recording.room.owner, "Other"), uid="9f8e7d6c5b")
    happen("active", recording)
    happen("active", other, egress_id="EG_other")
    happen("complete", other, egress_id="EG_other")
    assert fresh(recording).status == S.ACTIVE
    assert fresh(other).released_at

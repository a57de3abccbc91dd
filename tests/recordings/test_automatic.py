"""Rooms that record their meetings by themselves."""

import pytest
from django.core.cache import cache
from livekit.protocol import models

from meet import clock
from recordings import automatic, lifecycle, starting, stopping
from recordings.failures import Failure
from recordings.lifecycle import Report
from recordings.models import RecorderHost, Recording, RecordingStatus
from rooms.models import Meeting, Room
from tests.factories import make_meeting
from tests.livekit.wire import Twirp
from tests.recordings.recorders import fail, finish, take

S = RecordingStatus


@pytest.fixture
def self_recording(ready: Room) -> Room:
    ready.auto_recording = True
    ready.save(update_fields=["auto_recording"])
    return ready


@pytest.fixture
def meeting(self_recording: Room, twirp: Twirp) -> Meeting:
    """It runs, and somebody publishes."""
    twirp.has_rooms(models.Room(name=self_recording.room_id, sid="RM_first", num_publishers=1))
    return make_meeting(self_recording)


def start() -> list[Recording]:
    return list(automatic.start_due())


def test_a_meeting_with_a_publisher_is_recorded_once(meeting: Meeting) -> None:
    [recording] = start()
    assert (recording.started_by, recording.meeting) == ("automatic", meeting)
    assert start() == []


def test_nobody_publishing_is_waited_for(meeting: Meeting, twirp: Twirp) -> None:
    twirp.has_rooms(models.Room(name=meeting.room.room_id, sid="RM_first", num_publishers=0))
    assert start() == []


def test_other_rooms_are_left_alone_and_livekit_unasked(ready: Room) -> None:
    make_meeting(ready)
    assert start() == []


def test_a_room_without_a_meeting_is_left_alone(self_recording: Room) -> None:
    assert start() == []


def test_recording_switched_off_wins(meeting: Meeting) -> None:
    meeting.room.config["recording"]["enabled"] = False
    meeting.room.save(update_fields=["config"])
    assert start() == []


def test_a_recording_that_somebody_stopped_does_not_come_back(meeting: Meeting) -> None:
    [recording] = start()
    stopping.stop(take(recording), by="Ann", now=clock.now())
    finish(recording)
    assert start() == []


@pytest.mark.parametrize("loss", ["failed", "recorder died"])
def test_a_lost_recording_is_begun_once_more_and_no_third_time(meeting: Meeting, loss: str) -> None:
    for _ in range(2):
        [recording] = start()
        if loss == "failed":
            fail(recording)
        else:
            finish(take(recording), failure=Failure.RECORDER_DIED)
    assert start() == []


def test_a_recording_that_came_to_its_limit_is_no_loss_to_make_up_for(meeting: Meeting) -> None:
    [recording] = start()
    take(recording)
    finish(recording, status=S.LIMIT_REACHED, failure=Failure.LIMIT)
    lifecycle.delivered(recording.pk, size=1, now=clock.now())
    assert start() == []


def test_a_recording_that_somebody_stopped_and_deleted_does_not_come_back(meeting: Meeting) -> None:
    [recording] = start()
    stopping.stop(take(recording), by="Ann", now=clock.now())
    finish(recording)
    Recording.objects.filter(pk=recording.pk).delete()  # as the purge does, minutes later
    assert start() == []


def test_a_recorder_that_did_not_start_in_time_is_tried_once_more(meeting: Meeting) -> None:
    [recording] = start()
    starting.time_out(recording, now=clock.now())
    assert len(start()) == 1


def test_somebody_elses_recording_is_enough(meeting: Meeting, self_recording: Room) -> None:
    starting.request(self_recording, starting.Wish(by="Ann"), now=clock.now())
    assert start() == []


def test_without_livekit_nothing_is_started(meeting: Meeting, twirp: Twirp) -> None:
    twirp.refuses("RoomService/ListRooms", "internal")
    assert start() == []
    assert not Recording.with_deleted.exists()


def test_a_refusal_does_not_stop_the_sweep_and_is_tried_again_after_a_pause(meeting: Meeting) -> None:
    RecorderHost.objects.all().delete()
    assert start() == []
    RecorderHost.objects.create(name="x", slots=1, seen_at=clock.now())
    assert start() == []
    cache.clear()
    assert len(start()) == 1


def test_the_report_of_an_end_counts_only_when_nobody_asked_for_it(meeting: Meeting) -> None:
    [recording] = start()
    lifecycle.note(recording.pk, Report(S.ABORTED, failure=Failure.CANCELLED), now=clock.now())
    assert len(start()) == 1

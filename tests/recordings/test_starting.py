"""From the button to a recorder at work, or to a room that is free again and the reason why."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from livekit.protocol import models
from livekit.protocol.room import ListParticipantsRequest, ListParticipantsResponse, SendDataResponse

from meet import clock
from meet.livekit.gateway import LiveKitUnavailable
from recordings import lifecycle, starting, storage
from recordings.errors import (
    AlreadyRecorded,
    CannotStart,
    NoParticipants,
    NoRecorderFree,
    RecordingDisabled,
    StartTimedOut,
    TooManyWait,
)
from recordings.failures import Failure
from recordings.models import RecorderHost, Recording, RecordingStatus
from recordings.recorders import recorder
from recordings.starting import Wish
from recordings.storage import StorageError
from rooms import lifecycle as rooms
from rooms.deletion import Policy
from rooms.errors import RoomNotFound
from rooms.models import RecordingsPolicy, Room
from tests.factories import make_meeting, make_room
from tests.livekit.wire import Twirp, sent
from tests.recordings.recorders import (
    PEOPLE,
    SEND,
    fail,
    recorder_is_free,
    somebody_is_there,
    take,
    while_waiting,
)
from tests.rooms.live import signalled


def request(room: Room, **more: object) -> Recording:
    return starting.request(room, Wish(by="Ann", **more), now=clock.now())  # type: ignore[arg-type]


def test_a_start_is_shown_as_starting_and_becomes_active_with_its_recorder(
    ready: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = make_meeting(ready)
    recording = request(ready)
    assert recording.status == RecordingStatus.STARTING
    assert recording.recording_id == f"{ready.room_id}--{recording.egress_id}--{recording.uid}"
    assert recording.key == f"recordings/{ready.room_id}/{ready.room_id}--{recording.uid}.mp4"
    assert recording.meeting == meeting
    while_waiting(monkeypatch, take)
    assert starting.wait(recording).status == RecordingStatus.ACTIVE


def test_people_in_the_meeting_hear_that_a_recording_is_starting(ready: Room, twirp: Twirp) -> None:
    route = twirp.answers(SEND, SendDataResponse())
    request(ready)
    told = signalled(route)
    assert told["topic"] == "meet_recording_updated"
    assert told["recording"] == {
        "recordingId": "",
        "roomId": ready.room_id,
        "roomName": ready.room_id,
        "status": "starting",
    }


def test_layout_and_encoding_are_those_of_the_room_unless_asked_for(ready: Room) -> None:
    ready.config["recording"] |= {"layout": "speaker", "encoding": "H264_1080P_60"}
    ready.save(update_fields=["config"])
    recording = request(ready)
    # What the embedded recorder can do of it.
    assert (recording.layout, recording.encoding) == ("speaker", "H264_1080P_30")
    Recording.objects.all().delete()
    recording = request(ready, layout="single-speaker", encoding="PORTRAIT_H264_720P_30")
    assert (recording.layout, recording.encoding) == ("single-speaker", "PORTRAIT_H264_720P_30")


def test_a_room_whose_recording_is_switched_off_is_not_recorded(ready: Room) -> None:
    ready.config["recording"]["enabled"] = False
    with pytest.raises(RecordingDisabled):
        request(ready)


def test_a_room_is_recorded_once_at_a_time(ready: Room) -> None:
    recorder_is_free(slots=2)
    request(ready)
    with pytest.raises(AlreadyRecorded):
        request(ready)
    assert Recording.objects.count() == 1


def test_who_was_first_is_decided_before_anybody_is_looked_for(ready: Room, twirp: Twirp) -> None:
    request(ready)
    twirp.answers(PEOPLE, ListParticipantsResponse())
    with pytest.raises(AlreadyRecorded):
        request(ready)


def test_nobody_there_is_nothing_to_record(room: Room, twirp: Twirp) -> None:
    recorder_is_free()
    agent = models.ParticipantInfo(sid="PA_a", identity="agent", kind=models.ParticipantInfo.AGENT)
    twirp.answers(PEOPLE, ListParticipantsResponse(participants=[agent]))
    with pytest.raises(NoParticipants):
        request(room)
    assert not Recording.with_deleted.exists()


def test_a_room_without_a_meeting_has_no_participants(room: Room, twirp: Twirp) -> None:
    twirp.refuses(PEOPLE, "not_found", status=404)
    with pytest.raises(NoParticipants):
        request(room)


def test_with_livekit_out_of_reach_the_room_is_free_again(room: Room, twirp: Twirp) -> None:
    twirp.is_down()
    with pytest.raises(LiveKitUnavailable):
        request(room)
    assert not Recording.with_deleted.exists()


@pytest.mark.parametrize("seen_ago", [None, timedelta(seconds=60)], ids=["never", "a minute ago"])
def test_without_a_recorder_the_room_stays_free_and_everybody_is_told(
    room: Room, twirp: Twirp, seen_ago: timedelta | None
) -> None:
    somebody_is_there(twirp)
    if seen_ago:
        RecorderHost.objects.create(name="gone", slots=1, seen_at=clock.now() - seen_ago)
    with pytest.raises(NoRecorderFree) as refused:
        request(room)
    assert refused.value.message == f"No recorder is free for room '{room.room_id}'"
    assert refused.value.status == 503
    assert not Recording.with_deleted.exists()


def test_the_last_slot_goes_to_whoever_was_first(ready: Room) -> None:
    other = make_room(ready.owner, "Other")
    request(ready)
    with pytest.raises(NoRecorderFree):
        request(other)
    assert list(Recording.with_deleted.values_list("room__room_id", flat=True)) == [ready.room_id]


def test_a_storage_that_cannot_be_written_is_found_out_before_anybody_is_recorded(
    ready: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise StorageError("The recording storage cannot be written")

    monkeypatch.setattr(storage, "probe", refuse)
    with pytest.raises(CannotStart) as refused:
        request(ready)
    assert refused.value.code == "Recording Error"
    assert refused.value.message == "The recording storage cannot be written"
    assert not Recording.with_deleted.exists()


def test_a_recorder_that_does_not_come_in_time_is_given_up(ready: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = request(ready)
    monkeypatch.setattr(lifecycle, "START_WITHIN", timedelta(0))
    with pytest.raises(StartTimedOut) as refused:
        starting.wait(recording)
    assert refused.value.message == f"Recording in room '{ready.room_id}' timed out while starting"
    recording.refresh_from_db()
    assert (recording.status, recording.error_code) == (RecordingStatus.FAILED, Failure.TIMED_OUT)
    assert recording.released_at


def test_a_recorder_that_comes_in_the_last_moment_counts(active_one: Recording) -> None:
    assert starting.time_out(active_one, now=clock.now()).status == RecordingStatus.ACTIVE


def test_a_failed_start_says_why(ready: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = request(ready)
    while_waiting(monkeypatch, fail)
    with pytest.raises(CannotStart) as refused:
        starting.wait(recording)
    assert refused.value.message == f"The recorder could not show the meeting in room '{ready.room_id}'"


def test_more_than_24_waiting_requests_are_sent_away(ready: Room) -> None:
    with ExitStack() as places:
        for _ in range(24):
            places.enter_context(starting.place_to_wait(ready))
        with pytest.raises(TooManyWait) as refused:
            places.enter_context(starting.place_to_wait(ready))
    assert refused.value.headers["Retry-After"] == "1"
    with starting.place_to_wait(ready):
        assert request(ready)


def test_whoever_heard_that_it_is_starting_hears_that_livekit_was_lost(
    ready: Room, twirp: Twirp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_args: object, **_more: object) -> None:
        raise LiveKitUnavailable

    monkeypatch.setattr(recorder(), "start", lost)
    route = twirp.answers(SEND, SendDataResponse())
    with pytest.raises(LiveKitUnavailable):
        request(ready)
    told = signalled(route)["recording"]
    assert (told["recordingId"], told["status"], told["errorCode"]) == ("", "failed", 10)


def test_a_room_that_is_deleted_meanwhile_is_not_recorded(ready: Room) -> None:
    stale = Room.objects.get(pk=ready.pk)
    rooms.delete(ready, Policy(with_recordings=RecordingsPolicy.FORCE), now=clock.now())
    with pytest.raises(RoomNotFound):
        request(stale)
    assert not Recording.with_deleted.exists()


def test_the_people_are_asked_for_by_the_room(ready: Room, twirp: Twirp) -> None:
    route = twirp.answers(
        PEOPLE,
        ListParticipantsResponse(
            participants=[models.ParticipantInfo(sid="PA", identity="x", kind=models.ParticipantInfo.STANDARD)]
        ),
    )
    request(ready)
    assert sent(route, ListParticipantsRequest).room == ready.room_id

"""Starting and stopping by LiveKit Egress: what its answers, and its silence, mean to whoever asked."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from livekit.protocol.egress import ListEgressRequest, ListEgressResponse, StopEgressRequest
from livekit.protocol.room import SendDataResponse

from meet import clock
from meet.errors import DomainError
from recordings import lifecycle, starting, stopping, sweep
from recordings.errors import NoRecorderFree, RecordingNotFound, StartTimedOut, StoppedWhileStarting
from recordings.failures import Failure
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.conftest import Api
from tests.livekit.wire import Twirp, sent
from tests.recordings.egress.conftest import Told, age, make_asked_for
from tests.recordings.egress.livekit import (
    EG,
    LIST,
    PEOPLE,
    SEND,
    START,
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
NO_REDIS = "twirp error unknown: egress not connected (redis required)"
NO_WORKER = "twirp error unknown: no response from servers"


def request(room: Room) -> Recording:
    return starting.request(room, starting.Wish(by="Ann"), now=NOW())


def post(api: Api, room: Room) -> Any:
    return api.post("/api/v1/recordings", {"roomId": room.room_id})


# -- Starting --------------------------------------------------------------------------------------------------------


def test_a_start_has_the_id_that_livekit_answers(room: Room, livekit: Twirp, told: Told) -> None:
    livekit.answers(START, info("started", Recording(room=room, uid="ffffffffff")))
    recording = request(room)
    assert (recording.egress_id, recording.status) == (EG, S.STARTING)
    assert told() == [("recordingStarted", "starting")]


def test_an_answer_after_the_event_changes_nothing(room: Room, livekit: Twirp, told: Told) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        row = Recording.objects.get()
        happen("started", row)
        happen("active", row)
        return httpx.Response(200, content=info("started", row).SerializeToString())

    livekit.answers(START, info("started", Recording(room=room, uid="x"))).mock(side_effect=answer)
    assert request(room).status == S.ACTIVE
    assert told() == [("recordingStarted", "starting"), ("recordingUpdated", "active")]


REFUSALS = {
    "no worker": ("unavailable", 503, NO_WORKER, 503, "No recorder is free for room '{room}'"),
    "no resources": ("resource_exhausted", 429, "full", 503, "No recorder is free for room '{room}'"),
    "no redis": ("internal", 500, NO_REDIS, 503, "LiveKit is not set up for recording: it has no Redis"),
    "no room": ("not_found", 404, "requested room does not exist", 409, "Room '{room}' has no participants"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_frees_the_room_and_says_why(room: Room, livekit: Twirp, api: Api, case: str) -> None:
    code, status, text, expected, message = REFUSALS[case]
    route = livekit.refuses(START, code, status=status, message=text)
    answer = post(api, room)
    assert answer.status_code == expected
    assert answer.json() == {"error": "Recording Error", "message": message.format(room=room.room_id)}
    assert route.call_count == 1
    assert not Recording.with_deleted.exists()


@pytest.mark.parametrize(
    ("code", "text"), [("invalid_argument", "format mp4 incompatible with codec vp8"), ("unauthenticated", "no grant")]
)
def test_another_refusal_is_500_and_the_operators_business(
    room: Room, livekit: Twirp, api: Api, code: str, text: str
) -> None:
    livekit.refuses(START, code, status=400, message=text)
    signal = livekit.answers(SEND, SendDataResponse())
    answer = post(api, room)
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "Internal Server Error",
        "message": "Unexpected error while starting recording",
    }
    assert not Recording.with_deleted.exists()
    assert signalled(signal)["recording"]["status"] == "failed"


def test_without_redis_nobody_waits_for_livekit_to_find_out(room: Room, livekit: Twirp, api: Api) -> None:
    livekit.refuses(LIST, "internal", message=NO_REDIS)
    start = livekit.refuses(START, "unavailable", status=503)
    answer = post(api, room)
    assert answer.status_code == 503
    assert answer.json()["message"] == "LiveKit is not set up for recording: it has no Redis"
    assert start.call_count == 0
    assert not Recording.with_deleted.exists()


def test_with_livekit_out_of_reach_the_room_is_free_again(room: Room, livekit: Twirp, api: Api) -> None:
    signal = livekit.answers(SEND, SendDataResponse())
    livekit.raises(START, httpx.ConnectError("refused"))
    answer = post(api, room)
    assert (answer.status_code, answer.json()["message"]) == (503, "LiveKit is not available")
    assert not Recording.with_deleted.exists()
    assert signalled(signal)["recording"]["errorCode"] == F.LIVEKIT_LOST


# -- The answer is lost ----------------------------------------------------------------------------------------------

LOST = {
    "time-out": httpx.ReadTimeout("silent"),
    "connection cut": httpx.RemoteProtocolError("cut"),
    "connection reset": httpx.ReadError("reset"),
}


@pytest.fixture(params=LOST)
def lost(request: pytest.FixtureRequest, livekit: Twirp) -> Any:
    """The route of a start whose answer never comes."""
    return livekit.raises(START, LOST[request.param])


def test_an_egress_that_is_listed_has_started(room: Room, livekit: Twirp, lost: Any) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        rows = Recording.objects.all()
        items = [info("active", row) for row in rows if lost.called]
        return httpx.Response(200, content=ListEgressResponse(items=items).SerializeToString())

    lists(livekit).mock(side_effect=answer)
    recording = request(room)
    assert (recording.egress_id, recording.status) == (EG, S.ACTIVE)
    assert lost.call_count == 1


def test_an_egress_of_somebody_else_in_the_room_is_not_taken_for_ours(room: Room, livekit: Twirp, lost: Any) -> None:
    lists(livekit, info("foreign_file", Recording(room=room, uid="x")))
    assert request(room).egress_id is None


def test_what_is_not_listed_may_be_heard_of_by_an_event(
    room: Room, livekit: Twirp, lost: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = request(room)
    assert (recording.egress_id, recording.status) == (None, S.STARTING)
    happen("active", recording)
    assert starting.wait(fresh(recording)).status == S.ACTIVE
    assert lost.call_count == 1


def test_what_is_never_heard_of_was_never_recorded(
    room: Room, livekit: Twirp, lost: Any, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = livekit.answers(SEND, SendDataResponse())
    monkeypatch.setattr(lifecycle, "START_WITHIN", timedelta(0))
    answer = post(api, room)
    assert answer.status_code == 503
    assert answer.json()["message"] == f"No recorder is free for room '{room.room_id}'"
    assert not Recording.with_deleted.exists()
    told = signalled(signal)["recording"]
    assert (told["status"], told["errorCode"]) == ("failed", F.NO_RECORDER)


def test_the_sweep_gives_back_what_nobody_waits_for(room: Room, livekit: Twirp, lost: Any) -> None:
    recording = request(room)
    signal = livekit.answers(SEND, SendDataResponse())
    age(recording, MINUTE)
    sweep.judge_overdue(now=NOW())
    assert not Recording.with_deleted.exists()
    assert signalled(signal)["recording"]["status"] == "failed"
    with pytest.raises(NoRecorderFree):
        starting.wait(recording)


def test_an_answer_after_its_recording_was_given_back_has_the_egress_stopped(room: Room, livekit: Twirp) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        row = Recording.objects.get()
        row.delete()
        return httpx.Response(200, content=info("started", row).SerializeToString())

    livekit.answers(START, info("started", Recording(room=room, uid="x"))).mock(side_effect=answer)
    stop = livekit.answers(STOP, info("ending", Recording(room=room, uid="x")))
    with pytest.raises(StartTimedOut):
        request(room)
    assert sent(stop, StopEgressRequest).egress_id == EG


def test_the_wait_ends_twenty_seconds_after_the_button(room: Room, livekit: Twirp, lost: Any) -> None:
    """Whatever of them the start itself has taken."""
    recording = age(request(room), timedelta(seconds=20))
    recording = Recording.with_deleted.select_related("room").get(pk=recording.pk)
    with pytest.raises(NoRecorderFree):
        starting.wait(recording)


# -- Stopping --------------------------------------------------------------------------------------------------------


@pytest.fixture
def active(recording: Recording, livekit: Twirp) -> Recording:
    has_room(livekit, recording.room)
    happen("started", recording)
    happen("active", recording)
    return fresh(recording)


def stop(recording: Recording) -> Recording:
    return stopping.stop(recording, by="Ann", now=NOW())


def test_a_stop_names_the_egress_and_answers_ending(active: Recording, livekit: Twirp, told: Told) -> None:
    route = livekit.answers(STOP, info("ending", active))
    assert stop(active).status == S.ENDING
    assert sent(route, StopEgressRequest) == StopEgressRequest(egress_id=EG)
    assert told() == [("recordingUpdated", "ending")]


def test_a_stop_that_livekit_answers_with_the_end_has_ended(active: Recording, livekit: Twirp) -> None:
    livekit.answers(STOP, info("complete", active))
    row = stop(active)
    assert (row.status, row.outcome) == (S.ENDING, S.COMPLETE)
    assert row.released_at


def test_what_has_ended_already_is_no_error(active: Recording, livekit: Twirp) -> None:
    livekit.refuses(STOP, "failed_precondition", status=412, message="egress with status EGRESS_COMPLETE")
    listing = lists(livekit, info("complete", active))
    row = stop(active)
    assert row.released_at
    assert sent(listing, ListEgressRequest) == ListEgressRequest(egress_id=EG)


def test_what_livekit_does_not_know_is_404_with_the_egress_id_and_aborted(active: Recording, livekit: Twirp) -> None:
    livekit.refuses(STOP, "not_found", status=404, message="egress does not exist")
    with pytest.raises(RecordingNotFound) as refused:
        stop(active)
    assert refused.value.message == f"Recording '{EG}' not found"
    row = fresh(active)
    assert (row.status, row.error_code) == (S.ABORTED, F.RECORDER_DIED)


@pytest.mark.parametrize("code", ["unavailable", "deadline_exceeded"])
def test_a_wish_that_livekit_did_not_hear_is_repeated(active: Recording, livekit: Twirp, code: str) -> None:
    livekit.refuses(STOP, code, status=503)
    assert stop(active).status == S.ENDING
    route = livekit.answers(STOP, info("ending", active))
    age(active, timedelta(seconds=6))
    sweep.stop_unwanted(now=NOW())
    assert route.call_count == 2


def test_a_start_is_stopped_although_the_caller_is_told_that_it_cannot_be(recording: Recording, livekit: Twirp) -> None:
    happen("started", recording)
    livekit.answers(STOP, info("aborted_no_start_signal", recording))
    with pytest.raises(StoppedWhileStarting):
        stop(fresh(recording))
    row = fresh(recording)
    assert (row.status, row.error_code) == (S.ABORTED, F.CANCELLED)


def test_a_start_that_livekit_has_not_confirmed_is_stopped_when_it_is(recording: Recording, livekit: Twirp) -> None:
    with pytest.raises(StoppedWhileStarting):
        stop(recording)
    happen("started", recording)
    age(recording, timedelta(seconds=6))
    heard = livekit.answers(STOP, info("ending", recording))
    sweep.stop_unwanted(now=NOW())
    assert heard.call_count == 1


def test_a_start_that_takes_too_long_is_stopped(recording: Recording, livekit: Twirp) -> None:
    happen("started", recording)
    heard = livekit.answers(STOP, info("aborted_no_start_signal", recording))
    age(recording, MINUTE)
    sweep.judge_overdue(now=NOW())
    row = fresh(recording)
    assert (row.status, row.error_code) == (S.FAILED, F.TIMED_OUT)
    assert heard.call_count == 1


# -- The deadline ----------------------------------------------------------------------------------------------------


def judged(recording: Recording, *, by: timedelta = 2 * MINUTE) -> Recording:
    age(recording, by)
    sweep.judge_overdue(now=NOW())
    return fresh(recording)


def test_at_its_deadline_livekit_is_asked_once_more(active: Recording, livekit: Twirp) -> None:
    """Nobody may have compared for a while; that is no reason to give up a recorder at work."""
    records(livekit, active)
    row = judged(active)
    assert (row.status, row.released_at) == (S.ACTIVE, None)
    assert row.deadline_at
    assert row.deadline_at > NOW() + MINUTE


def test_at_its_deadline_an_end_is_noted(active: Recording, livekit: Twirp) -> None:
    lists(livekit, info("complete", active))
    row = judged(active)
    assert row.deliver_at
    assert row.error_code is None


def test_with_livekit_silent_the_deadline_frees_the_room(active: Recording, livekit: Twirp) -> None:
    livekit.is_down()
    livekit.raises(LIST, httpx.ReadTimeout("silent"))
    row = judged(active)
    assert (row.status, row.error_code) == (S.ENDING, F.RECORDER_DIED)
    assert row.released_at
    make_asked_for(row.room, uid="9f8e7d6c5b")


def test_a_recorder_that_is_listed_but_not_in_the_room_is_dead(active: Recording, livekit: Twirp) -> None:
    """What a service that was killed leaves behind stays listed."""
    lists(livekit, info("active", active))
    livekit.refuses("RoomService/GetParticipant", "not_found", status=404)
    row = judged(active)
    assert (row.status, row.error_code) == (S.ENDING, F.RECORDER_DIED)


def test_a_file_that_is_never_finished_is_given_up(active: Recording, livekit: Twirp) -> None:
    happen("ending", active)
    lists(livekit, info("ending", active))
    judged(active, by=timedelta(minutes=11))
    judged(fresh(active), by=timedelta(minutes=11))
    row = fresh(active)
    assert (row.status, row.error_code) == (S.FAILED, F.RECORDER_DIED)


def test_no_refusal_is_left_unexplained(room: Room, livekit: Twirp) -> None:
    for code in ("internal", "malformed", "unknown", "permission_denied", "aborted", "data_loss"):
        livekit.refuses(START, code)
        with pytest.raises(DomainError):
            request(room)
        assert not Recording.with_deleted.exists()


def test_the_people_are_looked_for_before_an_egress_is_asked_for(room: Room, livekit: Twirp, api: Api) -> None:
    livekit.refuses(PEOPLE, "not_found", status=404)
    start = livekit.refuses(START, "internal")
    assert post(api, room).status_code == 409
    assert start.call_count == 0

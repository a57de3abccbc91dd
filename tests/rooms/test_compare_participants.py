"""People in our meetings compared with those in LiveKit's: events may have been lost."""

from datetime import datetime, timedelta

import httpx
import pytest
from livekit.protocol import models
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from rooms import reconciliation
from rooms.models import Admission, Meeting, Participation, Room
from tests.factories import make_admission, make_meeting, make_participation, make_room
from tests.livekit.wire import Twirp

LIST = "RoomService/ListParticipants"
NOW = clock.now()
LONG_AGO = NOW - timedelta(minutes=5)
JUST_NOW = NOW - timedelta(seconds=5)
ANN = "ann-000000000000001"


@pytest.fixture
def meeting(room: Room) -> Meeting:
    return make_meeting(room, started_at=LONG_AGO)


def person(identity: str = ANN, sid: str = "PA_1", *, since: datetime = LONG_AGO) -> models.ParticipantInfo:
    return models.ParticipantInfo(identity=identity, name="Ann", sid=sid, joined_at=int(since.timestamp()))


def present(twirp: Twirp, *people: models.ParticipantInfo) -> None:
    twirp.answers(LIST, room_service.ListParticipantsResponse(participants=people))


def compare() -> None:
    reconciliation.compare_participants(now=NOW)


def test_who_is_gone_has_left_and_frees_the_name(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    admission = make_admission(room, ANN, "Ann")
    make_participation(admission, meeting, joined_at=LONG_AGO)
    present(twirp)
    compare()
    participation = Participation.objects.get()
    assert (participation.left_at, participation.reason) == (NOW, "lost")
    assert Admission.objects.get().released_at == NOW


def test_who_is_there_stays(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    make_participation(make_admission(room, ANN, "Ann"), meeting, sid="PA_1", joined_at=LONG_AGO)
    present(twirp, person())
    compare()
    assert Participation.objects.get().left_at is None


def test_who_came_unnoticed_is_noted(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    admission = make_admission(room, ANN, "Ann")
    present(twirp, person(), models.ParticipantInfo(identity="EG_1", sid="PA_9", kind=models.ParticipantInfo.EGRESS))
    compare()
    participation = Participation.objects.get()
    assert (participation.admission, participation.sid) == (admission, "PA_1")


def test_what_has_just_happened_is_left_to_its_event(room: Room, meeting: Meeting, twirp: Twirp) -> None:
    make_participation(make_admission(room, ANN, "Ann"), meeting, sid="PA_1", joined_at=JUST_NOW)
    present(twirp, person("bob-000000000000001", "PA_2", since=JUST_NOW))
    compare()
    assert Participation.objects.get().left_at is None


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
def test_an_error_is_not_an_empty_list(room: Room, meeting: Meeting, twirp: Twirp, error: httpx.TransportError) -> None:
    make_participation(make_admission(room, ANN, "Ann"), meeting, joined_at=LONG_AGO)
    twirp.raises(LIST, error)
    compare()
    assert Participation.objects.get().left_at is None


def test_a_meeting_that_livekit_refuses_does_not_keep_the_others(olga: User, twirp: Twirp) -> None:
    for name in ("First", "Second"):
        meeting = make_meeting(make_room(olga, name), sid=f"RM_{name}", started_at=LONG_AGO)
        make_participation(make_admission(meeting.room, ANN, "Ann"), meeting, sid=f"PA_{name}", joined_at=LONG_AGO)
    empty = httpx.Response(200, content=b"")
    refusal = httpx.Response(404, json={"code": "not_found", "msg": "no"})
    twirp.answers(LIST, room_service.ListParticipantsResponse()).mock(side_effect=[refusal, empty])
    compare()
    assert Participation.objects.filter(left_at=NOW).count() == 1

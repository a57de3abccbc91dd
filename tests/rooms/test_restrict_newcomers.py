"""Whoever has joined loses the right to write metadata, which the contract's token grants (decisions.md 1)."""

import json
from collections.abc import Iterable
from datetime import timedelta

import httpx
import pytest
from livekit.protocol import models
from livekit.protocol import room as room_service

from meet import clock
from rooms import telling
from rooms.models import Admission, Participation, Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, Permission
from tests.factories import make_admission, make_meeting, make_participation
from tests.livekit.wire import Twirp, sent

UPDATE = "RoomService/UpdateParticipant"
NOW = clock.now()
SECOND = timedelta(seconds=1)
ANN = "ann-000000000000001"


@pytest.fixture
def newcomer(room: Room) -> Participation:
    return make_participation(make_admission(room, ANN), make_meeting(room))


def sources(names: Iterable[str]) -> list[int]:
    return [models.TrackSource.Value(name) for name in names]


def test_every_flag_is_stated_and_metadata_is_not_theirs_to_write(
    room: Room, newcomer: Participation, twirp: Twirp
) -> None:
    route = twirp.answers(UPDATE, models.ParticipantInfo())
    assert telling.restrict_newcomers(now=NOW) == 1
    request = sent(route, room_service.UpdateParticipantRequest)
    assert (request.room, request.identity) == (room.room_id, ANN)
    permission = request.permission
    assert permission.can_update_metadata is False
    assert permission.can_subscribe is permission.can_publish is permission.can_publish_data is True
    assert permission.hidden is False
    assert list(permission.can_publish_sources) == sources(
        ["MICROPHONE", "CAMERA", "SCREEN_SHARE", "SCREEN_SHARE_AUDIO"]
    )


@pytest.mark.parametrize(
    ("mask", "may_publish", "may_send", "published"),
    [
        (Permission.meetingJoin, False, False, []),
        (Permission.meetingJoin | Permission.chatWrite, False, True, []),
        (Permission.mediaPublishAudio, True, False, ["MICROPHONE"]),
        (SPEAKER_DEFAULT & ~Permission.mediaPublishAudio, True, True, ["CAMERA", "SCREEN_SHARE", "SCREEN_SHARE_AUDIO"]),
    ],
)
def test_rights_to_publish_stay_those_of_the_admission(
    mask: Permission, may_publish: bool, may_send: bool, published: list[str]
) -> None:
    permission = telling.livekit_permission(mask)
    assert (permission.can_publish, permission.can_publish_data) == (may_publish, may_send)
    assert list(permission.can_publish_sources) == sources(published)


def test_each_connection_is_told_once(newcomer: Participation, twirp: Twirp) -> None:
    route = twirp.answers(UPDATE, models.ParticipantInfo())
    assert [telling.restrict_newcomers(now=NOW) for _ in range(2)] == [1, 0]
    assert route.call_count == 1
    newcomer.refresh_from_db()
    assert newcomer.restricted_at == NOW


def test_with_livekit_out_of_reach_they_stay_due(newcomer: Participation, twirp: Twirp) -> None:
    twirp.raises(UPDATE, httpx.ConnectError("refused"))
    assert telling.restrict_newcomers(now=NOW) == 0
    twirp.answers(UPDATE, models.ParticipantInfo())
    assert telling.restrict_newcomers(now=NOW + SECOND) == 0
    assert telling.restrict_newcomers(now=NOW + 2 * SECOND) == 1


@pytest.mark.parametrize("code", ["not_found", "invalid_argument"])
def test_who_is_gone_already_is_done_with(newcomer: Participation, twirp: Twirp, code: str) -> None:
    twirp.refuses(UPDATE, code, status=404)
    assert telling.restrict_newcomers(now=NOW) == 1
    assert telling.restrict_newcomers(now=NOW) == 0


def test_one_that_is_gone_does_not_hold_up_the_next(room: Room, newcomer: Participation, twirp: Twirp) -> None:
    second = make_admission(room, "bob-000000000000001", "Bob", permissions=int(ALL))
    make_participation(second, newcomer.meeting, sid="PA_2")
    twirp.refuses(UPDATE, "not_found", status=404)
    assert telling.restrict_newcomers(now=NOW) == 2


def test_one_that_livekit_does_not_reach_does_not_hold_up_the_next(
    room: Room, newcomer: Participation, twirp: Twirp
) -> None:
    second = make_admission(room, "bob-000000000000001", "Bob")
    make_participation(second, newcomer.meeting, sid="PA_2")
    answers: list[httpx.Response | Exception] = [httpx.ReadTimeout("slow"), httpx.Response(200, content=b"")]
    twirp.answers(UPDATE, models.ParticipantInfo()).mock(side_effect=answers)
    assert telling.restrict_newcomers(now=NOW) == 1
    assert list(Participation.objects.filter(restricted_at=None)) == [newcomer]


def crowd(room: Room, size: int) -> list[Participation]:
    """Oldest first."""
    meeting = make_meeting(room)
    return [
        make_participation(
            make_admission(room, f"p{number}", f"P{number}"),
            meeting,
            sid=f"PA_{number}",
            joined_at=NOW - (size - number) * SECOND,
        )
        for number in range(size)
    ]


def cannot_reach(twirp: Twirp, *lost: str) -> list[str]:
    """LiveKit reaches everybody but `lost`; whom it was asked about is noted in the list."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(room_service.UpdateParticipantRequest.FromString(request.content).identity)
        if asked[-1] in lost:
            raise httpx.ReadTimeout("slow")
        return httpx.Response(200, content=b"")

    twirp.answers(UPDATE, models.ParticipantInfo()).mock(side_effect=answer)
    return asked


def test_three_that_livekit_does_not_reach_starve_nobody(room: Room, twirp: Twirp) -> None:
    crowd(room, 5)
    asked = cannot_reach(twirp, "p0", "p1", "p2")
    assert telling.restrict_newcomers(now=NOW) == 0
    assert telling.restrict_newcomers(now=NOW + 2 * SECOND) == 2
    assert asked == ["p0", "p1", "p2", "p3", "p4", "p0", "p1", "p2"]


def test_failures_in_between_are_no_reason_to_give_up(room: Room, twirp: Twirp) -> None:
    crowd(room, 6)
    cannot_reach(twirp, "p0", "p2", "p4")
    assert telling.restrict_newcomers(now=NOW) == 3


def test_who_is_not_reached_is_tried_less_and_less_often(newcomer: Participation, twirp: Twirp) -> None:
    asked = cannot_reach(twirp, ANN)
    tried_at = []
    for second in range(200):
        before = len(asked)
        telling.restrict_newcomers(now=NOW + second * SECOND)
        tried_at += [second] * (len(asked) - before)
    assert tried_at == [0, 2, 6, 14, 30, 62, 122, 182]


def test_a_change_told_in_time_ends_the_waiting(newcomer: Participation, twirp: Twirp) -> None:
    twirp.raises(UPDATE, httpx.ReadTimeout("slow"))
    telling.restrict_newcomers(now=NOW)
    asked = cannot_reach(twirp)
    assert telling.tell_at_best([newcomer.admission], now=NOW) == 1
    Participation.objects.update(restricted_at=None)
    assert telling.restrict_newcomers(now=NOW + SECOND / 2) == 1
    assert asked == [ANN, ANN]


def test_two_runs_at_the_same_time_tell_everybody_once(room: Room, twirp: Twirp) -> None:
    crowd(room, 3)
    second_run: list[int] = []

    def meanwhile(_request: httpx.Request) -> httpx.Response:
        second_run.append(telling.restrict_newcomers(now=NOW + 2 * SECOND))
        return httpx.Response(200, content=b"")

    route = twirp.answers(UPDATE, models.ParticipantInfo()).mock(side_effect=meanwhile)
    assert telling.restrict_newcomers(now=NOW) == 3
    assert second_run == [0, 0, 0]
    assert route.call_count == 3


def test_a_run_that_died_holds_nobody_back_for_long(newcomer: Participation, twirp: Twirp) -> None:
    twirp.answers(UPDATE, models.ParticipantInfo()).mock(side_effect=RuntimeError)
    with pytest.raises(RuntimeError):
        telling.restrict_newcomers(now=NOW)
    cannot_reach(twirp)
    assert telling.restrict_newcomers(now=NOW + 59 * SECOND) == 0
    assert telling.restrict_newcomers(now=NOW + 60 * SECOND) == 1


def test_who_has_left_is_not_told(newcomer: Participation, twirp: Twirp) -> None:
    Participation.objects.update(left_at=NOW)
    assert telling.restrict_newcomers(now=NOW) == 0


def test_news_that_overtook_the_sweep_are_told_again(newcomer: Participation, twirp: Twirp) -> None:
    """Somebody is promoted, and LiveKit told so, between our reading of the row and LiveKit's hearing of it."""

    def promoted_meanwhile(_request: httpx.Request) -> httpx.Response:
        Admission.objects.update(promoted=True, badge="moderator", permissions=int(ALL))
        Participation.objects.update(restricted_at=NOW)
        return httpx.Response(200, content=models.ParticipantInfo().SerializeToString())

    twirp.answers(UPDATE, models.ParticipantInfo()).mock(side_effect=promoted_meanwhile)
    telling.restrict_newcomers(now=NOW)
    route = twirp.answers(UPDATE, models.ParticipantInfo())
    assert telling.restrict_newcomers(now=NOW) == 1
    assert json.loads(sent(route, room_service.UpdateParticipantRequest).metadata)["badge"] == "moderator"
    assert telling.restrict_newcomers(now=NOW) == 0


def test_an_admission_that_was_taken_back_is_nobody_to_tell_of(room: Room, twirp: Twirp) -> None:
    admission = make_admission(room, ANN)
    type(admission).objects.all().delete()
    assert telling.tell(admission, now=NOW) == admission

"""Rooms past their date go by themselves, by the policies they were made with (rest-api.md 3.5)."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django.db import OperationalError
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from recordings.models import Recording
from rooms import expiry, lifecycle
from rooms.deletion import Decision, Policy
from rooms.models import EndAction, Meeting, MeetingPolicy, RecordingsPolicy, Room, RoomStatus
from tests.factories import make_meeting, make_recording, make_room
from tests.livekit.wire import Twirp

NOW = clock.now()
PAST, FUTURE = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
DELETE = "RoomService/DeleteRoom"


def expired(olga: User, **more: Any) -> Room:
    return make_room(olga, **{"expires_at": PAST, **more})


def test_a_room_past_its_date_is_deleted_and_others_are_not(olga: User) -> None:
    expired(olga)
    coming, undated = make_room(olga, "Coming", expires_at=FUTURE), make_room(olga, "Undated")
    assert expiry.sweep(now=NOW) == 1
    assert set(Room.objects.all()) == {coming, undated}


def test_the_sweep_may_come_twice(olga: User) -> None:
    expired(olga)
    assert [expiry.sweep(now=NOW), expiry.sweep(now=NOW)] == [1, 0]


def test_more_than_a_batch_goes_in_one_run_the_oldest_first(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "_BATCH", 2)
    for number in range(5):
        expired(olga, name=f"Room {number}", expires_at=PAST - timedelta(minutes=number // 2))
    assert expiry.sweep(now=NOW) == 5
    assert not Room.objects.exists()


def test_a_room_that_cannot_be_deleted_does_not_keep_the_others(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "_BATCH", 1)
    stuck, other = expired(olga, name="Stuck", expires_at=PAST - timedelta(minutes=1)), expired(olga, name="Other")
    delete = lifecycle.delete

    def refuse_one(room: Room, policy: Policy, *, now: datetime) -> Decision:
        if room == stuck:
            raise OperationalError("lock not available")
        return delete(room, policy, now=now)

    monkeypatch.setattr(lifecycle, "delete", refuse_one)
    assert expiry.sweep(now=NOW) == 1
    assert list(Room.objects.all()) == [stuck]
    assert Room.with_deleted.get(pk=other.pk).deleted_at == NOW


def test_recordings_stay_with_a_closed_room_unless_they_are_to_go(olga: User) -> None:
    keeps, drops = expired(olga, name="Keeps"), expired(olga, expiry_with_recordings=RecordingsPolicy.FORCE)
    make_recording(keeps)
    make_recording(drops)
    expiry.sweep(now=NOW)
    assert [room.status for room in Room.objects.all()] == [RoomStatus.CLOSED]
    assert Room.objects.get() == keeps


def test_a_closed_room_that_lost_its_recordings_goes_at_last(olga: User) -> None:
    room = expired(olga)
    make_recording(room)
    expiry.sweep(now=NOW)
    assert expiry.sweep(now=NOW) == 0
    Recording.with_deleted.all().delete()
    expiry.sweep(now=NOW)
    assert not Room.objects.exists()


def test_many_closed_rooms_with_recordings_do_not_stand_in_the_way(olga: User) -> None:
    for number in range(101):
        kept = expired(olga, name=f"Kept {number}", expires_at=PAST - timedelta(days=1), closed_at=PAST)
        make_recording(kept)
    expired(olga, name="Due")
    expiry.sweep(now=NOW)
    assert not Room.objects.filter(name="Due").exists()


def test_a_running_meeting_is_waited_for(olga: User) -> None:
    room = expired(olga)
    make_meeting(room)
    expiry.sweep(now=NOW)
    room.refresh_from_db()
    assert room.on_meeting_end == EndAction.DELETE
    assert Meeting.objects.get().end_requested_at is None


def test_a_running_meeting_is_ended_if_that_was_wanted(olga: User, twirp: Twirp) -> None:
    room = expired(olga, expiry_with_meeting=MeetingPolicy.FORCE)
    make_meeting(room)
    route = twirp.answers(DELETE, room_service.DeleteRoomResponse())
    expiry.sweep(now=NOW)
    assert route.call_count == 1
    assert Room.objects.get().on_meeting_end == EndAction.DELETE


def test_a_deletion_that_is_already_waiting_is_not_asked_for_again(olga: User, twirp: Twirp) -> None:
    room = expired(olga, expiry_with_meeting=MeetingPolicy.FORCE)
    make_meeting(room)
    twirp.raises(DELETE, httpx.ConnectError("refused"))
    expiry.sweep(now=NOW)
    assert Meeting.objects.get().end_requested_at is not None
    assert expiry.sweep(now=NOW) == 0


@pytest.mark.parametrize("policy", list(MeetingPolicy))
def test_a_meeting_with_recordings_leaves_a_closed_room(olga: User, twirp: Twirp, policy: MeetingPolicy) -> None:
    room = expired(olga, expiry_with_meeting=policy)
    make_meeting(room)
    make_recording(room)
    twirp.refuses(DELETE, "not_found", status=404)
    expiry.sweep(now=NOW)
    room = Room.objects.get()
    if policy is MeetingPolicy.FORCE:
        assert room.status is RoomStatus.CLOSED
    elif policy is MeetingPolicy.WHEN_MEETING_ENDS:
        assert (room.status, room.on_meeting_end) == (RoomStatus.ACTIVE_MEETING, EndAction.CLOSE)
    else:
        assert (room.status, room.on_meeting_end) == (RoomStatus.ACTIVE_MEETING, EndAction.NONE)


def test_one_room_that_cannot_go_does_not_hold_up_the_others(olga: User) -> None:
    stays = expired(olga, name="Stays", expiry_with_recordings=RecordingsPolicy.FAIL)
    make_recording(stays)
    expired(olga, name="Goes")
    assert expiry.sweep(now=NOW) == 1
    assert Room.objects.get() == stays

"""DELETE /api/v1/rooms/<id>/members/<member> (rest-api.md 1.6)."""

from typing import Any

import httpx
import pytest
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from rooms import telling
from rooms.models import Admission, Badge, Member, Participation, Room
from rooms.permissions import ALL
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_member
from tests.livekit.wire import Twirp, sent
from tests.rooms.events import came, went
from tests.rooms.joining import holder, join
from tests.rooms.live import REMOVE, has_everybody, in_meeting, is_due


@pytest.fixture
def member(room: Room, max_: User) -> Member:
    return make_member(room, max_)


def delete(api: Api, member: Member, query: str = "", *, named: str | None = None) -> Any:
    return api.delete(f"/api/v1/rooms/{member.room.room_id}/members/{named or member.member_id}{query}")


def test_the_member_is_gone_and_the_user_is_not(api: Api, room: Room, member: Member) -> None:
    answer = delete(api, member)
    assert answer.status_code == 200
    message = f"Member 'max__' deleted successfully from room '{room.room_id}'"
    assert answer.json() == {"message": message}
    assert User.objects.filter(user_id="max__").exists()
    answer = delete(api, member)
    assert answer.status_code == 404
    message = f"Room member 'max__' not found in room '{room.room_id}'"
    assert answer.json() == {"error": "Room Member Error", "message": message}


def test_a_guest_by_its_public_id(api: Api, room: Room) -> None:
    guest = make_guest(room)
    answer = delete(api, guest, named=guest.public_id)
    assert answer.json()["message"] == f"Member '{guest.public_id}' deleted successfully from room '{room.room_id}'"
    assert not Member.objects.exists()


def test_a_rehearsal_changes_nothing(api: Api, member: Member) -> None:
    answer = delete(api, member, "?dryRun=true")
    assert answer.status_code == 200
    assert answer.json()["dryRun"] is True
    assert Member.objects.exists()
    assert delete(api, member, "?dryRun=yes").status_code == 422
    assert delete(api, member, "?dryRun=true", named="nobody").status_code == 404
    assert "dryRun" not in delete(api, member, "?dryRun=false").json()


def test_another_manager_may_not(as_user: AsUser, member: Member, stella: User) -> None:
    assert delete(as_user(stella), member).status_code == 403
    assert delete(as_user(stella), member, named="nobody").status_code == 403
    assert Member.objects.exists()


# -- In a meeting ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(api: Api, anonymous: Api, room: Room, twirp: Twirp) -> str:
    """Of a guest who is in the meeting."""
    twirp.lets_rooms_be_made()
    guest = make_guest(room)
    token = str(join(anonymous, room, secret=guest.guest_id).json()["token"])
    came(room, str(guest.guest_id))
    return token


def test_whoever_came_by_it_is_sent_out(api: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    route = has_everybody(twirp)[REMOVE]
    guest = Member.objects.get()
    delete(api, guest)
    request = sent(route, room_service.RoomParticipantIdentity)
    assert (request.room, request.identity) == (room.room_id, guest.guest_id)
    assert holder(ticket).get(f"/api/v1/rooms/{room.room_id}").status_code == 401


def test_who_comes_back_with_the_old_ticket_is_sent_out_again(api: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    """LiveKit would accept it until it expires."""
    route = has_everybody(twirp)[REMOVE]
    identity = str(Member.objects.get().guest_id)
    delete(api, Member.objects.get())
    went(room, identity)
    calls = route.call_count
    came(room, identity, connection="PA_2")
    assert telling.restrict_newcomers(now=clock.now()) == 1
    assert route.call_count == calls + 1
    assert Admission.objects.get().released_at is not None, "its name is free for others"


def test_with_livekit_away_they_are_sent_out_later(api: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    twirp.raises(REMOVE, httpx.ConnectError("refused"))
    assert delete(api, Member.objects.get()).status_code == 200
    route = has_everybody(twirp)[REMOVE]
    assert telling.restrict_newcomers(now=clock.now()) == 1
    assert route.called
    assert not is_due(Admission.objects.get())


def test_the_owner_who_came_by_a_guests_link_stays(api: Api, room: Room, olga: User, twirp: Twirp) -> None:
    route = has_everybody(twirp)[REMOVE]
    guest = make_guest(room)
    in_meeting(room, str(guest.guest_id), "Olga", member=guest, user=olga, badge=Badge.OWNER, permissions=int(ALL))
    delete(api, guest)
    assert not route.called
    assert Participation.objects.filter(left_at=None).exists()


def test_a_member_who_is_not_there_needs_no_media_server(api: Api, member: Member, twirp: Twirp) -> None:
    down = twirp.is_down()
    delete(api, member)
    assert not down.called

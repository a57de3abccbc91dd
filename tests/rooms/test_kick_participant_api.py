"""DELETE /internal-api/v1/meetings/<id>/participants/<identity> (rest-api.md 1.9, 7.2), and coming back afterwards."""

from typing import Any

import httpx
import pytest
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from rooms import telling
from rooms.models import Admission, Room
from rooms.permissions import ALL, Permission
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_room, secret_of
from tests.livekit.wire import Twirp, sent
from tests.rooms.events import came, happen, went
from tests.rooms.joining import holder, join
from tests.rooms.live import ANN, REMOVE, has_everybody, in_meeting, is_due


def kick(api: Api, room: Room | str, identity: str = ANN) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return api.delete(f"/internal-api/v1/meetings/{room_id}/participants/{identity}")


@pytest.fixture
def moderator(room: Room) -> Api:
    """May kick, and nothing else."""
    return holder(jwts.craft(jwts.member_metadata(room.room_id, Permission.participantKick)))


@pytest.fixture
def ann(room: Room) -> Admission:
    return in_meeting(room)


def test_somebody_is_sent_out(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    route = has_everybody(twirp)[REMOVE]
    answer = kick(moderator, room)
    assert answer.status_code == 200
    message = f"Participant '{ANN}' kicked successfully from meeting in room '{room.room_id}'"
    assert answer.json() == {"message": message}
    request = sent(route, room_service.RoomParticipantIdentity)
    assert (request.room, request.identity) == (room.room_id, ANN)


def test_a_guest_is_known_by_either_id(moderator: Api, room: Room, twirp: Twirp) -> None:
    """Whichever of them the guest came in with."""
    route = has_everybody(twirp)[REMOVE]
    guest = make_guest(room)
    in_meeting(room, str(guest.guest_id), "Gwen", member=guest)
    kick(moderator, room, str(guest.public_id))
    assert sent(route, room_service.RoomParticipantIdentity).identity == guest.guest_id


def test_somebody_of_whom_only_livekit_knows(moderator: Api, room: Room, twirp: Twirp) -> None:
    route = has_everybody(twirp)[REMOVE]
    assert kick(moderator, room, "robot").status_code == 200
    assert sent(route, room_service.RoomParticipantIdentity).identity == "robot"


# -- Refusals --------------------------------------------------------------------------------------------------------


def test_whoever_is_not_there(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    twirp.refuses(REMOVE, "not_found", status=404)
    answer = kick(moderator, room)
    assert answer.status_code == 404
    message = f"Participant '{ANN}' not found in room '{room.room_id}'"
    assert answer.json() == {"error": "Participant Error", "message": message}
    ann.refresh_from_db()
    assert ann.banned_at is None, "nobody was sent out, so nobody is kept out"


def test_with_livekit_away_it_is_503_and_done_as_soon_as_it_can_be(
    moderator: Api, room: Room, ann: Admission, twirp: Twirp
) -> None:
    twirp.raises(REMOVE, httpx.ConnectError("refused"))
    answer = kick(moderator, room)
    assert answer.status_code == 503
    assert answer.json() == {"error": "LiveKit Error", "message": "LiveKit is not available"}
    assert is_due(ann)
    route = has_everybody(twirp)[REMOVE]
    telling.restrict_newcomers(now=clock.now())
    assert route.called
    assert not is_due(ann)


def test_without_the_permission(room: Room, ann: Admission) -> None:
    speaker = holder(jwts.craft(jwts.member_metadata(room.room_id, ALL & ~Permission.participantKick)))
    answer = kick(speaker, room)
    assert answer.status_code == 403
    assert answer.json()["error"] == "Authorization Error"


def test_the_token_of_another_room(moderator: Api, olga: User) -> None:
    other = make_room(olga, "Other")
    in_meeting(other)
    assert kick(moderator, other).status_code == 403


def test_an_unknown_room_comes_first(moderator: Api) -> None:
    answer = kick(moderator, "nowhere-1", "nobody")
    assert answer.json() == {"error": "Room Error", "message": "Room 'nowhere-1' does not exist"}


def test_only_room_member_tokens_count(api: Api, as_user: AsUser, olga: User, room: Room, ann: Admission) -> None:
    for client in (api, as_user(olga), Api({})):
        answer = kick(client, room)
        assert answer.status_code == 401
        assert answer.json()["message"] == "Unauthorized"


def test_what_livekit_signed_again_kicks_nobody(room: Room, ann: Admission) -> None:
    grant = {"room": room.room_id, "roomJoin": True}
    token = jwts.craft(jwts.member_metadata(room.room_id), sub=ANN, video=grant)
    forged = jwts.member_metadata(room.room_id, ALL, badge="owner")
    assert kick(holder(jwts.resigned(token)), room).status_code == 401
    assert kick(holder(jwts.resigned(token, {"iat": clock.to_ms(clock.now()), **forged})), room).status_code == 401
    # Even if nothing gave it away, the row decides.
    assert kick(holder(jwts.craft(forged, sub=ANN, video=grant)), room).status_code == 403


@pytest.mark.parametrize("identity", ["%00", "é" * 200, "a%20b"])
def test_identities_that_nobody_has(moderator: Api, room: Room, twirp: Twirp, identity: str) -> None:
    twirp.refuses(REMOVE, "not_found", status=404)
    assert kick(moderator, room, identity).status_code == 404


# -- Coming back -----------------------------------------------------------------------------------------------------


@pytest.fixture
def ticket(anonymous: Api, room: Room, twirp: Twirp) -> tuple[str, str]:
    """The identity of somebody in the meeting, and the token."""
    twirp.lets_rooms_be_made()
    token = str(join(anonymous, room, secret=secret_of(room), participantName="Ann").json()["token"])
    claims, _ = jwts.read(token)
    came(room, claims["sub"])
    return claims["sub"], token


def test_the_token_of_somebody_sent_out_opens_nothing(
    moderator: Api, room: Room, ticket: tuple[str, str], twirp: Twirp
) -> None:
    has_everybody(twirp)
    identity, token = ticket
    assert holder(token).get(f"/api/v1/rooms/{room.room_id}").status_code == 200
    kick(moderator, room, identity)
    assert holder(token).get(f"/api/v1/rooms/{room.room_id}").status_code == 401
    refresh = f"/internal-api/v1/rooms/{room.room_id}/members/token/refresh"
    assert holder(token).post(refresh).status_code == 401


@pytest.mark.parametrize("connection_of", ["the same meeting", "the next meeting"])
def test_who_connects_with_it_again_is_sent_out_again(
    moderator: Api, room: Room, ticket: tuple[str, str], twirp: Twirp, connection_of: str
) -> None:
    route = has_everybody(twirp)[REMOVE]
    identity, _ = ticket
    kick(moderator, room, identity)
    went(room, identity)
    sid = "RM_first" if connection_of == "the same meeting" else "RM_next"
    if sid == "RM_next":
        happen("room_finished", room)
    came(room, identity, connection="PA_2", sid=sid)
    telling.restrict_newcomers(now=clock.now())
    assert route.call_count == 2
    assert not Admission.objects.filter(released_at=None).exists()


def test_whoever_asks_at_the_door_again_is_let_in(
    moderator: Api, anonymous: Api, room: Room, ticket: tuple[str, str], twirp: Twirp
) -> None:
    livekit = has_everybody(twirp)
    identity, _ = ticket
    kick(moderator, room, identity)
    went(room, identity)
    again = join(anonymous, room, secret=secret_of(room), participantName="Ann").json()["token"]
    claims, _ = jwts.read(again)
    assert claims["name"] == "Ann"
    came(room, claims["sub"], connection="PA_2")
    telling.restrict_newcomers(now=clock.now())
    assert livekit[REMOVE].call_count == 1
    assert holder(again).get(f"/api/v1/rooms/{room.room_id}").status_code == 200


@pytest.mark.parametrize("has_left", [True, False])
def test_a_guest_who_asks_at_the_door_again_is_the_same_and_let_in(
    moderator: Api, anonymous: Api, room: Room, twirp: Twirp, has_left: bool
) -> None:
    livekit = has_everybody(twirp)
    twirp.lets_rooms_be_made()
    guest = make_guest(room)
    identity = str(guest.guest_id)
    join(anonymous, room, secret=identity)
    came(room, identity)
    kick(moderator, room, identity)
    if has_left:
        went(room, identity)
    again = join(anonymous, room, secret=identity).json()["token"]
    assert jwts.read(again)[0]["sub"] == identity
    went(room, identity)
    came(room, identity, connection="PA_2")
    telling.restrict_newcomers(now=clock.now())
    assert livekit[REMOVE].call_count == 1
    assert holder(again).get(f"/api/v1/rooms/{room.room_id}").status_code == 200


def test_people_of_an_operators_tool_are_kept_out_of_that_meeting(moderator: Api, room: Room, twirp: Twirp) -> None:
    """They never ask us for a token, so no fresh one could lift the ban."""
    route = has_everybody(twirp)[REMOVE]
    came(room, "robot")
    kick(moderator, room, "robot")
    went(room, "robot")
    came(room, "robot", connection="PA_2")
    telling.restrict_newcomers(now=clock.now())
    assert route.call_count == 2
    went(room, "robot", connection="PA_2")
    happen("room_finished", room)
    came(room, "robot", connection="PA_3", sid="RM_next")
    telling.restrict_newcomers(now=clock.now())
    assert route.call_count == 2

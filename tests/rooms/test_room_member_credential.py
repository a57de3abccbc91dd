"""The room member token as a credential: what still holds, and what LiveKit may have signed for a participant
(rest-api.md 4.5, decisions.md 1). GET of one room stands for all routes that accept it."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from accounts.models import Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from meet.errors import InvalidToken
from rooms.authentication import room_member
from rooms.models import Admission, Badge, Member, Room
from rooms.permissions import ALL, OLD_NAMES, SPEAKER_DEFAULT, Permission, to_object
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_guest, make_member, make_room, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.joining import holder, join

SECOND = timedelta(seconds=1)


def status(token: str, room: Room) -> int:
    answer = holder(token).get(f"/api/v1/rooms/{room.room_id}")
    if answer.status_code == 401:
        assert answer.json() == {"error": "Authentication Error", "message": "Invalid token"}
    return int(answer.status_code)


def sees_links(token: str, room: Room) -> bool:
    """Whether the holder may share links: a right that speakers lack."""
    answer = holder(token).get(f"/api/v1/rooms/{room.room_id}")
    assert answer.status_code == 200, answer.content
    return "moderatorUrl" in answer.json()


@pytest.fixture
def ticket(anonymous: Api, room: Room, twirp: Twirp) -> str:
    """The join token of Ann, a speaker."""
    twirp.lets_rooms_be_made()
    return str(join(anonymous, room, secret=secret_of(room), participantName="Ann").json()["token"])


# -- What holds ------------------------------------------------------------------------------------------------------


def test_tokens_of_our_own_making_open_their_room(anonymous: Api, room: Room, ticket: str) -> None:
    look_in = anonymous.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", {"secret": secret_of(room)})
    assert status(look_in.json()["token"], room) == status(ticket, room) == 200


def test_a_token_of_an_operators_tool_is_as_good_as_ours(room: Room) -> None:
    token = jwts.craft(jwts.member_metadata(room.room_id, ALL))
    assert sees_links(token, room)


def test_permissions_in_older_spellings_are_understood(room: Room) -> None:
    old = dict.fromkeys(OLD_NAMES, True)
    token = jwts.craft(jwts.member_metadata(room.room_id, permissions=ALL) | {"permissions": old})
    assert sees_links(token, room)


def test_a_token_opens_one_room_only(room: Room, olga: User, ticket: str) -> None:
    assert holder(ticket).get(f"/api/v1/rooms/{make_room(olga).room_id}").status_code == 403


def test_a_token_may_come_before_our_clock_but_not_far(room: Room) -> None:
    def issued(ahead: timedelta) -> str:
        metadata = jwts.member_metadata(room.room_id, iat=clock.to_ms(clock.now() + ahead))
        return jwts.craft(metadata)

    assert status(issued(8 * SECOND), room) == 200
    assert status(issued(15 * SECOND), room) == 401


# -- What does not ---------------------------------------------------------------------------------------------------

BROKEN: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "another secret that is long enough for HS256"},
    "another issuer": {"iss": "somebody"},
    "no issuer": {"iss": None},
    "expired": {"issued_at": clock.now() - timedelta(hours=2)},
    "expired this second": {"exp": int(clock.now().timestamp())},
    "never expires": {"exp": None},
    "not yet": {"nbf": int((clock.now() + timedelta(hours=1)).timestamp())},
    "top-level iat": {"iat": int(clock.now().timestamp())},
    "identity": {"identity": "ann"},
    "kind": {"kind": "standard"},
    "another room in its grant": {"video": {"room": "other-1", "roomJoin": True}},
    "a grant for any room": {"video": {"roomJoin": True}},
    "an administrator's grant": {"video": {"roomAdmin": True}},
    "an empty grant": {"video": {}},
}


@pytest.mark.parametrize("claims", BROKEN.values(), ids=BROKEN.keys())
def test_a_token_with_a_claim_that_is_not_ours_is_refused(room: Room, claims: dict[str, Any]) -> None:
    assert status(jwts.craft(jwts.member_metadata(room.room_id), **claims), room) == 401


SHAPES: dict[str, Any] = {
    "none": None,
    "not JSON": "{",
    "a list": "[]",
    "a number": "5",
    "null": "null",
    "empty": {},
    "iat is text": {"iat": "soon"},
    "iat is null": {"iat": None},
    "iat is infinite": '{"iat": Infinity}',
    "iat beyond time": {"iat": 10**18},
    "no room": {"roomId": None},
    "room is a number": {"roomId": 5},
    "room is an object": {"roomId": {"a": 1}},
    "unknown room": {"roomId": "nowhere-1"},
    "no permissions": {"permissions": None},
    "permissions is a list": {"permissions": []},
    "permissions is text": {"permissions": "all"},
    "a permission is missing": {"permissions": {"meetingJoin": True}},
    "a permission is text": {"permissions": to_object(ALL) | {"meetingJoin": "yes"}},
    "no badge": {"badge": None},
    "unknown badge": {"badge": "king"},
    "badge is a list": {"badge": ["owner"]},
    "unknown member": {"memberId": "guest-000"},
    "member is a number": {"memberId": 5},
    "unknown user": {"userId": "ghost"},
}


@pytest.mark.parametrize("metadata", SHAPES.values(), ids=SHAPES.keys())
def test_metadata_of_another_shape_is_refused(room: Room, metadata: Any) -> None:
    if isinstance(metadata, dict) and metadata:
        metadata = jwts.member_metadata(room.room_id) | metadata
    assert status(jwts.craft(metadata), room) == 401


@pytest.mark.parametrize("key", ["userId", "memberId", "roomId"])
def test_metadata_that_no_database_can_look_for_is_refused(room: Room, key: str) -> None:
    token = jwts.craft(jwts.member_metadata(room.room_id) | {key: "a\0b"})
    assert holder(token).get(f"/api/v1/rooms/{room.room_id}").status_code == 401


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "é", "\x7f"])
def test_what_is_no_token_is_refused(room: Room, text: str) -> None:
    assert status(text, room) == 401


def test_an_unsigned_token_is_refused(room: Room) -> None:
    claims = jwt.decode(jwts.craft(jwts.member_metadata(room.room_id, ALL)), options={"verify_signature": False})
    assert status(jwt.encode(claims, "", algorithm="none"), room) == 401


def test_changed_roles_end_all_tokens_of_the_room(api: Api, room: Room, ticket: str) -> None:
    look_in = jwts.craft(jwts.member_metadata(room.room_id))
    Room.objects.update(roles_updated_at=clock.now() + SECOND)
    assert status(ticket, room) == status(look_in, room) == 401


def test_a_changed_member_ends_the_members_tokens_only(as_user: AsUser, room: Room, max_: User, ticket: str) -> None:
    make_member(room, max_)
    own = as_user(max_).post(f"/internal-api/v1/rooms/{room.room_id}/members/token", {}).json()["token"]
    assert status(own, room) == 200
    Member.objects.update(permissions_updated_at=clock.now() + SECOND)
    assert status(own, room) == 401
    assert status(ticket, room) == 200


def test_a_changed_role_ends_the_users_tokens_only(as_user: AsUser, room: Room, olga: User, ticket: str) -> None:
    own = as_user(olga).post(f"/internal-api/v1/rooms/{room.room_id}/members/token", {}).json()["token"]
    assert status(own, room) == 200
    User.objects.update(role_updated_at=clock.now() + SECOND, role=Role.ROOM_MEMBER)
    assert status(own, room) == 401
    assert status(ticket, room) == 200


@pytest.mark.parametrize("joins", [True, False])
def test_a_changed_role_or_membership_ends_join_tokens_as_well(
    as_user: AsUser, room: Room, max_: User, twirp: Twirp, joins: bool
) -> None:
    twirp.lets_rooms_be_made()
    make_member(room, max_)
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    own = as_user(max_).post(path, {"joinMeeting": joins}).json()["token"]
    Member.objects.update(permissions_updated_at=clock.now() + SECOND)
    assert status(own, room) == 401
    Member.objects.update(permissions_updated_at=clock.now() - SECOND)
    User.objects.update(role_updated_at=clock.now() + SECOND)
    assert status(own, room) == 401


def test_a_withdrawn_invitation_ends_its_tokens(anonymous: Api, room: Room) -> None:
    guest = make_guest(room)
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    for is_opaque in (False, True):
        answer = anonymous.post(path, {"secret": guest.guest_id, "opaqueIdentity": is_opaque})
        assert status(answer.json()["token"], room) == 200
    Member.objects.all().delete()
    assert status(answer.json()["token"], room) == 401


def test_a_deleted_room_ends_its_tokens(room: Room, ticket: str) -> None:
    Room.objects.update(deleted_at=clock.now())
    assert status(ticket, room) == 401


# -- What LiveKit signs for participants -----------------------------------------------------------------------------


def forged_metadata(room: Room) -> dict[str, Any]:
    """All rights, written by the participant into its own metadata."""
    return {"iat": clock.to_ms(clock.now()), **jwts.member_metadata(room.room_id, ALL, badge="owner")}


def test_a_token_that_livekit_signed_again_is_refused(room: Room, ticket: str) -> None:
    assert status(jwts.resigned(ticket), room) == 401
    assert status(jwts.resigned(ticket, forged_metadata(room)), room) == 401


@pytest.mark.parametrize("left", ["iat", "identity", "kind"])
def test_any_one_of_livekits_own_claims_gives_it_away(room: Room, ticket: str, left: str) -> None:
    claims = dict.fromkeys({"iat", "identity", "kind"} - {left})
    assert status(jwts.resigned(ticket, **claims), room) == 401


def test_of_a_join_token_the_admission_is_believed_and_not_the_metadata(room: Room, ticket: str) -> None:
    """As if LiveKit gave none of itself away."""
    forged = jwts.resigned(ticket, forged_metadata(room), iat=None, identity=None, kind=None)
    assert status(forged, room) == 200
    assert not sees_links(forged, room)
    member = room_member(forged, now=clock.now())
    assert (member.permissions, member.badge) == (SPEAKER_DEFAULT, Badge.OTHER)


def test_the_admission_is_believed_after_it_was_released(room: Room, ticket: str) -> None:
    Admission.objects.update(released_at=clock.now())
    forged = jwts.resigned(ticket, forged_metadata(room), iat=None, identity=None, kind=None)
    assert not sees_links(forged, room)


def test_the_latest_admission_is_the_one_that_counts(room: Room, ticket: str) -> None:
    identity = Admission.objects.get().identity
    Admission.objects.update(released_at=clock.now(), issued_at=clock.now() - timedelta(hours=1))
    make_admission(room, identity, "Ann again", permissions=int(ALL))
    assert sees_links(ticket, room)


def test_a_promotion_is_seen_at_once(room: Room, ticket: str) -> None:
    assert not sees_links(ticket, room)
    Admission.objects.update(permissions=int(ALL), badge=Badge.MODERATOR, promoted=True)
    assert sees_links(ticket, room)


def test_who_was_sent_out_has_no_token_any_more(room: Room, ticket: str) -> None:
    Admission.objects.update(banned_at=clock.now(), released_at=clock.now())
    assert status(ticket, room) == 401


def test_metadata_names_another_room_than_the_grant(room: Room, olga: User, ticket: str) -> None:
    other = make_room(olga, "Other")
    forged = jwts.resigned(ticket, forged_metadata(other), iat=None, identity=None, kind=None)
    assert status(forged, other) == status(forged, room) == 401


def test_a_token_that_joins_and_that_we_never_admitted_is_an_operators(room: Room) -> None:
    grant = {"room": room.room_id, "roomJoin": True}
    token = jwts.craft(jwts.member_metadata(room.room_id, Permission.chatRead), sub="robot", video=grant)
    member = room_member(token, now=clock.now())
    assert (member.identity, member.permissions, member.admission) == ("robot", Permission.chatRead, None)


def test_a_users_token_is_no_room_member_token_and_the_other_way_round(room: Room, olga: User, ticket: str) -> None:
    assert status(issue(olga, TokenType.ACCESS, now=clock.now()), room) == 401
    answer = Api({"Authorization": f"Bearer {ticket}"}).get("/api/v1/rooms")
    assert answer.json() == {"error": "Authentication Error", "message": "Invalid token"}


def test_what_cannot_be_verified_raises_one_error(room: Room) -> None:
    with pytest.raises(InvalidToken):
        room_member("nonsense", now=clock.now())

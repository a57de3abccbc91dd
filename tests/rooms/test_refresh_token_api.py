"""POST /internal-api/v1/rooms/<id>/members/token/refresh (rest-api.md 1.7, 4.4)."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from livekit.protocol import models

from accounts.models import Role, User
from meet import clock
from rooms.models import Admission, Badge, Member, Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, Permission, to_object
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_room, make_user, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.joining import holder, join
from tests.rooms.live import GET, UPDATE


@pytest.fixture
def ticket(anonymous: Api, room: Room, twirp: Twirp) -> str:
    """Of Ann, a speaker, who is connected."""
    twirp.lets_rooms_be_made()
    twirp.answers(GET, models.ParticipantInfo(metadata='{"badge": "owner"}'))
    return str(join(anonymous, room, secret=secret_of(room), participantName="Ann").json()["token"])


def refresh(token: str, room: Room | str) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return holder(token).post(f"/internal-api/v1/rooms/{room_id}/members/token/refresh")


def refreshed(token: str, room: Room) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = refresh(token, room)
    assert answer.status_code == 200, answer.content
    return jwts.read(answer.json()["token"])


def test_identity_and_name_and_rights_stay(room: Room, ticket: str) -> None:
    before, _ = jwts.read(ticket)
    claims, metadata = refreshed(ticket, room)
    assert (claims["sub"], claims["name"], claims["video"]) == (before["sub"], "Ann", before["video"])
    assert (metadata["permissions"], metadata["badge"]) == (to_object(SPEAKER_DEFAULT), "other")


def test_a_promotion_made_since_shows(room: Room, ticket: str) -> None:
    Admission.objects.update(promoted=True, badge=Badge.MODERATOR, permissions=int(ALL))
    _, metadata = refreshed(ticket, room)
    assert (metadata["badge"], metadata["isPromotedModerator"]) == ("moderator", True)
    assert metadata["permissions"] == to_object(ALL)


def test_a_change_of_rights_made_since_shows_though_it_made_the_token_void(
    api: Api, anonymous: Api, room: Room, twirp: Twirp
) -> None:
    twirp.lets_rooms_be_made()
    for method in (GET, UPDATE):
        twirp.answers(method, models.ParticipantInfo())
    twirp.refuses("RoomService/SendData", "not_found", status=404)
    guest = make_guest(room)
    token = str(join(anonymous, room, secret=guest.guest_id).json()["token"])
    Member.objects.update(permissions_updated_at=clock.now() + timedelta(seconds=1))
    api.put(f"/api/v1/rooms/{room.room_id}/members/{guest.guest_id}", {"customPermissions": {"chatWrite": False}})
    claims, metadata = refreshed(token, room)
    assert metadata["permissions"] == to_object(SPEAKER_DEFAULT & ~Permission.chatWrite)
    assert claims["video"]["canPublishData"] is False


def test_what_the_role_may_do_by_now_counts(api: Api, anonymous: Api, room: Room, twirp: Twirp) -> None:
    """The token of before is void, but whoever refreshes it is asked for no secret (rest-api.md 4.4)."""
    twirp.lets_rooms_be_made()
    twirp.answers(GET, models.ParticipantInfo())
    token = str(join(anonymous, room, secret=secret_of(room, "moderator"), participantName="Ann").json()["token"])
    permissions = {"meetingEnd": False, "roomShareAccessLinks": False}
    answer = api.put(f"/api/v1/rooms/{room.room_id}/roles", {"roles": {"moderator": {"permissions": permissions}}})
    assert answer.status_code == 200
    assert holder(token).get(f"/api/v1/rooms/{room.room_id}").status_code == 401
    _, metadata = refreshed(token, room)
    assert metadata["permissions"]["meetingEnd"] is metadata["permissions"]["roomShareAccessLinks"] is False
    assert metadata["permissions"]["participantKick"] is True


def test_a_demoted_administrator_does_not_stay_one_in_the_room(
    api: Api, as_user: AsUser, room: Room, twirp: Twirp
) -> None:
    twirp.lets_rooms_be_made()
    twirp.answers(GET, models.ParticipantInfo())
    twirp.refuses("RoomService/SendData", "not_found", status=404)
    boss = make_user("boss_", role=Role.ADMIN)
    token = str(join(as_user(boss), room).json()["token"])
    assert api.put("/api/v1/users/boss_/role", {"role": "room_member"}).status_code == 200
    assert refresh(token, room).status_code == 403


def test_changed_roles_and_links_do_not_matter(room: Room, ticket: str) -> None:
    Room.objects.update(roles_updated_at=clock.now() + timedelta(hours=1))
    assert refresh(ticket, room).status_code == 200


def test_for_ten_seconds_after_its_expiry(room: Room, ticket: str) -> None:
    expiry = jwts.read(ticket)[0]["exp"]
    with time_machine.travel(expiry + 9, tick=False):
        assert refresh(ticket, room).status_code == 200
    with time_machine.travel(expiry + 10, tick=False):
        assert refresh(ticket, room).status_code == 401


def test_without_a_token_or_with_a_bad_one(room: Room, anonymous: Api, ticket: str) -> None:
    answer = anonymous.post(f"/internal-api/v1/rooms/{room.room_id}/members/token/refresh")
    assert (answer.status_code, answer.json()["message"]) == (401, "Unauthorized")
    looks_in = jwts.craft(jwts.member_metadata(room.room_id))
    forged = {"iat": clock.to_ms(clock.now()), **jwts.member_metadata(room.room_id, ALL, badge="owner")}
    for token in ("nonsense", looks_in, jwts.resigned(ticket), jwts.resigned(ticket, forged)):
        answer = refresh(token, room)
        assert (answer.status_code, answer.json()["message"]) == (401, "Invalid token")


def test_of_a_forged_token_the_row_is_believed(room: Room, ticket: str) -> None:
    """As if LiveKit gave none of itself away."""
    forged = {"iat": clock.to_ms(clock.now()), **jwts.member_metadata(room.room_id, ALL, badge="owner")}
    _, metadata = refreshed(jwts.resigned(ticket, forged, iat=None, identity=None, kind=None), room)
    assert (metadata["badge"], metadata["permissions"]) == ("other", to_object(SPEAKER_DEFAULT))


def test_a_token_for_another_room(olga: User, ticket: str) -> None:
    assert refresh(ticket, make_room(olga, "Other")).status_code == 403


def test_whoever_is_not_connected(room: Room, ticket: str, twirp: Twirp) -> None:
    twirp.refuses(GET, "not_found", status=404)
    answer = refresh(ticket, room)
    assert answer.status_code == 404
    assert answer.json()["error"] == "Participant Error"
    twirp.raises(GET, httpx.ConnectError("refused"))
    assert refresh(ticket, room).status_code == 503


@pytest.mark.parametrize("change", [{"banned_at": clock.now()}, {"released_at": clock.now()}])
def test_who_was_sent_out_gets_none_and_who_left_and_is_back_does(
    room: Room, ticket: str, change: dict[str, Any]
) -> None:
    Admission.objects.update(**change)
    assert refresh(ticket, room).status_code == (401 if "banned_at" in change else 200)


def test_nobody_whose_account_was_switched_off(as_user: AsUser, room: Room, olga: User, twirp: Twirp) -> None:
    twirp.lets_rooms_be_made()
    token = str(join(as_user(olga), room).json()["token"])
    User.objects.update(is_active=False)
    assert refresh(token, room).status_code == 401


def test_a_deleted_room(room: Room, ticket: str) -> None:
    Room.objects.update(deleted_at=clock.now())
    assert refresh(ticket, room).status_code == 401

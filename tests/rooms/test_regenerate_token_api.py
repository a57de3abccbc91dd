"""POST /internal-api/v1/rooms/<id>/members/token with the join token from before (rest-api.md 4.4): the page of
somebody in the meeting has its rights looked up anew."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine

from accounts.models import User
from meet import clock
from rooms import telling
from rooms.models import AccessLink, Admission, Badge, Member, Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, Permission, to_object
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_member, make_room, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.events import came
from tests.rooms.joining import join
from tests.rooms.live import GET, UPDATE, has_everybody, is_due, told


def again(api: Api, room: Room, previous: str, **body: Any) -> Any:
    """The answer to «I am in; give me a token with what I may do by now»."""
    headers = {"X-Room-Member-Token": f"Bearer {previous}"}
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    return api.post(path, {"joinMeeting": True, **body}, headers=headers)


def regenerated(api: Api, room: Room, previous: str, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = again(api, room, previous, **body)
    assert answer.status_code == 200, answer.content
    return jwts.read(answer.json()["token"])


@pytest.fixture
def ticket(anonymous: Api, room: Room, twirp: Twirp) -> str:
    """Of Ann, who is in the meeting with the speakers' link."""
    has_everybody(twirp)
    twirp.lets_rooms_be_made()
    token = str(join(anonymous, room, secret=secret_of(room), participantName="Ann").json()["token"])
    came(room, jwts.read(token)[0]["sub"])
    telling.restrict_newcomers(now=clock.now())
    return token


def test_identity_and_name_stay_and_no_other_name_is_reserved(anonymous: Api, room: Room, ticket: str) -> None:
    before, _ = jwts.read(ticket)
    claims, metadata = regenerated(anonymous, room, ticket, secret=secret_of(room), participantName="Somebody else")
    assert (claims["sub"], claims["name"]) == (before["sub"], "Ann")
    assert set(claims) == {"iss", "nbf", "exp", "metadata", "sub", "name", "video"}
    assert metadata["livekitUrl"]
    assert Admission.objects.count() == 1


def test_rights_are_those_of_the_credentials_by_now(anonymous: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    claims, metadata = regenerated(anonymous, room, ticket, secret=secret_of(room, "moderator"))
    assert (metadata["badge"], metadata["permissions"]) == ("moderator", to_object(ALL))
    assert claims["video"]["canPublishData"] is True
    request, shown = told(livekit[UPDATE])
    assert request.identity == claims["sub"]
    assert (shown["badge"], shown["permissions"]) == ("moderator", to_object(ALL))


def test_a_page_whose_rights_were_changed_shows_the_token_that_this_made_void(
    api: Api, anonymous: Api, room: Room, twirp: Twirp
) -> None:
    livekit = has_everybody(twirp)
    twirp.lets_rooms_be_made()
    guest = make_guest(room)
    token = str(join(anonymous, room, secret=guest.guest_id).json()["token"])
    came(room, str(guest.guest_id))
    Member.objects.update(permissions_updated_at=clock.now() + timedelta(seconds=1))
    api.put(f"/api/v1/rooms/{room.room_id}/members/{guest.guest_id}", {"customPermissions": {"chatWrite": False}})
    claims, metadata = regenerated(anonymous, room, token, secret=guest.guest_id)
    assert claims["sub"] == metadata["memberId"] == guest.guest_id
    assert metadata["permissions"]["chatWrite"] is claims["video"]["canPublishData"] is False
    assert told(livekit[UPDATE])[0].permission.can_publish_data is False


def test_an_opaque_guest_stays_opaque(anonymous: Api, room: Room, twirp: Twirp) -> None:
    has_everybody(twirp)
    twirp.lets_rooms_be_made()
    guest = make_guest(room)
    token = str(join(anonymous, room, secret=guest.guest_id, opaqueIdentity=True).json()["token"])
    claims, metadata = regenerated(anonymous, room, token, secret=guest.guest_id)
    assert claims["sub"] == metadata["memberId"] == guest.public_id


def test_an_account(as_user: AsUser, room: Room, max_: User, twirp: Twirp) -> None:
    has_everybody(twirp)
    twirp.lets_rooms_be_made()
    make_member(room, max_)
    token = str(join(as_user(max_), room).json()["token"])
    claims, metadata = regenerated(as_user(max_), room, token)
    assert (claims["sub"], metadata["userId"], metadata["memberId"]) == ("max__", "max__", "max__")


# -- Promotions ------------------------------------------------------------------------------------------------------


@pytest.fixture
def promoted(ticket: str) -> str:
    Admission.objects.update(promoted=True, badge=Badge.MODERATOR, permissions=int(ALL))
    return ticket


def test_a_promotion_stays_on_top_of_the_new_rights(anonymous: Api, room: Room, promoted: str, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    mask = SPEAKER_DEFAULT & ~Permission.chatWrite
    Room.objects.update(speaker_permissions=int(mask))
    _, metadata = regenerated(anonymous, room, promoted, secret=secret_of(room))
    assert (metadata["badge"], metadata["isPromotedModerator"]) == ("moderator", True)
    assert metadata["permissions"] == to_object(ALL)
    assert "originalPermissions" not in metadata
    _, shown = told(livekit[UPDATE])
    assert shown["originalPermissions"] == to_object(mask)
    assert Admission.objects.get().base_permissions == int(mask)


def test_a_moderator_by_right_needs_no_promotion(anonymous: Api, room: Room, promoted: str, twirp: Twirp) -> None:
    has_everybody(twirp)
    _, metadata = regenerated(anonymous, room, promoted, secret=secret_of(room, "moderator"))
    assert metadata["badge"] == "moderator"
    assert "isPromotedModerator" not in metadata
    assert not Admission.objects.get().promoted


# -- Refusals --------------------------------------------------------------------------------------------------------


def test_whoever_is_not_connected(anonymous: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    twirp.refuses(GET, "not_found", status=404)
    answer = again(anonymous, room, ticket, secret=secret_of(room))
    assert answer.status_code == 404
    identity = jwts.read(ticket)[0]["sub"]
    message = f"Participant '{identity}' not found in room '{room.room_id}'"
    assert answer.json() == {"error": "Participant Error", "message": message}


def test_the_token_of_another_room(anonymous: Api, olga: User, ticket: str) -> None:
    other = make_room(olga, "Other")
    answer = again(anonymous, other, ticket, secret=secret_of(other))
    assert answer.status_code == 403
    assert answer.json()["error"] == "Authorization Error"


def test_for_ten_seconds_after_its_expiry(anonymous: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    has_everybody(twirp)
    expiry = jwts.read(ticket)[0]["exp"]
    with time_machine.travel(expiry + 9, tick=False):
        assert again(anonymous, room, ticket, secret=secret_of(room)).status_code == 200
    with time_machine.travel(expiry + 10, tick=False):
        assert again(anonymous, room, ticket, secret=secret_of(room)).status_code == 401


def test_what_is_no_token_of_ours(anonymous: Api, room: Room, ticket: str) -> None:
    everything = {"iat": clock.to_ms(clock.now()), **jwts.member_metadata(room.room_id, ALL, badge="owner")}
    for token in ("nonsense", jwts.resigned(ticket), jwts.resigned(ticket, everything)):
        answer = again(anonymous, room, token, secret=secret_of(room))
        assert answer.status_code == 401
        assert answer.json()["message"] == "Invalid token"
    # Even if nothing gave it away, rights come from the credentials.
    quiet = jwts.resigned(ticket, everything, iat=None, identity=None, kind=None)
    assert regenerated(anonymous, room, quiet, secret=secret_of(room))[1]["badge"] == "other"


def test_who_was_sent_out_has_to_come_in_by_the_door(anonymous: Api, room: Room, ticket: str) -> None:
    Admission.objects.update(banned_at=clock.now())
    assert again(anonymous, room, ticket, secret=secret_of(room)).status_code == 401


def test_credentials_come_first_and_must_still_hold(
    anonymous: Api, as_user: AsUser, room: Room, ticket: str, stella: User
) -> None:
    assert again(anonymous, room, "nonsense", secret="0" * 32).status_code == 400
    assert again(as_user(stella), room, ticket).status_code == 403
    AccessLink.objects.filter(role="speaker").update(enabled=False)
    assert "Anonymous access" in again(anonymous, room, ticket, secret=secret_of(room)).json()["message"]


def test_who_may_not_join_any_more(anonymous: Api, room: Room, ticket: str) -> None:
    Room.objects.update(speaker_permissions=int(Permission.chatRead))
    assert again(anonymous, room, ticket, secret=secret_of(room)).status_code == 403


def test_a_token_that_does_not_join_names_nobody(anonymous: Api, room: Room, twirp: Twirp) -> None:
    twirp.lets_rooms_be_made()
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    token = anonymous.post(path, {"secret": secret_of(room)}).json()["token"]
    claims, _ = regenerated(anonymous, room, token, secret=secret_of(room), participantName="Ann")
    assert claims["name"] == "Ann"


def test_whoever_only_looks_in_is_asked_for_nothing(anonymous: Api, room: Room) -> None:
    answer = again(anonymous, room, "nonsense", secret=secret_of(room), joinMeeting=False)
    assert answer.status_code == 200


# -- LiveKit in trouble ----------------------------------------------------------------------------------------------


def test_with_livekit_away(anonymous: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    twirp.raises(GET, httpx.ConnectError("refused"))
    assert again(anonymous, room, ticket, secret=secret_of(room)).status_code == 503


def test_livekit_lost_on_the_way_hears_of_it_later(anonymous: Api, room: Room, ticket: str, twirp: Twirp) -> None:
    has_everybody(twirp)
    twirp.raises(UPDATE, httpx.ConnectError("refused"))
    assert again(anonymous, room, ticket, secret=secret_of(room, "moderator")).status_code == 200
    assert is_due(Admission.objects.get())

"""PUT /api/v1/rooms/<id>/members/<member> (rest-api.md 1.6), and what it means to people in a meeting."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from rooms import telling
from rooms.models import Admission, Badge, Member, Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_guest, make_member
from tests.livekit.wire import Twirp, sent
from tests.rooms.joining import holder, join
from tests.rooms.live import REMOVE, SEND, UPDATE, has_everybody, in_meeting, is_due, signalled, told


@pytest.fixture
def member(room: Room, max_: User) -> Member:
    return make_member(room, max_)


def put(api: Api, member: Member, body: Any, query: str = "") -> Any:
    return api.put(f"/api/v1/rooms/{member.room.room_id}/members/{member.member_id}{query}", body)


def test_role_and_permissions(api: Api, member: Member) -> None:
    body = {"baseRole": "moderator", "customPermissions": {"meetingEnd": False}}
    answer = put(api, member, body, "?extraFields=effectivePermissions")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Deprecation"] == "true"
    shown = answer.json()
    assert shown["baseRole"] == "moderator"
    assert shown["customPermissions"] == {"meetingEnd": False, "canEndMeeting": False}
    assert not shown["effectivePermissions"]["meetingEnd"]
    assert shown["effectivePermissions"]["recordingControl"]
    member.refresh_from_db()
    assert member.permissions == ALL & ~Permission.meetingEnd


def test_given_permissions_replace_those_from_before_and_others_stay(api: Api, member: Member) -> None:
    put(api, member, {"customPermissions": {"chatRead": False, "meetingEnd": True}})
    put(api, member, {"baseRole": "speaker"})
    member.refresh_from_db()
    assert member.custom_permissions == {"chatRead": False, "meetingEnd": True}
    put(api, member, {"customPermissions": {"chatWrite": False}})
    member.refresh_from_db()
    assert member.custom_permissions == {"chatWrite": False}
    assert member.permissions == SPEAKER_DEFAULT & ~Permission.chatWrite
    put(api, member, {"customPermissions": {}})
    member.refresh_from_db()
    assert member.permissions == SPEAKER_DEFAULT


def test_an_empty_change_changes_the_date_and_that_grows_strictly(api: Api, member: Member) -> None:
    future = clock.now() + timedelta(hours=1)
    Member.objects.update(permissions_updated_at=future)
    dates = [put(api, member, {}).json()["permissionsUpdatedAt"] for _ in range(2)]
    assert dates == [clock.to_ms(future) + 1, clock.to_ms(future) + 2]


def test_an_integrators_own_id_is_set_and_taken_away(api: Api, room: Room, member: Member) -> None:
    assert put(api, member, {"externalId": "crm-7"}).json()["externalId"] == "crm-7"
    assert put(api, member, {}).json()["externalId"] == "crm-7"
    other = make_guest(room)
    assert put(api, other, {"externalId": "crm-7"}).status_code == 409
    assert "externalId" not in put(api, member, {"externalId": None}).json()
    assert put(api, other, {"externalId": "crm-7"}).status_code == 200


def test_tokens_from_before_are_void(api: Api, anonymous: Api, room: Room) -> None:
    guest = make_guest(room)
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    token = anonymous.post(path, {"secret": guest.guest_id}).json()["token"]
    read = f"/api/v1/rooms/{room.room_id}"
    assert holder(token).get(read).status_code == 200
    Member.objects.update(permissions_updated_at=clock.now() + timedelta(seconds=5))
    put(api, guest, {})
    assert holder(token).get(read).status_code == 401


def test_a_guest_by_its_public_id(api: Api, room: Room) -> None:
    guest = make_guest(room)
    path = f"/api/v1/rooms/{room.room_id}/members/{guest.public_id}"
    assert api.put(path, {"baseRole": "moderator"}).json()["memberId"] == guest.guest_id


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"baseRole": "king"}, "baseRole", "Invalid enum value. Expected 'moderator' | 'speaker', received 'king'"),
        ({"baseRole": None}, "baseRole", "Expected 'moderator' | 'speaker', received null"),
        ({"customPermissions": []}, "customPermissions", "Expected object, received array"),
        ({"customPermissions": {"chatRead": 1}}, "customPermissions.chatRead", "Expected boolean, received number"),
        ({"externalId": 5}, "externalId", "Expected string, received number"),
    ],
)
def test_a_body_that_does_not_hold(api: Api, member: Member, body: Any, field: str, message: str) -> None:
    answer = put(api, member, body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


def test_no_body_at_all(api: Api, member: Member) -> None:
    answer = api.client.put(f"/api/v1/rooms/{member.room.room_id}/members/max__")
    assert answer.json()["details"] == [{"field": "", "message": "Required"}]


def test_an_unknown_member_is_for_managers_only_to_learn(
    api: Api, as_user: AsUser, room: Room, stella: User, member: Member
) -> None:
    path = f"/api/v1/rooms/{room.room_id}/members/nobody"
    assert api.put(path, {}).status_code == 404
    assert as_user(stella).put(path, {}).status_code == 403
    assert as_user(stella).put("/api/v1/rooms/nowhere-1/members/max__", {}).status_code == 404


# -- In a meeting ----------------------------------------------------------------------------------------------------


@pytest.fixture
def live(member: Member, max_: User) -> Admission:
    """Max in the meeting."""
    return in_meeting(member.room, "max__", "Max", member=member, user=max_)


def test_other_rights_reach_the_call_and_the_page(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    put(api, member, {"customPermissions": {"chatWrite": False, "mediaPublishVideo": False}})
    live.refresh_from_db()
    mask = SPEAKER_DEFAULT & ~Permission.chatWrite & ~Permission.mediaPublishVideo
    assert (live.base_permissions, live.permissions, live.badge) == (int(mask), int(mask), "other")
    request, metadata = told(livekit[UPDATE])
    assert (request.room, request.identity) == (member.room.room_id, "max__")
    assert request.permission.can_publish_data is False
    assert request.permission.can_subscribe is request.permission.can_publish is True
    assert request.permission.can_update_metadata is False
    assert len(request.permission.can_publish_sources) == 3
    assert metadata["permissions"]["chatWrite"] is False
    assert (metadata["memberId"], metadata["userId"]) == ("max__", "max__")
    assert signalled(livekit[SEND]) == {
        "topic": "meet_participant_permissions_updated",
        "to": ["max__"],
        "roomId": member.room.room_id,
        "participantIdentity": "max__",
    }
    assert not livekit[REMOVE].called
    assert not is_due(live)


def test_a_moderator_by_right_gets_the_badge(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    put(api, member, {"baseRole": "moderator"})
    live.refresh_from_db()
    assert (live.permissions, live.badge, live.promoted) == (int(ALL), "moderator", False)


def test_a_promotion_stays_on_top(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    Admission.objects.update(promoted=True, badge=Badge.MODERATOR, permissions=int(ALL))
    put(api, member, {"customPermissions": {"chatWrite": False}})
    live.refresh_from_db()
    assert (live.base_permissions, live.permissions) == (int(SPEAKER_DEFAULT & ~Permission.chatWrite), int(ALL))
    assert live.promoted


def test_a_promotion_that_adds_nothing_any_more_is_over(
    api: Api, member: Member, live: Admission, twirp: Twirp
) -> None:
    has_everybody(twirp)
    Admission.objects.update(promoted=True, badge=Badge.MODERATOR, permissions=int(ALL))
    put(api, member, {"baseRole": "moderator"})
    live.refresh_from_db()
    assert (live.promoted, live.badge, live.permissions) == (False, "moderator", int(ALL))


def test_who_may_not_join_any_more_is_sent_out(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    assert put(api, member, {"customPermissions": {"meetingJoin": False}}).status_code == 200
    request = sent(livekit[REMOVE], room_service.RoomParticipantIdentity)
    assert (request.room, request.identity) == (member.room.room_id, "max__")
    assert not livekit[SEND].called
    live.refresh_from_db()
    assert live.banned_at is not None


def test_with_livekit_away_the_change_holds_and_is_told_later(
    api: Api, member: Member, live: Admission, twirp: Twirp
) -> None:
    twirp.raises(UPDATE, httpx.ConnectError("refused"))
    assert put(api, member, {"customPermissions": {"chatWrite": False}}).status_code == 200
    assert is_due(live)
    route = has_everybody(twirp)[UPDATE]
    telling.restrict_newcomers(now=clock.now())
    assert told(route)[0].permission.can_publish_data is False
    assert not is_due(live)


def test_with_livekit_away_who_may_not_join_is_sent_out_later(
    api: Api, member: Member, live: Admission, twirp: Twirp
) -> None:
    twirp.raises(REMOVE, httpx.ConnectError("refused"))
    put(api, member, {"customPermissions": {"meetingJoin": False}})
    route = twirp.answers(REMOVE, room_service.RemoveParticipantResponse())
    telling.restrict_newcomers(now=clock.now())
    assert route.called
    assert not is_due(live)


def test_a_signal_that_fails_does_not_fail_the_change(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    twirp.raises(SEND, httpx.ConnectError("refused"))
    assert put(api, member, {"baseRole": "moderator"}).status_code == 200


def test_somebody_who_left_meanwhile_is_no_error(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    twirp.refuses(UPDATE, "not_found", status=404)
    assert put(api, member, {"baseRole": "moderator"}).status_code == 200
    assert not is_due(live)


def test_who_is_not_there_needs_no_media_server(api: Api, member: Member, twirp: Twirp) -> None:
    make_admission(member.room, "max__", "Max", member=member, released_at=clock.now())
    down = twirp.is_down()
    put(api, member, {"baseRole": "moderator"})
    assert not down.called
    assert Admission.objects.get().permissions == int(ALL), "its ticket from before is still good for LiveKit"


def test_an_owner_behind_a_guests_link_keeps_the_owners_rights(api: Api, room: Room, olga: User, twirp: Twirp) -> None:
    has_everybody(twirp)
    guest = make_guest(room)
    in_meeting(room, str(guest.guest_id), "Olga", member=guest, user=olga, badge=Badge.OWNER, permissions=int(ALL))
    put(api, guest, {"customPermissions": {"meetingJoin": False}})
    admission = Admission.objects.get()
    assert (admission.permissions, admission.banned_at) == (int(ALL), None)


def test_whoever_was_sent_out_comes_back_by_a_fresh_token_only(
    api: Api, anonymous: Api, room: Room, twirp: Twirp
) -> None:
    has_everybody(twirp)
    twirp.lets_rooms_be_made()
    guest = make_guest(room)
    token = join(anonymous, room, secret=guest.guest_id).json()["token"]
    put(api, guest, {"customPermissions": {"meetingJoin": False}})
    assert join(anonymous, room, secret=guest.guest_id).status_code == 403
    put(api, guest, {"customPermissions": {}})
    assert holder(token).get(f"/api/v1/rooms/{room.room_id}").status_code == 401
    again = join(anonymous, room, secret=guest.guest_id)
    assert again.status_code == 200
    assert holder(again.json()["token"]).get(f"/api/v1/rooms/{room.room_id}").status_code == 200


def test_people_who_came_otherwise_are_left_alone(api: Api, member: Member, live: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    other = in_meeting(member.room)
    put(api, member, {"customPermissions": {"meetingJoin": False}})
    other.refresh_from_db()
    assert other.banned_at is None

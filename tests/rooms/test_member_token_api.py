"""POST /internal-api/v1/rooms/<id>/members/token: whom each credential makes, and a token that only looks in."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from rooms.models import AccessLink, Member, Room
from rooms.permissions import (
    ALL,
    MODERATOR_DEFAULT,
    RECORDING_LINK,
    SPEAKER_DEFAULT,
    MeetingRole,
    Permission,
    to_object,
)
from tests import jwts
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_guest, make_member, make_user, secret_of

UNKNOWN_SECRET = "0" * 32


def ask(api: Api, room: Room | str, **body: Any) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return api.post(f"/internal-api/v1/rooms/{room_id}/members/token", body)


def told(api: Api, room: Room, **body: Any) -> dict[str, Any]:
    """The metadata of the token, its `iat` taken out."""
    answer = ask(api, room, **body)
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"token"}
    _, metadata = jwts.read(answer.json()["token"])
    metadata.pop("iat")
    return metadata


def rights(room: Room, mask: Permission, badge: str, **more: str) -> dict[str, Any]:
    return {"roomId": room.room_id, "permissions": to_object(mask), "badge": badge, **more}


# -- Sources of permissions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "mask", "badge"),
    [
        ("moderator", MODERATOR_DEFAULT, "moderator"),
        ("speaker", SPEAKER_DEFAULT, "other"),
        ("recording", RECORDING_LINK, "other"),
    ],
)
def test_a_link_gives_the_rights_of_its_role(
    anonymous: Api, room: Room, role: str, mask: Permission, badge: str
) -> None:
    assert told(anonymous, room, secret=secret_of(room, role)) == rights(room, mask, badge)


def test_a_link_follows_what_the_room_says_about_its_role(anonymous: Api, room: Room) -> None:
    Room.objects.update(speaker_permissions=int(Permission.meetingJoin | Permission.chatRead))
    found = told(anonymous, room, secret=secret_of(room))
    assert {name for name, granted in found["permissions"].items() if granted} == {"meetingJoin", "chatRead"}


def test_a_guests_secret_gives_what_the_guest_was_given(anonymous: Api, room: Room) -> None:
    guest = make_guest(room, permissions=Permission.meetingJoin)
    expected = rights(room, Permission.meetingJoin, "other", memberId=str(guest.guest_id))
    assert told(anonymous, room, secret=guest.guest_id) == expected


def test_a_guest_with_a_moderators_rights_is_a_moderator(anonymous: Api, room: Room) -> None:
    guest = make_guest(room, permissions=ALL)
    assert told(anonymous, room, secret=guest.guest_id)["badge"] == "moderator"


def test_the_owner_may_do_everything(as_user: AsUser, room: Room, olga: User) -> None:
    assert told(as_user(olga), room) == rights(room, ALL, "owner", userId="olga_")


def test_an_administrator_may_do_everything(as_user: AsUser, room: Room, admin: User) -> None:
    assert told(as_user(admin), room) == rights(room, ALL, "admin", userId="admin")


def test_the_badge_of_an_owner_who_is_an_administrator_is_owner(as_user: AsUser, admin: User, room: Room) -> None:
    Room.objects.update(owner=admin)
    assert told(as_user(admin), room)["badge"] == "owner"


def test_an_invited_user_has_the_rights_of_the_invitation(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_, permissions=Permission.meetingJoin)
    expected = rights(room, Permission.meetingJoin, "other", memberId="max__", userId="max__")
    assert told(as_user(max_), room) == expected


def test_where_all_accounts_may_enter_they_are_speakers(as_user: AsUser, room: Room, max_: User) -> None:
    Room.objects.update(user_access=True)
    assert told(as_user(max_), room) == rights(room, SPEAKER_DEFAULT, "other", userId="max__")


@pytest.mark.parametrize(
    ("moderators", "badge"),
    [
        (SPEAKER_DEFAULT, "moderator"),
        (Permission.meetingJoin | Permission.chatRead, "moderator"),
        (SPEAKER_DEFAULT | Permission.meetingEnd, "other"),
    ],
)
def test_moderator_is_whoever_may_do_all_that_the_rooms_moderators_may(
    as_user: AsUser, room: Room, max_: User, moderators: Permission, badge: str
) -> None:
    Room.objects.update(moderator_permissions=int(moderators))
    make_member(room, max_, role=MeetingRole.SPEAKER)
    assert told(as_user(max_), room)["badge"] == badge


def test_a_signed_in_browser_needs_its_csrf_token(console: Console, room: Room, olga: User) -> None:
    client = console(olga)
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    assert client.post(path, {}, content_type="application/json").status_code == 401
    answer = client.post(path, {}, content_type="application/json", headers=with_csrf_token(client))
    assert answer.status_code == 200
    _, metadata = jwts.read(answer.json()["token"])
    assert metadata["badge"] == "owner"


# -- A link and an account together ----------------------------------------------------------------------------------


def test_rights_of_link_and_account_add_up(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_, permissions=Permission.recordingDelete)
    found = told(as_user(max_), room, secret=secret_of(room))
    assert found == rights(
        room, SPEAKER_DEFAULT | Permission.recordingDelete, "other", memberId="max__", userId="max__"
    )


def test_a_stranger_behind_a_link_has_the_links_rights(as_user: AsUser, room: Room, stella: User) -> None:
    found = told(as_user(stella), room, secret=secret_of(room))
    assert (found["permissions"], found["badge"]) == (to_object(SPEAKER_DEFAULT), "other")


def test_the_owner_behind_a_speakers_link_stays_owner(as_user: AsUser, room: Room, olga: User) -> None:
    assert told(as_user(olga), room, secret=secret_of(room)) == rights(room, ALL, "owner", userId="olga_")


def test_a_guests_secret_names_the_member_and_the_account_the_user(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_)
    guest = make_guest(room)
    found = told(as_user(max_), room, secret=guest.guest_id)
    assert (found["memberId"], found["userId"]) == (guest.guest_id, "max__")


def test_a_key_beside_a_link_changes_nothing(api: Api, room: Room) -> None:
    assert told(api, room, secret=secret_of(room)) == rights(room, SPEAKER_DEFAULT, "other")


@pytest.mark.parametrize("kind", ["garbage", "refresh", "pending change", "old role"])
def test_a_link_opens_the_door_whatever_token_lies_beside_it(room: Room, olga: User, kind: str) -> None:
    token = issue(olga, TokenType.REFRESH if kind == "refresh" else TokenType.ACCESS, now=clock.now())
    if kind == "pending change":
        User.objects.update(must_change_password=True)
    if kind == "old role":
        User.objects.update(role_updated_at=clock.now() + clock.MILLISECOND * 1000)
    caller = Api({"Authorization": "Bearer rubbish" if kind == "garbage" else f"Bearer {token}"})
    assert told(caller, room, secret=secret_of(room)) == rights(room, SPEAKER_DEFAULT, "other")


# -- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [UNKNOWN_SECRET, "", "x", "guest", "é" * 20, "' OR 1=1 --"])
def test_a_wrong_secret_has_one_answer(anonymous: Api, room: Room, secret: str) -> None:
    answer = ask(anonymous, room, secret=secret)
    assert answer.status_code == 400
    message = f"Provided secret is not recognized for room '{room.room_id}'"
    assert answer.json() == {"error": "Room Error", "message": message}


def test_the_secret_of_another_room_is_wrong(anonymous: Api, room: Room, stella: User) -> None:
    other = Room.objects.create(
        room_id="other-1", name="Other", owner=stella, created_at=clock.now(), roles_updated_at=clock.now()
    )
    assert ask(anonymous, other, secret=secret_of(room)).status_code == 400


def test_an_unknown_guest_is_not_found(anonymous: Api, room: Room) -> None:
    answer = ask(anonymous, room, secret=f"guest-{UNKNOWN_SECRET}")
    assert answer.status_code == 404
    message = f"Room member 'guest-{UNKNOWN_SECRET}' not found in room '{room.room_id}'"
    assert answer.json() == {"error": "Room Member Error", "message": message}


def test_a_guests_public_id_opens_nothing(anonymous: Api, room: Room) -> None:
    assert ask(anonymous, room, secret=make_guest(room).public_id).status_code == 404


@pytest.mark.parametrize(
    ("role", "kind"), [("moderator", "role 'moderator'"), ("speaker", "role 'speaker'"), ("recording", "recordings")]
)
def test_a_link_that_is_off_says_so(anonymous: Api, room: Room, role: str, kind: str) -> None:
    AccessLink.objects.filter(role=role).update(enabled=False)
    answer = ask(anonymous, room, secret=secret_of(room, role))
    assert answer.status_code == 403
    message = f"Anonymous access in room '{room.room_id}' is disabled for {kind}"
    assert answer.json() == {"error": "Room Error", "message": message}


def test_the_contracts_link_switches_off_all_links_of_its_role(anonymous: Api, room: Room) -> None:
    extra = room.links.create(role="speaker", secret="e" * 32, created_at=clock.now())
    assert ask(anonymous, room, secret=extra.secret).status_code == 200
    AccessLink.objects.filter(role="speaker", is_contract=True).update(enabled=False)
    assert ask(anonymous, room, secret=extra.secret).status_code == 403


def test_links_that_are_off_do_not_concern_guests_and_accounts(
    anonymous: Api, as_user: AsUser, room: Room, olga: User
) -> None:
    AccessLink.objects.update(enabled=False)
    assert ask(anonymous, room, secret=make_guest(room).guest_id).status_code == 200
    assert ask(as_user(olga), room).status_code == 200


def test_without_link_and_account_there_is_no_token(anonymous: Api, room: Room) -> None:
    answer = ask(anonymous, room)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Authentication Error", "message": "Unauthorized"}


def test_an_account_alone_must_hold(room: Room, olga: User) -> None:
    answer = ask(Api({"Authorization": "Bearer rubbish"}), room)
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid token"
    User.objects.update(must_change_password=True)
    answer = ask(Api({"Authorization": f"Bearer {issue(olga, TokenType.ACCESS, now=clock.now())}"}), room)
    assert answer.status_code == 403
    assert "Password change required" in answer.json()["message"]


def test_an_unknown_room_is_not_found_whatever_the_secret(anonymous: Api, db: None) -> None:
    answer = ask(anonymous, "nowhere-1", secret=UNKNOWN_SECRET)
    assert answer.status_code == 404
    assert answer.json() == {"error": "Room Error", "message": "Room 'nowhere-1' does not exist"}


def test_a_stranger_has_no_access(as_user: AsUser, room: Room) -> None:
    assert ask(as_user(make_user("stranger", role=Role.ROOM_MANAGER)), room).status_code == 403


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"secret": 5}, "secret", "Expected string, received number"),
        ({"secret": None}, "secret", "Expected string, received null"),
        ({"secret": "a\0b"}, "secret", "String must not contain the null character"),
        ({"joinMeeting": "yes"}, "joinMeeting", "Expected boolean, received string"),
        ({"participantName": ["Ann"]}, "participantName", "Expected string, received array"),
        ({"participantName": "n" * 101}, "participantName", "participantName cannot exceed 100 characters"),
        ({"opaqueIdentity": 1}, "opaqueIdentity", "Expected boolean, received number"),
    ],
)
@pytest.mark.parametrize("room_id", ["nowhere-1", "also_nowhere"])
def test_a_body_is_read_before_anybody_is_asked_who_they_are(
    anonymous: Api, db: None, room_id: str, body: Any, field: str, message: str
) -> None:
    answer = ask(anonymous, room_id, **body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


# -- The token -------------------------------------------------------------------------------------------------------


def test_a_token_that_only_looks_in_has_exactly_these_claims(anonymous: Api, room: Room, settings: Settings) -> None:
    before = clock.now()
    token = ask(anonymous, room, secret=secret_of(room)).json()["token"]
    claims, metadata = jwts.read(token)
    assert set(claims) == {"iss", "nbf", "exp", "metadata"}
    assert claims["iss"] == settings.LIVEKIT_API_KEY
    assert claims["exp"] - claims["nbf"] == 2 * 3600
    assert set(metadata) == {"iat", "roomId", "permissions", "badge"}
    assert clock.to_ms(before) <= metadata["iat"] <= clock.to_ms(clock.now())


def test_looking_in_needs_no_media_server_and_reserves_no_name(anonymous: Api, room: Room) -> None:
    ask(anonymous, room, secret=secret_of(room), participantName="Ann")
    assert not room.admissions.exists()


def test_a_closed_room_can_be_looked_into(anonymous: Api, room: Room) -> None:
    Room.objects.update(closed_at=clock.now())
    assert ask(anonymous, room, secret=secret_of(room)).status_code == 200


def test_an_opaque_guest_is_named_by_the_public_id(anonymous: Api, room: Room) -> None:
    guest = make_guest(room)
    found = told(anonymous, room, secret=guest.guest_id, opaqueIdentity=True)
    assert found["memberId"] == Member.objects.get().public_id != guest.guest_id


def test_a_link_notes_that_it_was_used_but_not_at_every_visit(anonymous: Api, room: Room) -> None:
    ask(anonymous, room, secret=secret_of(room))
    first = AccessLink.objects.get(role="speaker").last_used_at
    assert first is not None
    ask(anonymous, room, secret=secret_of(room))
    assert AccessLink.objects.get(role="speaker").last_used_at == first
    assert AccessLink.objects.get(role="moderator").last_used_at is None

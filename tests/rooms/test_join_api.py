"""POST /internal-api/v1/rooms/<id>/members/token with joinMeeting: the ticket to a meeting."""

import json
import re

import httpx
import pytest
from livekit.protocol import room as room_service
from pytest_django import Settings

from accounts.models import User
from meet import clock
from rooms.models import Admission, Participation, Room
from rooms.permissions import ALL, NONE, SPEAKER_DEFAULT, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_meeting, make_member, make_participation, make_room, secret_of
from tests.livekit.wire import Twirp, sent
from tests.rooms.joining import join, joined

CREATE = "RoomService/CreateRoom"


@pytest.fixture(autouse=True)
def _livekit(twirp: Twirp) -> None:
    twirp.lets_rooms_be_made()


# -- The token -------------------------------------------------------------------------------------------------------


def test_a_join_token_has_exactly_the_claims_of_the_contract(anonymous: Api, room: Room, settings: Settings) -> None:
    claims, metadata = joined(anonymous, room, secret=secret_of(room), participantName="Ann")
    assert set(claims) == {"iss", "nbf", "exp", "metadata", "sub", "name", "video"}
    assert claims["name"] == "Ann"
    assert claims["video"] == {
        "room": room.room_id,
        "roomJoin": True,
        "canSubscribe": True,
        "canUpdateOwnMetadata": True,
        "canPublish": True,
        "canPublishSources": ["microphone", "camera", "screen_share", "screen_share_audio"],
        "canPublishData": True,
    }
    assert set(metadata) == {"iat", "roomId", "permissions", "badge", "livekitUrl"}
    assert metadata["livekitUrl"] == settings.LIVEKIT_URL


@pytest.mark.parametrize(
    ("lacks", "sources", "data"),
    [
        (Permission.mediaPublishAudio, ["camera", "screen_share", "screen_share_audio"], True),
        (Permission.mediaPublishVideo, ["microphone", "screen_share", "screen_share_audio"], True),
        (Permission.mediaShareScreen, ["microphone", "camera"], True),
        (
            Permission.mediaPublishAudio | Permission.mediaPublishVideo | Permission.mediaShareScreen,
            [],
            True,
        ),
        (Permission.chatWrite, ["microphone", "camera", "screen_share", "screen_share_audio"], False),
    ],
)
def test_the_grant_follows_the_permissions(
    anonymous: Api, room: Room, lacks: Permission, sources: list[str], data: bool
) -> None:
    Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT & ~lacks))
    video = joined(anonymous, room, secret=secret_of(room), participantName="Ann")[0]["video"]
    assert video["canPublishSources"] == sources
    assert video["canPublish"] is bool(sources)
    assert video["canPublishData"] is data


# -- Identity and name -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "prefix"), [("Ann-Marie Ü.", "ann_marie_u"), ("会議", "participant"), ("n" * 100, "n" * 50)]
)
def test_an_anonymous_identity_begins_with_the_name(anonymous: Api, room: Room, name: str, prefix: str) -> None:
    claims, metadata = joined(anonymous, room, secret=secret_of(room), participantName=name)
    assert re.fullmatch(rf"{prefix}-[0-9a-z]{{15}}", claims["sub"])
    assert claims["name"] == name
    assert "memberId" not in metadata
    assert "userId" not in metadata


def test_a_name_is_tidied(anonymous: Api, room: Room) -> None:
    assert joined(anonymous, room, secret=secret_of(room), participantName="  Ann \t Lee ")[0]["name"] == "Ann Lee"


def test_an_account_joins_under_its_own_id_and_name(as_user: AsUser, room: Room, olga: User) -> None:
    claims, _ = joined(as_user(olga), room)
    assert (claims["sub"], claims["name"]) == ("olga_", "Olga")


def test_an_account_may_choose_another_name(as_user: AsUser, room: Room, olga: User) -> None:
    claims, _ = joined(as_user(olga), room, participantName="The boss")
    assert (claims["sub"], claims["name"]) == ("olga_", "The boss")


def test_an_invited_account_behind_a_link_keeps_its_identity(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_)
    claims, _ = joined(as_user(max_), room, secret=secret_of(room))
    assert (claims["sub"], claims["name"]) == ("max__", "Max")


def test_a_guest_joins_under_the_name_of_the_invitation(anonymous: Api, room: Room) -> None:
    guest = make_guest(room, "Gwen")
    claims, metadata = joined(anonymous, room, secret=guest.guest_id)
    assert (claims["sub"], claims["name"]) == (guest.guest_id, "Gwen")
    assert metadata["memberId"] == guest.guest_id


def test_an_opaque_guest_shows_the_secret_nowhere(anonymous: Api, room: Room, twirp: Twirp) -> None:
    guest = make_guest(room)
    claims, metadata = joined(anonymous, room, secret=guest.guest_id, opaqueIdentity=True)
    assert claims["sub"] == metadata["memberId"] == guest.public_id
    assert str(guest.guest_id) not in json.dumps([claims, metadata])
    assert Admission.objects.get().identity == guest.public_id


def test_a_guest_behind_an_account_gives_the_name_and_the_identity(as_user: AsUser, room: Room, max_: User) -> None:
    guest = make_guest(room, "Gwen")
    make_member(room, max_)
    claims, metadata = joined(as_user(max_), room, secret=guest.guest_id)
    assert (claims["sub"], claims["name"]) == (guest.guest_id, "Gwen")
    assert metadata["userId"] == "max__"


@pytest.mark.parametrize(
    "body", [{}, {"participantName": ""}, {"participantName": " \t "}, {"participantName": "\x07"}]
)
def test_who_has_no_name_must_say_one(anonymous: Api, room: Room, body: dict[str, str]) -> None:
    answer = join(anonymous, room, secret=secret_of(room), **body)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Room Member Error",
        "message": "participantName is required when joining a meeting and it cannot be inferred from member/user "
        "context",
    }
    assert not Admission.objects.exists()


# -- Who may not -----------------------------------------------------------------------------------------------------


def test_nobody_joins_a_closed_room(as_user: AsUser, room: Room, olga: User) -> None:
    Room.objects.update(closed_at=clock.now())
    answer = join(as_user(olga), room)
    assert answer.status_code == 409
    assert answer.json() == {
        "error": "Room Error",
        "message": f"Room '{room.room_id}' is closed and cannot be joined",
    }


def test_a_room_that_closes_after_its_meeting_can_still_be_joined(as_user: AsUser, room: Room, olga: User) -> None:
    Room.objects.update(closed_at=clock.now())
    make_meeting(room)
    assert join(as_user(olga), room).status_code == 200


def test_the_link_to_the_recordings_is_no_way_into_the_meeting(anonymous: Api, room: Room) -> None:
    answer = join(anonymous, room, secret=secret_of(room, "recording"), participantName="Ann")
    assert answer.status_code == 403
    assert answer.json()["error"] == "Authorization Error"


def test_a_member_who_may_not_join_is_refused(as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_, permissions=ALL & ~Permission.meetingJoin)
    assert join(as_user(max_), room).status_code == 403


def test_a_closed_room_is_told_before_a_missing_permission_and_that_before_a_missing_name(
    anonymous: Api, room: Room
) -> None:
    Room.objects.update(closed_at=clock.now(), speaker_permissions=int(NONE))
    assert join(anonymous, room, secret=secret_of(room)).status_code == 409
    Room.objects.update(closed_at=None)
    assert join(anonymous, room, secret=secret_of(room)).status_code == 403
    Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT))
    assert join(anonymous, room, secret=secret_of(room)).status_code == 400


# -- LiveKit ---------------------------------------------------------------------------------------------------------


def test_the_room_is_made_in_livekit_as_ours_and_without_secrets(
    anonymous: Api, olga: User, twirp: Twirp, settings: Settings
) -> None:
    expires = clock.now() + clock.MILLISECOND * 7_200_000
    room = make_room(olga, expires_at=expires)
    route = twirp.lets_rooms_be_made()
    joined(anonymous, room, secret=secret_of(room), participantName="Ann")
    request = sent(route, room_service.CreateRoomRequest)
    assert (request.name, request.empty_timeout, request.departure_timeout) == (room.room_id, 20, 20)
    metadata = json.loads(request.metadata)
    assert metadata["createdBy"] == settings.MEET_NAME_ID
    options = metadata["roomOptions"]
    assert set(options) == {"roomName", "autoDeletionDate", "autoDeletionPolicy", "config", "roles", "access"}
    assert options["autoDeletionDate"] == clock.to_ms(expires)
    assert len(options["roles"]["speaker"]["permissions"]) == 16
    assert "secret" not in request.metadata
    assert "url" not in request.metadata


def test_the_status_turns_only_when_livekit_says_so(anonymous: Api, api: Api, room: Room) -> None:
    joined(anonymous, room, secret=secret_of(room), participantName="Ann")
    assert api.get(f"/api/v1/rooms/{room.room_id}").json()["status"] == "open"


DOWN = [
    httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.ReadTimeout("slow"), httpx.ReadError("reset"),
    httpx.RemoteProtocolError("cut"),
]  # fmt: skip


@pytest.mark.parametrize("error", DOWN, ids=lambda error: type(error).__name__)
def test_with_livekit_out_of_reach_nobody_joins_and_nothing_is_half_made(
    anonymous: Api, room: Room, twirp: Twirp, error: httpx.TransportError
) -> None:
    twirp.raises(CREATE, error)
    answer = join(anonymous, room, secret=secret_of(room), participantName="Ann")
    assert answer.status_code == 503
    assert answer.json() == {"error": "LiveKit Error", "message": "LiveKit is not available"}
    assert not Admission.objects.exists()


@pytest.mark.parametrize(("status", "content"), [(502, b"<html>"), (500, b""), (200, b"not protobuf"), (404, b"nginx")])
def test_whoever_answers_in_livekits_place_is_not_livekit(
    anonymous: Api, room: Room, twirp: Twirp, status: int, content: bytes
) -> None:
    twirp.responds(CREATE, status, content)
    assert join(anonymous, room, secret=secret_of(room), participantName="Ann").status_code == 503
    assert not Admission.objects.exists()


def test_a_failed_join_leaves_the_name_free(anonymous: Api, room: Room, twirp: Twirp) -> None:
    twirp.raises(CREATE, httpx.ConnectError("refused"))
    join(anonymous, room, secret=secret_of(room), participantName="Ann")
    twirp.lets_rooms_be_made()
    assert joined(anonymous, room, secret=secret_of(room), participantName="Ann")[0]["name"] == "Ann"


def test_a_failed_second_join_keeps_who_is_in(as_user: AsUser, room: Room, olga: User, twirp: Twirp) -> None:
    joined(as_user(olga), room)
    make_participation(Admission.objects.get(), make_meeting(room))
    twirp.raises(CREATE, httpx.ConnectError("refused"))
    assert join(as_user(olga), room).status_code == 503
    assert Admission.objects.get().released_at is None
    assert Participation.objects.count() == 1


def test_a_failed_second_join_keeps_the_name_of_who_is_still_on_the_way(
    as_user: AsUser, anonymous: Api, room: Room, olga: User, twirp: Twirp
) -> None:
    joined(as_user(olga), room)
    twirp.raises(CREATE, httpx.ConnectError("refused"))
    assert join(as_user(olga), room).status_code == 503
    twirp.lets_rooms_be_made()
    assert joined(anonymous, room, secret=secret_of(room), participantName="Olga")[0]["name"] == "Olga_1"


def test_what_livekit_refuses_is_an_error_of_ours(anonymous: Api, room: Room, twirp: Twirp) -> None:
    twirp.refuses(CREATE, "invalid_argument", status=400, message="secret details")
    answer = join(anonymous, room, secret=secret_of(room), participantName="Ann")
    assert answer.status_code == 500
    assert not Admission.objects.exists()

"""DELETE /api/v1/users/{userId} and what becomes of what the user had (rest-api.md 1.2, 2.5)."""

from typing import Any

import pytest
from livekit.protocol.room import RemoveParticipantResponse, RoomParticipantIdentity

from accounts.models import Role, User
from meet import clock
from rooms.models import Admission, Member, Participation, Room
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import (
    make_admission,
    make_meeting,
    make_member,
    make_participation,
    make_recording,
    make_room,
    make_user,
    secret_of,
)
from tests.livekit.wire import Twirp, sent

REMOVE = "RoomService/RemoveParticipant"


def delete(api: Api, user_id: str, mount: str = "/api/v1") -> Any:
    return api.delete(f"{mount}/users/{user_id}")


def sit(user: User, room: Room, **more: Any) -> Admission:
    admission = make_admission(room, user.user_id, user.name, user=user)
    meeting = room.open_meeting() or make_meeting(room, sid=f"RM_{room.pk}")
    make_participation(admission, meeting, sid=f"PA_{room.pk}_{user.pk}", **more)
    return admission


@pytest.mark.parametrize("mount", ["/api/v1", "/internal-api/v1"])
def test_a_user_is_gone(api: Api, as_user: AsUser, max_: User, mount: str) -> None:
    program = as_user(max_)
    answer = delete(api, "max__", mount)
    assert answer.status_code == 200
    assert answer.json() == {"message": "User 'max__' deleted successfully"}
    assert api.get("/api/v1/users/max__").status_code == 404
    assert delete(api, "max__").json() == {"error": "User Error", "message": "User 'max__' not found"}
    assert program.get("/api/v1/rooms").json()["message"] == "Invalid token subject"


def test_rooms_go_to_the_root_admin_with_their_recordings(api: Api, olga: User, stella: User) -> None:
    room, kept = make_room(olga), make_room(stella, "Kept")
    gone = make_room(olga, "Gone", deleted_at=clock.now())
    recording = make_recording(room)
    assert delete(api, "olga_").status_code == 200
    owners = {row.pk: row.owner.user_id for row in Room.with_deleted.select_related("owner")}
    assert owners == {room.pk: "admin", gone.pk: "admin", kept.pk: "stella"}
    recording.refresh_from_db()
    assert recording.room.owner.user_id == "admin"


def test_memberships_end(api: Api, room: Room, max_: User, stella: User) -> None:
    make_member(room, max_)
    make_member(room, stella)
    delete(api, "max__")
    assert [member.user for member in Member.objects.all()] == [stella]


def test_the_user_is_sent_out_of_every_live_meeting(
    api: Api, twirp: Twirp, room: Room, olga: User, max_: User, stella: User
) -> None:
    second, left = make_room(olga, "Second"), make_room(olga, "Left")
    for place in (room, second):
        sit(max_, place)
    sit(max_, left, left_at=clock.now())
    sit(stella, room)
    route = twirp.answers(REMOVE, RemoveParticipantResponse())
    assert delete(api, "max__").status_code == 200
    requests = [sent(route, RoomParticipantIdentity, index=index) for index in range(route.call_count)]
    assert {(request.room, request.identity) for request in requests} == {
        (room.room_id, "max__"),
        (second.room_id, "max__"),
    }
    assert len(requests) == 2


@pytest.mark.parametrize("code", ["", "not_found", "internal"])
def test_a_user_goes_even_if_livekit_does_not_obey(
    api: Api, twirp: Twirp, room: Room, olga: User, max_: User, code: str
) -> None:
    sit(max_, room, restricted_at=clock.now())
    sit(max_, make_room(olga, "Second"))
    route = twirp.refuses(REMOVE, code, status=404) if code else twirp.is_down()
    assert delete(api, "max__").status_code == 200
    # Silence is believed at once, a refusal counts for its own meeting only.
    assert route.call_count == (2 if code else 1)
    assert not Participation.objects.filter(restricted_at__isnull=False).exists(), "due for the sweep"


def test_the_token_of_the_meeting_ends_with_the_account(api: Api, twirp: Twirp, room: Room, max_: User) -> None:
    """It would else be good for whatever the admission says, and for coming back."""
    twirp.answers(REMOVE, RemoveParticipantResponse())
    sit(max_, room)
    token = jwts.craft(
        jwts.member_metadata(room.room_id, userId="max__"), sub="max__", video={"room": room.room_id, "roomJoin": True}
    )
    holder = Api({"X-Room-Member-Token": f"Bearer {token}"})
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 200
    delete(api, "max__")
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 401


def test_somebody_new_with_the_same_id_and_name_may_come_in(
    api: Api, twirp: Twirp, as_user: AsUser, room: Room, max_: User
) -> None:
    twirp.answers(REMOVE, RemoveParticipantResponse())
    twirp.lets_rooms_be_made()
    sit(max_, room)
    delete(api, "max__")
    body = {"secret": secret_of(room), "joinMeeting": True}
    answer = as_user(make_user("max__", name="Max")).post(f"/internal-api/v1/rooms/{room.room_id}/members/token", body)
    assert answer.status_code == 200
    holder = Api({"X-Room-Member-Token": f"Bearer {answer.json()['token']}"})
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 200
    assert Admission.objects.get(released_at=None).name == "Max"


ROOT = "Cannot delete the root admin user. This account is required for system administration."
OWN = "Cannot delete your own account. Please have another administrator delete your account if needed."


def test_the_root_and_oneself_stay(api: Api, as_user: AsUser, admin: User) -> None:
    deputy = as_user(make_user("deputy", role=Role.ADMIN))
    for caller, user_id, message in (
        (api, "admin", ROOT),
        (as_user(admin), "admin", ROOT),
        (deputy, "admin", ROOT),
        (deputy, "deputy", OWN),
    ):
        answer = delete(caller, user_id)
        assert answer.status_code == 403
        assert answer.json() == {"error": "User Error", "message": message}
    assert User.objects.count() == 2
    assert delete(as_user(admin), "deputy").status_code == 200


@pytest.mark.parametrize("user_id", ["nobody", "a%00b"])
def test_nobody_of_that_id_is_404(api: Api, user_id: str) -> None:
    assert delete(api, user_id).status_code == 404

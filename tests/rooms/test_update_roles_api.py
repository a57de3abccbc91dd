"""PUT /api/v1/rooms/{id}/roles: what the two roles may do from now on."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from meet import clock
from rooms.models import Member, Room
from rooms.permissions import ALL, MODERATOR_DEFAULT, SPEAKER_DEFAULT, MeetingRole, Permission
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_meeting, make_member, make_user


def address(room: Room) -> str:
    return f"/api/v1/rooms/{room.room_id}/roles"


def put(api: Api, room: Room, **permissions: dict[str, Any]) -> dict[str, Any]:
    roles = {role: {"permissions": named} for role, named in permissions.items()}
    answer = api.put(address(room), {"roles": roles})
    assert answer.status_code == 200, answer.content
    content: dict[str, Any] = answer.json()
    return content


def test_permissions_that_are_not_sent_stay(api: Api, room: Room) -> None:
    put(api, room, speaker={"chatWrite": False})
    put(api, room, speaker={"recordingControl": True}, moderator={"meetingEnd": False})
    stored = Room.objects.get()
    assert stored.speaker_permissions == int(SPEAKER_DEFAULT & ~Permission.chatWrite | Permission.recordingControl)
    assert stored.moderator_permissions == int(MODERATOR_DEFAULT & ~Permission.meetingEnd)


def test_the_answer_is_both_roles_whole_in_both_spellings(api: Api, room: Room) -> None:
    answer = api.put(f"{address(room)}?fields=moderator", {"roles": {"speaker": {"permissions": {"canRecord": True}}}})
    assert answer["Deprecation"] == "true"
    content = answer.json()
    assert list(content) == ["moderator", "speaker"]
    assert all(len(role["permissions"]) == 30 for role in content.values())
    assert content["speaker"]["permissions"]["recordingControl"] is True
    shown = api.get(f"/api/v1/rooms/{room.room_id}?extraFields=roles").json()["roles"]
    assert shown == content


def test_in_mode_390_names_are_the_current_ones(api: Api, room: Room, settings: Settings) -> None:
    settings.MEET_MODE = "3.9.0"
    answer = api.put(address(room), {"roles": {}})
    assert "Deprecation" not in answer
    assert len(answer.json()["speaker"]["permissions"]) == 16


def test_tokens_of_the_room_end_even_when_nothing_changed(api: Api, room: Room) -> None:
    holder = Api({"X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(room.room_id))}"})
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 200
    put(api, room)
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 401


def test_the_moment_of_the_change_always_grows(api: Api, room: Room) -> None:
    future = clock.now() + timedelta(minutes=5)
    Room.objects.update(roles_updated_at=future)
    put(api, room)
    put(api, room)
    assert Room.objects.get().roles_updated_at == future + 2 * clock.MILLISECOND


# -- Members ---------------------------------------------------------------------------------------------------------


def test_members_follow_their_role_and_keep_what_is_their_own(api: Api, room: Room, max_: User, stella: User) -> None:
    plain = make_member(room, max_)
    moderator = make_member(room, stella, role=MeetingRole.MODERATOR)
    guest = make_guest(room)
    for name, custom in (("a", {"chatWrite": True}), ("b", {"chatWrite": False, "meetingEnd": True})):
        own = make_member(room, make_user(f"custom_{name}"))
        Member.objects.filter(pk=own.pk).update(custom_permissions=custom)
    put(api, room, speaker={"chatWrite": False, "recordingPlay": False}, moderator={"participantKick": False})
    speaker = SPEAKER_DEFAULT & ~(Permission.chatWrite | Permission.recordingPlay)
    effective = {member.name: member.permissions for member in Member.objects.all()}
    assert effective == {
        plain.name: speaker,
        guest.name: speaker,
        moderator.name: ALL & ~Permission.participantKick,
        "Custom_a": speaker | Permission.chatWrite,
        "Custom_b": speaker | Permission.meetingEnd,
    }


def test_a_member_has_the_new_rights_at_once(api: Api, as_user: AsUser, room: Room, max_: User) -> None:
    make_member(room, max_)
    seen = f"/api/v1/rooms/{room.room_id}"
    assert "moderatorUrl" not in as_user(max_).get(seen).json()
    put(api, room, speaker={"roomShareAccessLinks": True})
    assert "moderatorUrl" in as_user(max_).get(seen).json()


def test_when_members_changed_grows_for_each(api: Api, room: Room, max_: User, stella: User) -> None:
    future = clock.now() + timedelta(minutes=5)
    before = clock.now()
    make_member(room, max_, now=before - timedelta(days=1))
    make_member(room, stella, now=future)
    put(api, room)
    times = dict(Member.objects.values_list("user__user_id", "permissions_updated_at"))
    assert before <= times["max__"] <= clock.now()
    assert times["stella"] == future + clock.MILLISECOND


def test_members_of_other_rooms_are_left_alone(api: Api, room: Room, olga: User, max_: User) -> None:
    other = Room.objects.create(
        room_id="other-1", name="Other", owner=olga, created_at=clock.now(), roles_updated_at=clock.now()
    )
    member = make_member(other, max_, now=clock.now() - timedelta(days=1))
    put(api, room, speaker={"chatWrite": False})
    assert Member.objects.get(pk=member.pk).permissions_updated_at == member.permissions_updated_at
    assert Member.objects.get(pk=member.pk).permissions == SPEAKER_DEFAULT


def test_queries_do_not_grow_with_members(
    as_user: AsUser, room: Room, admin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        member = make_member(room, make_user(f"member_{number}"))
        if number % 2:
            Member.objects.filter(pk=member.pk).update(custom_permissions={"meetingEnd": bool(number % 4 == 1)})
    caller = as_user(admin)
    with django_assert_max_num_queries(17):
        put(caller, room, speaker={"chatWrite": False})


# -- Refusals --------------------------------------------------------------------------------------------------------


def test_during_a_meeting_nothing_changes(api: Api, room: Room) -> None:
    make_meeting(room)
    before = Room.objects.get()
    answer = api.put(address(room), {"roles": {"speaker": {"permissions": {"chatWrite": False}}}})
    assert answer.status_code == 409
    assert answer.json() == {"error": "Room Error", "message": f"Room '{room.room_id}' has an active meeting"}
    after = Room.objects.get()
    assert (after.speaker_permissions, after.roles_updated_at) == (before.speaker_permissions, before.roles_updated_at)


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "roles", "Required"),
        ({"roles": None}, "roles", "Expected object, received null"),
        ({"roles": "all"}, "roles", "Expected object, received string"),
        ({"roles": {"speaker": {}}}, "roles.speaker.permissions", "Required"),
        ({"roles": {"moderator": []}}, "roles.moderator", "Expected object, received array"),
        ({"roles": {"speaker": {"permissions": 5}}}, "roles.speaker.permissions", "Expected object, received number"),
        ({"roles": {"speaker": {"permissions": {"chatRead": "yes"}}}}, "roles.speaker.permissions.chatRead",
         "Expected boolean, received string"),
        ({"roles": {"speaker": {"permissions": {"canRecord": False, "recordingControl": True}}}},
         "roles.speaker.permissions.canRecord",
         ("Conflicting values for deprecated permission 'canRecord' (false) and its replacement "
          "'recordingControl' (true); send only one spelling")),
    ],
)  # fmt: skip
def test_each_field_is_checked(api: Api, room: Room, body: Any, field: str, message: str) -> None:
    answer = api.put(address(room), body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


def test_an_unknown_room_is_404(api: Api) -> None:
    assert api.put("/api/v1/rooms/nowhere-1/roles", {"roles": {}}).status_code == 404

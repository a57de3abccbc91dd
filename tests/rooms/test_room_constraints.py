"""The database holds the invariant, whatever the code above it does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from accounts.models import User
from meet import clock
from rooms.models import AccessLink, Admission, Meeting, MeetingPolicy, Member, Participation, Room
from rooms.permissions import ALL, NONE, OLD_NAMES, SPEAKER_DEFAULT, Permission, from_object, media_sources, to_object
from tests.factories import (
    make_admission,
    make_guest,
    make_meeting,
    make_member,
    make_participation,
    make_room,
    secret_of,
)

NOW = clock.now()
Write = Callable[[Room, User], Any]

REFUSED: dict[str, Write] = {
    "two rooms with one id": lambda room, user: Room.objects.create(
        room_id=room.room_id, name="x", owner=user, created_at=NOW, roles_updated_at=NOW
    ),
    "two open meetings": lambda room, _: [make_meeting(room, sid=f"RM_{number}") for number in range(2)],
    "two meetings with one number": lambda room, _: [
        Meeting.objects.create(room=room, number=1, livekit_sid=f"RM_{sid}", started_at=NOW, ended_at=NOW)
        for sid in "ab"
    ],
    "two meetings with one sid": lambda room, _: [make_meeting(room, ended_at=NOW) for _number in range(2)],
    "two contract links of a role": lambda room, _: room.links.create(
        role="speaker", secret="x" * 32, is_contract=True, created_at=NOW
    ),
    "two links with one secret": lambda room, _: room.links.create(
        role="speaker", secret=secret_of(room), created_at=NOW
    ),
    "a user who is a member twice": lambda room, user: [make_member(room, user) for _ in range(2)],
    "a member who is nobody": lambda room, _: member(room),
    "a member who is user and guest": lambda room, user: member(room, user=user, guest_id="g", public_id="p"),
    "a guest without a public id": lambda room, _: member(room, guest_id="g"),
    "two people of one name": lambda room, _: [make_admission(room, f"ann-{number}", "Ann") for number in range(2)],
    "two people of one name in another case": lambda room, _: [
        make_admission(room, f"ann-{name}", name) for name in ("Ann", "ANN")
    ],
    "two admissions of one identity": lambda room, _: [make_admission(room, "ann-1", name) for name in ("Ann", "Bob")],
    "two connections with one sid": lambda room, _: [
        make_participation(make_admission(room, f"p-{number}", f"P{number}"), make_meeting_once(room))
        for number in range(2)
    ],
}


def member(room: Room, **columns: Any) -> Member:
    now = clock.now()
    return Member.objects.create(
        room=room, name="x", base_role="speaker", effective_permissions=0, created_at=now, permissions_updated_at=now,
        **columns,
    )  # fmt: skip


def make_meeting_once(room: Room) -> Meeting:
    return room.meetings.first() or make_meeting(room)


@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED.keys())
def test_the_database_refuses(room: Room, max_: User, write: Write) -> None:
    with pytest.raises(IntegrityError):
        write(room, max_)


def test_what_is_over_makes_room_for_what_comes(room: Room) -> None:
    for number in range(3):
        make_meeting(room, sid=f"RM_{number}", ended_at=NOW)
        make_admission(room, "ann-1", "Ann", released_at=NOW)
    make_meeting(room, sid="RM_now")
    make_admission(room, "ann-1", "Ann")


def test_rooms_do_not_get_in_each_others_way(room: Room, olga: User, max_: User) -> None:
    for each in (room, make_room(olga, "Other")):
        make_meeting(each, sid=f"RM_{each.pk}")
        make_admission(each, "ann-1", "Ann")
        make_member(each, max_)


def test_an_owner_cannot_be_deleted_under_the_room(room: Room, olga: User) -> None:
    with pytest.raises(ProtectedError):
        olga.delete()


def test_a_member_who_is_deleted_leaves_the_rooms_but_not_their_history(room: Room, max_: User) -> None:
    admission = make_admission(room, member=make_member(room, max_), user=max_)
    make_participation(admission, make_meeting(room))
    max_.delete()
    assert not room.members.exists()
    admission.refresh_from_db()
    assert (admission.member, admission.user) == (None, None)
    assert Participation.objects.count() == 1


def test_deleted_rooms_are_hidden_from_everything_that_does_not_ask_for_them(room: Room) -> None:
    make_guest(room)
    room.deleted_at = NOW
    room.save()
    assert not Room.objects.exists()
    assert Room.with_deleted.exists()
    assert Member.objects.get().room == room, "rows that belong to it still find it"
    assert AccessLink.objects.select_related("room").first().room == room  # type: ignore[union-attr]


def test_stored_choices_fit_their_columns() -> None:
    for model in (Room, Meeting, Member, Admission, AccessLink):
        for field in model._meta.get_fields():
            choices = getattr(field, "choices", None)
            for value, _label in choices or []:
                assert len(str(value)) <= getattr(field, "max_length", 0), f"{model.__name__}.{field.name}"
    assert len(MeetingPolicy.values) == 3


# -- Permissions -----------------------------------------------------------------------------------------------------


def test_there_are_sixteen_permissions_and_every_one_has_an_older_name() -> None:
    assert len(Permission) == 16
    covered = NONE
    for group in OLD_NAMES.values():
        assert not covered & group
        covered |= group
    assert covered == ALL


@pytest.mark.parametrize("mask", [NONE, ALL, SPEAKER_DEFAULT, *Permission])
def test_a_mask_survives_the_wire(mask: Permission) -> None:
    assert from_object(to_object(mask)) == mask
    assert from_object(to_object(mask), base=ALL) == mask


def test_the_order_on_the_wire_is_the_contracts() -> None:
    assert list(to_object(ALL)) == [
        "recordingControl", "recordingList", "recordingPlay", "recordingDownload", "recordingDelete", "meetingJoin",
        "roomShareAccessLinks", "participantPromote", "participantKick", "meetingEnd", "mediaPublishVideo",
        "mediaPublishAudio", "mediaShareScreen", "chatRead", "chatWrite", "mediaChangeVirtualBackground",
    ]  # fmt: skip
    assert media_sources(ALL) == ["microphone", "camera", "screen_share", "screen_share_audio"]

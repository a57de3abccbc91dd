"""Names in a meeting are unique, whatever their letter case (rest-api.md 7.4)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.models import User
from meet import clock
from rooms import lifecycle
from rooms.models import Admission, Meeting, Room
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_meeting, make_participation, make_room, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.joining import joined


@pytest.fixture(autouse=True)
def _livekit(twirp: Twirp) -> None:
    twirp.lets_rooms_be_made()


def named(api: Api, room: Room, name: str) -> str:
    claims, _ = joined(api, room, secret=secret_of(room), participantName=name)
    return str(claims["name"])


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        (["Bob", "Bob"], ["Bob", "Bob_1"]),
        (["Bob", "bob", "BOB"], ["Bob", "bob_1", "BOB_2"]),
        (["Bob", "Bob", "Bob_1"], ["Bob", "Bob_1", "Bob_2"]),
        (["Bob_1", "Bob_1"], ["Bob_1", "Bob_2"]),
        (["Bob_7", "Bob_7"], ["Bob_7", "Bob_1"]),
        (["Bob_2", "Bob", "Bob", "Bob"], ["Bob_2", "Bob", "Bob_1", "Bob_3"]),
        (["Straße", "STRASSE"], ["Straße", "STRASSE_1"]),
        (["ﬁn", "fin"], ["ﬁn", "fin_1"]),
        (["Bob", "Bobby"], ["Bob", "Bobby"]),
        (["A_%", "A_%", "Axy"], ["A_%", "A_%_1", "Axy"]),
        (["_1", "_1"], ["_1", "_2"]),
        (["n" * 100, "n" * 100], ["n" * 100, "n" * 100 + "_1"]),
    ],
)
def test_a_name_that_is_taken_gets_the_smallest_free_number(
    anonymous: Api, room: Room, wanted: list[str], given: list[str]
) -> None:
    assert [named(anonymous, room, name) for name in wanted] == given


def test_the_longest_names_are_told_apart_too(anonymous: Api, room: Room) -> None:
    """Characters that unfold: their keys are cut where the numbers would stand."""
    names = [named(anonymous, room, "ﷺ" * 100) for _ in range(3)]
    assert len(set(names)) == 3


def test_rooms_do_not_share_names(anonymous: Api, room: Room, olga: User) -> None:
    other = make_room(olga, "Other")
    assert [named(anonymous, each, "Bob") for each in (room, other)] == ["Bob", "Bob"]


def test_a_number_that_became_free_is_given_again(anonymous: Api, room: Room) -> None:
    for _ in range(3):
        named(anonymous, room, "Bob")
    Admission.objects.filter(name="Bob_1").update(released_at=clock.now())
    assert named(anonymous, room, "Bob") == "Bob_1"


def test_a_name_stays_reserved_for_who_has_not_connected_yet(anonymous: Api, room: Room) -> None:
    named(anonymous, room, "Bob")
    Admission.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    assert named(anonymous, room, "Bob") == "Bob_1"


def test_a_reservation_that_nobody_used_ends_after_twelve_hours(anonymous: Api, room: Room) -> None:
    named(anonymous, room, "Bob")
    admission = Admission.objects.get()
    assert admission.expires_at - admission.issued_at == timedelta(hours=12)
    Admission.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert named(anonymous, room, "Bob") == "Bob"


def test_who_is_connected_keeps_the_name_longer_than_the_reservation(anonymous: Api, room: Room) -> None:
    named(anonymous, room, "Bob")
    make_participation(Admission.objects.get(), make_meeting(room))
    Admission.objects.update(expires_at=clock.now() - timedelta(hours=1))
    assert named(anonymous, room, "Bob") == "Bob_1"


def test_the_end_of_the_meeting_frees_all_names(anonymous: Api, room: Room) -> None:
    meeting = make_meeting(room)
    named(anonymous, room, "Bob")
    lifecycle.meeting_ended(room, meeting, reason=Meeting.EndReason.FINISHED, now=clock.now() + timedelta(seconds=1))
    assert named(anonymous, room, "Bob") == "Bob"


def test_an_account_that_joins_again_keeps_identity_and_name(as_user: AsUser, room: Room, olga: User) -> None:
    first, _ = joined(as_user(olga), room, participantName="The boss")
    second, _ = joined(as_user(olga), room, participantName="Somebody else")
    assert (second["sub"], second["name"]) == (first["sub"], first["name"])
    assert Admission.objects.count() == 1


def test_an_account_gets_a_numbered_name_like_everybody(
    as_user: AsUser, anonymous: Api, room: Room, olga: User
) -> None:
    named(anonymous, room, "olga")
    assert joined(as_user(olga), room)[0]["name"] == "Olga_1"


def test_whoever_joins_again_has_the_rights_of_today(as_user: AsUser, room: Room, max_: User) -> None:
    Room.objects.update(user_access=True)
    joined(as_user(max_), room)
    Room.objects.update(owner=max_)
    _, metadata = joined(as_user(max_), room)
    assert metadata["badge"] == "owner"
    assert all(metadata["permissions"].values())


def test_a_promotion_outlasts_joining_again(as_user: AsUser, room: Room, max_: User) -> None:
    Room.objects.update(user_access=True)
    joined(as_user(max_), room)
    Admission.objects.update(promoted=True, permissions=(1 << 16) - 1, badge="moderator")
    _, metadata = joined(as_user(max_), room)
    assert metadata["badge"] == "moderator"
    assert metadata["isPromotedModerator"] is True


@pytest.mark.parametrize("columns", [{"name": "ANN"}, {"identity": "ann-000000000000001"}])
def test_the_database_refuses_a_second_name_or_identity(room: Room, columns: dict[str, str]) -> None:
    make_admission(room)
    with pytest.raises(IntegrityError):
        make_admission(room, **{"identity": "other-000000000000001", "name": "Other", **columns})

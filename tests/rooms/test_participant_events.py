"""What `participant_joined` and `participant_left` mean: connections, names that become free, strangers."""

import itertools
from datetime import timedelta

import pytest

from accounts.models import User
from meet import clock
from rooms.models import Admission, Meeting, Participation, Room, RoomStatus
from tests.conftest import Api
from tests.factories import make_admission, make_meeting, make_room, secret_of
from tests.livekit.wire import Twirp
from tests.rooms.events import came, happen, went
from tests.rooms.joining import joined

ANN = "ann-000000000000001"


@pytest.fixture
def admission(room: Room) -> Admission:
    """Ann, on her way in."""
    return make_admission(room, ANN, "Ann")


def is_free(room: Room, name: str = "ann") -> bool:
    return not Admission.objects.filter(room=room, released_at=None, name_key=name).exists()


# -- In and out ------------------------------------------------------------------------------------------------------


def test_somebody_comes_and_goes(room: Room, admission: Admission) -> None:
    happen("room_started", room)
    came(room, ANN)
    participation = Participation.objects.get()
    assert (participation.admission, participation.sid, participation.left_at) == (admission, "PA_1", None)
    assert not is_free(room)
    went(room, ANN)
    participation.refresh_from_db()
    assert participation.left_at is not None
    assert participation.reason == "client_initiated"
    assert is_free(room)


def test_a_meeting_that_we_have_not_heard_of_begins_with_its_first_participant(
    room: Room, admission: Admission
) -> None:
    came(room, ANN)
    assert Room.objects.get().status is RoomStatus.ACTIVE_MEETING
    happen("room_started", room)
    assert Meeting.objects.count() == 1


def test_somebody_with_two_connections_is_in_until_both_are_gone(room: Room, admission: Admission) -> None:
    came(room, ANN, connection="PA_1")
    came(room, ANN, connection="PA_2")
    went(room, ANN, connection="PA_1", disconnectReason="DUPLICATE_IDENTITY")
    assert not is_free(room)
    went(room, ANN, connection="PA_2")
    assert is_free(room)


def test_who_reconnects_keeps_name_and_admission(room: Room, admission: Admission) -> None:
    came(room, ANN, connection="PA_1")
    went(room, ANN, connection="PA_1")
    came(room, ANN, connection="PA_2")
    assert Participation.objects.filter(admission=admission).count() == 2
    assert not is_free(room)


def test_a_name_that_was_given_away_meanwhile_is_not_taken_back(room: Room, admission: Admission) -> None:
    came(room, ANN, connection="PA_1")
    went(room, ANN, connection="PA_1")
    heir = make_admission(room, "ann-000000000000002", "Ann")
    came(room, ANN, connection="PA_2")
    heir.refresh_from_db()
    assert heir.released_at is None
    assert Participation.objects.filter(sid="PA_2", left_at=None).exists()


def test_a_connection_that_never_became_one_ends_the_reservation(room: Room, admission: Admission) -> None:
    happen("room_started", room)
    happen("participant_connection_aborted", room, participant={"sid": "PA_1", "identity": ANN})
    assert is_free(room)
    assert Participation.objects.get().left_at is not None


@pytest.mark.parametrize("kind", ["EGRESS", "AGENT", "SIP", "INGRESS"])
def test_machines_are_nobody(room: Room, kind: str) -> None:
    happen("room_started", room)
    came(room, "EG_1", kind=kind)
    went(room, "EG_1", kind=kind)
    assert not Participation.objects.exists()
    assert not Admission.objects.exists()


def test_a_room_that_is_not_ours_has_nobody(db: None) -> None:
    for kind in ("participant_joined", "participant_left"):
        happen(kind, "nowhere-1", participant={"sid": "PA_1", "identity": ANN})
    assert not Admission.objects.exists()


# -- Twice, late, out of order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    sorted({order for size in (2, 3, 4) for order in itertools.product(("came", "went"), repeat=size)}),
    ids=" ".join,
)
def test_however_the_events_of_a_connection_arrive_it_is_one_connection(
    room: Room, admission: Admission, order: tuple[str, ...]
) -> None:
    happen("room_started", room)
    for event in order:
        (came if event == "came" else went)(room, ANN)
    participation = Participation.objects.get()
    has_left = "went" in order
    assert (participation.left_at is not None) is has_left
    assert is_free(room) is has_left


def test_who_came_to_a_meeting_that_is_over_is_not_in(room: Room, admission: Admission) -> None:
    happen("room_started", room)
    happen("room_finished", room)
    came(room, ANN)
    assert not Participation.objects.filter(left_at=None).exists()
    assert Room.objects.get().status is RoomStatus.OPEN


def test_a_left_from_the_run_before_frees_nobody_of_this_one(room: Room) -> None:
    first = make_admission(room, ANN, "Ann", issued_at=clock.now() - timedelta(minutes=1))
    came(room, ANN, connection="PA_1", sid="RM_1")
    happen("room_started", room, sid="RM_2")
    second = make_admission(room, "ann-000000000000002", "Ann")
    came(room, "ann-000000000000002", connection="PA_2", sid="RM_2")
    went(room, ANN, connection="PA_1", sid="RM_1")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.released_at is not None
    assert second.released_at is None


def test_connections_of_two_rooms_do_not_mix(room: Room, olga: User, admission: Admission) -> None:
    other = make_room(olga, "Other")
    make_admission(other, ANN, "Ann")
    came(room, ANN, connection="PA_1", sid="RM_1")
    came(other, ANN, connection="PA_2", sid="RM_2")
    went(other, ANN, connection="PA_2", sid="RM_2")
    assert not is_free(room)
    assert is_free(other)


# -- Whom we did not send --------------------------------------------------------------------------------------------


def test_somebody_sent_by_an_operators_tool_is_noted_without_rights_and_without_a_claim_to_the_name(
    room: Room,
) -> None:
    came(room, "robot")
    admission = Admission.objects.get()
    assert (admission.identity, admission.permissions, admission.badge) == ("robot", 0, "other")
    assert admission.released_at is not None
    assert Participation.objects.get().restricted_at is not None, "keeps the rights of its own token"


def test_a_name_of_any_length_comes_through(room: Room) -> None:
    came(room, "r" * 250, name="n" * 250)
    went(room, "r" * 250)
    assert Participation.objects.get().left_at is not None


def test_somebody_in_a_new_run_is_admitted_again_if_the_name_is_free(anonymous: Api, room: Room, twirp: Twirp) -> None:
    """The token outlives the meeting: who joins the next one with it is in."""
    twirp.lets_rooms_be_made()
    claims, _ = joined(anonymous, room, secret=secret_of(room), participantName="Ann")
    came(room, claims["sub"], connection="PA_1", sid="RM_1")
    happen("room_finished", room, sid="RM_1", at=int(clock.now().timestamp()) + 1)
    assert is_free(room)
    came(room, claims["sub"], connection="PA_2", sid="RM_2")
    assert not is_free(room)


def test_the_admission_that_counts_is_the_latest(room: Room) -> None:
    make_admission(room, ANN, "Ann", released_at=clock.now(), issued_at=clock.now() - timedelta(hours=1))
    latest = make_admission(room, ANN, "Ann again")
    came(room, ANN)
    assert Participation.objects.get().admission == latest


def test_two_connections_cannot_have_one_number(room: Room, admission: Admission) -> None:
    make_meeting(room)
    came(room, ANN)
    came(room, ANN)
    assert Participation.objects.count() == 1

"""PUT /internal-api/v1/meetings/<id>/participants/<identity>/role (rest-api.md 1.9, 7.3)."""

from typing import Any

import httpx
import pytest
from livekit.protocol import models

from accounts.models import User
from meet import clock
from rooms import telling
from rooms.models import Admission, Badge, Room
from rooms.permissions import ALL, NONE, SPEAKER_DEFAULT, Permission, to_object
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_admission, make_guest, make_room
from tests.livekit.wire import Twirp
from tests.rooms.events import came, happen, went
from tests.rooms.joining import holder
from tests.rooms.live import ANN, GET, SEND, UPDATE, has_everybody, in_meeting, is_due, signalled, told

QUIET = SPEAKER_DEFAULT & ~Permission.chatWrite


def change(api: Api, room: Room | str, action: Any = "upgrade", identity: str = ANN) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return api.put(f"/internal-api/v1/meetings/{room_id}/participants/{identity}/role", {"action": action})


@pytest.fixture
def moderator(room: Room) -> Api:
    """May promote, and nothing else."""
    return holder(jwts.craft(jwts.member_metadata(room.room_id, Permission.participantPromote)))


@pytest.fixture
def ann(room: Room) -> Admission:
    """A speaker who may not write in the chat."""
    return in_meeting(room, base_permissions=int(QUIET), permissions=int(QUIET))


def test_a_speaker_is_promoted(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    answer = change(moderator, room)
    assert answer.status_code == 200, answer.content
    message = f"Moderation action 'upgrade' applied to participant '{ANN}' in room '{room.room_id}'"
    assert answer.json() == {"message": message}
    ann.refresh_from_db()
    assert (ann.badge, ann.promoted, ann.permissions, ann.base_permissions) == ("moderator", True, int(ALL), int(QUIET))
    request, metadata = told(livekit[UPDATE])
    assert request.permission.can_publish_data is True
    assert request.permission.can_update_metadata is False
    assert metadata["badge"] == "moderator"
    assert metadata["isPromotedModerator"] is True
    assert metadata["permissions"] == to_object(ALL)
    assert metadata["originalPermissions"] == to_object(QUIET)
    assert signalled(livekit[SEND]) == {
        "topic": "meet_participant_role_updated",
        "to": [ANN],
        "roomId": room.room_id,
        "participantIdentity": ANN,
        "newBadge": "moderator",
    }
    assert not is_due(ann)


def test_a_promotion_adds_what_the_rooms_moderators_may(
    moderator: Api, room: Room, ann: Admission, twirp: Twirp
) -> None:
    has_everybody(twirp)
    Room.objects.update(moderator_permissions=int(Permission.meetingEnd))
    change(moderator, room)
    ann.refresh_from_db()
    assert ann.permissions == int(QUIET | Permission.meetingEnd)


def test_and_demoted_again(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    change(moderator, room)
    answer = change(moderator, room, "downgrade")
    assert answer.json()["message"].startswith("Moderation action 'downgrade' applied to")
    ann.refresh_from_db()
    assert (ann.badge, ann.promoted, ann.permissions) == ("other", False, int(QUIET))
    request, metadata = told(livekit[UPDATE])
    assert request.permission.can_publish_data is False
    assert (metadata["badge"], metadata["permissions"]) == ("other", to_object(QUIET))
    assert not {"originalPermissions", "isPromotedModerator"} & set(metadata)
    assert signalled(livekit[SEND])["newBadge"] == "other"


def test_the_promoted_may_at_once_what_moderators_may(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    grant = {"room": room.room_id, "roomJoin": True}
    own = holder(jwts.craft(jwts.member_metadata(room.room_id), sub=ANN, video=grant))
    bob = in_meeting(room, "bob-000000000000001", "Bob")
    assert change(own, room, identity=bob.identity).status_code == 403
    change(moderator, room)
    assert change(own, room, identity=bob.identity).status_code == 200
    change(moderator, room, "downgrade")
    assert change(own, room, "downgrade", identity=bob.identity).status_code == 403


def test_a_guest_is_known_by_either_id(moderator: Api, room: Room, twirp: Twirp) -> None:
    livekit = has_everybody(twirp)
    guest = make_guest(room)
    in_meeting(room, str(guest.public_id), "Gwen", member=guest)
    assert change(moderator, room, identity=str(guest.guest_id)).status_code == 200
    request, metadata = told(livekit[UPDATE])
    assert request.identity == metadata["memberId"] == guest.public_id
    assert str(guest.guest_id) not in request.metadata


# -- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("badge", [Badge.MODERATOR, Badge.OWNER, Badge.ADMIN])
def test_whoever_has_a_rank_is_not_promoted(moderator: Api, room: Room, twirp: Twirp, badge: Badge) -> None:
    livekit = has_everybody(twirp)
    in_meeting(room, badge=badge)
    answer = change(moderator, room)
    assert answer.status_code == 409
    message = (
        f"Participant '{ANN}' in room '{room.room_id}' cannot be promoted to moderator because they are not eligible "
        "for promotion"
    )
    assert answer.json() == {"error": "Participant Error", "message": message}
    assert not livekit[UPDATE].called
    assert not livekit[SEND].called


@pytest.mark.parametrize("badge", list(Badge))
def test_only_the_promoted_are_demoted(moderator: Api, room: Room, twirp: Twirp, badge: Badge) -> None:
    has_everybody(twirp)
    in_meeting(room, badge=badge)
    answer = change(moderator, room, "downgrade")
    assert answer.status_code == 409
    message = (
        f"Participant '{ANN}' in room '{room.room_id}' cannot be demoted because they are not a promoted moderator"
    )
    assert answer.json() == {"error": "Participant Error", "message": message}


def test_nobody_is_promoted_twice(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    assert [change(moderator, room).status_code for _ in range(2)] == [200, 409]


def test_whoever_is_not_there(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    twirp.refuses(GET, "not_found", status=404)
    answer = change(moderator, room)
    assert answer.status_code == 404
    message = f"Participant '{ANN}' not found in room '{room.room_id}'"
    assert answer.json() == {"error": "Participant Error", "message": message}
    ann.refresh_from_db()
    assert not ann.promoted


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("promote", "Invalid enum value. Expected 'upgrade' | 'downgrade', received 'promote'"),
        (5, "Expected 'upgrade' | 'downgrade', received number"),
    ],
)
def test_the_body_is_read_before_anybody_is_refused(room: Room, action: Any, message: str) -> None:
    nobody = holder(jwts.craft(jwts.member_metadata(room.room_id, NONE)))
    answer = change(nobody, "nowhere-1", action)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "action", "message": message}]


def test_order_of_refusals(moderator: Api, api: Api, as_user: AsUser, olga: User, room: Room, ann: Admission) -> None:
    assert change(moderator, "nowhere-1").status_code == 404
    speaker = holder(jwts.craft(jwts.member_metadata(room.room_id, ALL & ~Permission.participantPromote)))
    assert change(speaker, room, identity="nobody").status_code == 403
    other = make_room(olga, "Other")
    assert change(moderator, other).status_code == 403
    for client in (api, as_user(olga), Api({})):
        assert change(client, room, "nonsense").status_code == 401


def test_what_livekit_signed_again_promotes_nobody(room: Room, ann: Admission) -> None:
    grant = {"room": room.room_id, "roomJoin": True}
    token = jwts.craft(jwts.member_metadata(room.room_id), sub=ANN, video=grant)
    forged = {"iat": clock.to_ms(clock.now()), **jwts.member_metadata(room.room_id, ALL, badge="owner")}
    assert change(holder(jwts.resigned(token, forged)), room).status_code == 401
    assert change(holder(jwts.craft(forged, sub=ANN, video=grant)), room).status_code == 403


# -- LiveKit in trouble ----------------------------------------------------------------------------------------------


def test_with_livekit_away_nothing_changes(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    twirp.is_down()
    answer = change(moderator, room)
    assert answer.status_code == 503
    assert answer.json() == {"error": "LiveKit Error", "message": "LiveKit is not available"}
    ann.refresh_from_db()
    assert not ann.promoted


def test_livekit_lost_on_the_way_hears_of_it_later(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> None:
    has_everybody(twirp)
    twirp.raises(UPDATE, httpx.ConnectError("refused"))
    assert change(moderator, room).status_code == 503
    route = twirp.answers(UPDATE, models.ParticipantInfo())
    telling.restrict_newcomers(now=clock.now())
    assert told(route)[1]["badge"] == "moderator"


def test_a_failed_signal_is_an_error_though_the_role_has_changed(
    moderator: Api, room: Room, ann: Admission, twirp: Twirp
) -> None:
    has_everybody(twirp)
    twirp.raises(SEND, httpx.ConnectError("refused"))
    answer = change(moderator, room)
    assert answer.status_code == 500
    message = "Unexpected error while updating participant role"
    assert answer.json() == {"error": "Internal Server Error", "message": message}
    ann.refresh_from_db()
    assert ann.promoted


# -- For one meeting -------------------------------------------------------------------------------------------------


@pytest.fixture
def promoted(moderator: Api, room: Room, ann: Admission, twirp: Twirp) -> Api:
    """Ann, with her old token."""
    has_everybody(twirp)
    change(moderator, room)
    return holder(jwts.craft(jwts.member_metadata(room.room_id), sub=ANN, video={"room": room.room_id}))


def may_share(client: Api, room: Room) -> bool:
    return "moderatorUrl" in client.get(f"/api/v1/rooms/{room.room_id}").json()


def test_a_promotion_sleeps_while_nobody_is_there_and_holds_when_they_are_back(
    promoted: Api, room: Room, ann: Admission
) -> None:
    assert may_share(promoted, room)
    went(room, ANN, connection=f"PA_{ANN}")
    assert not may_share(promoted, room)
    came(room, ANN, connection="PA_2")
    assert may_share(promoted, room)


def test_a_promotion_ends_with_the_meeting(promoted: Api, room: Room, ann: Admission) -> None:
    happen("room_finished", room, at=int(clock.now().timestamp()) + 1)
    assert not may_share(promoted, room)
    came(room, ANN, connection="PA_2", sid="RM_next")
    assert not may_share(promoted, room)
    ann.refresh_from_db()
    assert (ann.promoted, ann.badge, ann.permissions) == (False, "other", int(QUIET))


def test_a_promotion_that_is_quicker_than_livekits_report_holds(moderator: Api, room: Room, twirp: Twirp) -> None:
    has_everybody(twirp)
    make_admission(room)
    assert change(moderator, room).status_code == 200
    came(room, ANN)
    admission = Admission.objects.get()
    assert (admission.promoted, admission.permissions) == (True, int(ALL))


# -- People of an operator's own tool --------------------------------------------------------------------------------


def test_people_whom_we_did_not_send_get_back_what_livekit_let_them_do(
    moderator: Api, room: Room, twirp: Twirp
) -> None:
    livekit = has_everybody(twirp)
    permission = models.ParticipantPermission(
        can_subscribe=True, can_publish=True, can_publish_sources=[models.TrackSource.CAMERA]
    )
    twirp.answers(GET, models.ParticipantInfo(identity="robot", name="Robot", permission=permission))
    assert change(moderator, room, "downgrade", identity="robot").status_code == 409
    assert change(moderator, room, identity="robot").status_code == 200
    request, metadata = told(livekit[UPDATE])
    assert request.permission.can_publish_data is True
    granted = {name for name, value in metadata["originalPermissions"].items() if value}
    assert granted == {"meetingJoin", "chatRead", "mediaPublishVideo"}
    assert change(moderator, room, "downgrade", identity="robot").status_code == 200
    request, _ = told(livekit[UPDATE])
    assert request.permission.can_publish_data is False
    assert list(request.permission.can_publish_sources) == [models.TrackSource.CAMERA]


def test_a_token_of_an_operators_tool_is_as_good_after_joining(room: Room, twirp: Twirp) -> None:
    """We note who came, but never gave them anything that we could take back."""
    grant = {"room": room.room_id, "roomJoin": True}
    robot = holder(jwts.craft(jwts.member_metadata(room.room_id, ALL), sub="robot", video=grant))
    came(room, "robot")
    assert may_share(robot, room)

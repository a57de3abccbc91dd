"""DELETE /api/v1/rooms/<id> without and with a meeting; the decisions themselves: test_deletion_decision.py."""

from typing import Any

import httpx
import pytest
from livekit.protocol import room as room_service

from accounts.models import User
from meet import clock
from meet.webhooks.models import Endpoint, Event
from recordings.models import Recording
from rooms.models import EndAction, Meeting, RecordingsPolicy, Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_recording, secret_of
from tests.livekit.wire import Twirp, sent

DELETE = "RoomService/DeleteRoom"


def address(room: Room, query: str = "") -> str:
    return f"/api/v1/rooms/{room.room_id}{query}"


def delete(api: Api, room: Room, query: str = "") -> tuple[int, dict[str, Any]]:
    answer = api.delete(address(room, query))
    content: dict[str, Any] = answer.json()
    return answer.status_code, content


def is_gone(api: Api, room: Room) -> bool:
    return bool(api.get(address(room)).status_code == 404)


# -- Without a meeting -----------------------------------------------------------------------------------------------


def test_an_empty_room_is_deleted(api: Api, room: Room) -> None:
    assert delete(api, room) == (
        200,
        {"successCode": "room_deleted", "message": f"Room '{room.room_id}' deleted successfully"},
    )
    assert is_gone(api, room)
    assert api.get("/api/v1/rooms").json()["rooms"] == []
    assert api.delete(address(room)).status_code == 404


def test_a_deleted_room_is_gone_for_everything(api: Api, anonymous: Api, room: Room) -> None:
    body = {"secret": secret_of(room)}
    delete(api, room)
    answer = anonymous.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", body)
    assert answer.status_code == 404
    assert answer.json()["message"] == f"Room '{room.room_id}' does not exist"


def test_what_is_deleted_leaves_a_tombstone_for_the_purge(api: Api, room: Room) -> None:
    delete(api, room)
    assert Room.with_deleted.get().deleted_at is not None


@pytest.mark.parametrize("meeting_policy", ["force", "when_meeting_ends", "fail"])
def test_recordings_stand_in_the_way_unless_something_is_said_about_them(
    api: Api, room: Room, meeting_policy: str
) -> None:
    make_recording(room)
    assert delete(api, room, f"?withMeeting={meeting_policy}") == (
        409,
        {
            "error": "room_has_recordings",
            "message": f"Room '{room.room_id}' cannot be deleted because it has recordings.",
        },
    )
    assert not is_gone(api, room)


def test_recordings_go_with_the_room_by_force(api: Api, room: Room) -> None:
    make_recording(room)
    assert delete(api, room, "?withRecordings=force") == (
        200,
        {
            "successCode": "room_and_recordings_deleted",
            "message": f"Room '{room.room_id}' and its recordings deleted successfully",
        },
    )
    assert is_gone(api, room)


def test_a_room_with_recordings_can_be_closed_instead(api: Api, room: Room) -> None:
    make_recording(room)
    status, content = delete(api, room, "?withRecordings=close")
    assert status == 200
    assert content["successCode"] == "room_closed"
    assert content["message"] == f"Room '{room.room_id}' has been closed instead of deleted because it has recordings"
    assert content["room"]["status"] == "closed"
    assert content["room"]["_extraFields"] == ["config", "roles"]
    assert api.get(address(room)).json()["status"] == "closed"
    assert Recording.objects.count() == 1


def test_recordings_that_were_deleted_do_not_count(api: Api, room: Room) -> None:
    make_recording(room, deleted_at=clock.now())
    assert delete(api, room)[1]["successCode"] == "room_deleted"


def test_the_closed_room_in_the_answer_obeys_fields(api: Api, room: Room) -> None:
    make_recording(room)
    _, content = delete(api, room, "?withRecordings=close&fields=status")
    assert content["room"] == {"status": "closed", "_extraFields": ["config", "roles"]}


def test_permissions_in_the_answer_are_spelt_the_current_way_only(api: Api, room: Room) -> None:
    make_recording(room)
    answer = api.delete(address(room, "?withRecordings=close&extraFields=roles"))
    assert len(answer.json()["room"]["roles"]["speaker"]["permissions"]) == 16
    assert "Deprecation" not in answer


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        (
            "?withMeeting=kill",
            "withMeeting",
            "Invalid enum value. Expected 'force' | 'when_meeting_ends' | 'fail', received 'kill'",
        ),
        (
            "?withRecordings=keep",
            "withRecordings",
            "Invalid enum value. Expected 'force' | 'close' | 'fail', received 'keep'",
        ),
    ],
)
def test_a_policy_must_be_one_of_the_contracts(api: Api, room: Room, query: str, field: str, message: str) -> None:
    status, content = delete(api, room, query)
    assert status == 422
    assert content["details"] == [{"field": field, "message": message}]
    assert not is_gone(api, room)


def test_an_id_that_cannot_be_one_is_refused_without_naming_a_field(api: Api) -> None:
    answer = api.delete("/api/v1/rooms/" + "x" * 101)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "", "message": "roomId cannot exceed 100 characters"}]


def test_a_stranger_cannot_delete_and_learns_so_only_of_rooms_that_exist(
    as_user: AsUser, stella: User, room: Room
) -> None:
    assert as_user(stella).delete(address(room)).status_code == 403
    assert as_user(stella).delete("/api/v1/rooms/nowhere-1").status_code == 404


# -- With a meeting --------------------------------------------------------------------------------------------------


def test_a_meeting_stands_in_the_way(api: Api, room: Room) -> None:
    make_meeting(room)
    assert delete(api, room) == (
        409,
        {
            "error": "room_has_active_meeting",
            "message": f"Room '{room.room_id}' cannot be deleted because it has an active meeting.",
        },
    )


def test_a_deletion_can_wait_for_the_end_of_the_meeting(api: Api, room: Room) -> None:
    make_meeting(room)
    status, content = delete(api, room, "?withMeeting=when_meeting_ends&withRecordings=force")
    assert status == 202
    assert content["successCode"] == "room_with_active_meeting_scheduled_to_be_deleted"
    assert (content["room"]["status"], content["room"]["meetingEndAction"]) == ("active_meeting", "delete")
    stored = Room.objects.get()
    assert (stored.on_meeting_end, stored.on_meeting_end_recordings) == (EndAction.DELETE, RecordingsPolicy.FORCE)


def test_a_forced_deletion_ends_the_meeting_and_shows_the_room_until_it_is_over(
    api: Api, room: Room, twirp: Twirp
) -> None:
    meeting = make_meeting(room)
    route = twirp.answers(DELETE, room_service.DeleteRoomResponse())
    assert delete(api, room, "?withMeeting=force") == (
        200,
        {
            "successCode": "room_with_active_meeting_deleted",
            "message": f"Room '{room.room_id}' with active meeting deleted successfully",
        },
    )
    assert sent(route, room_service.DeleteRoomRequest).room == room.room_id
    content = api.get(address(room)).json()
    assert (content["status"], content["meetingEndAction"]) == ("active_meeting", "delete")
    meeting.refresh_from_db()
    assert meeting.end_requested_at is not None


def test_a_meeting_that_livekit_does_not_know_is_over_at_once(api: Api, room: Room, twirp: Twirp) -> None:
    make_meeting(room)
    twirp.refuses(DELETE, "not_found", status=404)
    assert delete(api, room, "?withMeeting=force")[0] == 200
    assert is_gone(api, room)
    assert Meeting.objects.get().ended_at is not None


@pytest.mark.parametrize("code", [None, "unavailable", "internal", "unauthenticated"])
def test_with_livekit_out_of_reach_or_unwilling_the_wish_is_kept(
    api: Api, room: Room, twirp: Twirp, code: str | None
) -> None:
    make_meeting(room)
    if code is None:
        twirp.raises(DELETE, httpx.ConnectTimeout("slow"))
    else:
        twirp.refuses(DELETE, code)
    assert delete(api, room, "?withMeeting=force")[0] == 200
    assert Meeting.objects.get().end_requested_at is not None
    assert Room.objects.get().on_meeting_end == EndAction.DELETE


def test_a_forced_end_can_leave_a_closed_room_with_its_recordings(api: Api, room: Room, twirp: Twirp) -> None:
    make_meeting(room)
    make_recording(room)
    twirp.refuses(DELETE, "not_found", status=404)
    status, content = delete(api, room, "?withMeeting=force&withRecordings=close")
    assert (status, content["successCode"]) == (200, "room_with_active_meeting_closed")
    assert content["room"]["status"] == api.get(address(room)).json()["status"] == "closed"


@pytest.mark.parametrize(("query", "count"), [("", 0), ("?withMeeting=force", 1)])
def test_webhooks_tell_of_the_meetings_end_and_of_nothing_else(
    api: Api, room: Room, twirp: Twirp, query: str, count: int
) -> None:
    Endpoint.objects.create(url="http://hooks.example/", enabled=True, created_at=clock.now())
    if count:
        make_meeting(room)
    twirp.refuses(DELETE, "not_found", status=404)
    assert delete(api, room, query)[0] == 200
    assert Event.objects.filter(kind="meetingEnded").count() == Event.objects.count() == count

"""DELETE /api/v1/rooms?roomIds=…: many at once, each by the rules of one alone (test_delete_room_api.py)."""

import time
from typing import Any

import httpx
import pytest
from django.db import connection
from livekit.protocol import room as room_service
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from meet import clock
from recordings.models import Recording
from rooms.models import EndAction, Meeting, RecordingsPolicy, Room
from tests.conftest import Api, AsUser
from tests.factories import make_meeting, make_member, make_recording, make_room
from tests.livekit.wire import Twirp

DELETE = "RoomService/DeleteRoom"
ALL_DONE = "All rooms successfully processed for deletion"


def delete(api: Api, *rooms: Room | str, query: str = "") -> tuple[int, dict[str, Any]]:
    ids = ",".join(room if isinstance(room, str) else room.room_id for room in rooms)
    answer = api.delete(f"/api/v1/rooms?roomIds={ids}{query}")
    content: dict[str, Any] = answer.json()
    return answer.status_code, content


def remaining() -> set[str]:
    return set(Room.objects.values_list("name", flat=True))


@pytest.fixture
def kinds(olga: User) -> dict[str, Room]:
    """One room of each kind that the decision tells apart."""
    rooms = {name: make_room(olga, name) for name in ("empty", "recorded", "live", "both")}
    make_recording(rooms["recorded"])
    make_recording(rooms["both"])
    make_meeting(rooms["live"], sid="RM_live")
    make_meeting(rooms["both"], sid="RM_both")
    return rooms


# -- Success ---------------------------------------------------------------------------------------------------------


def test_rooms_are_deleted_and_reported_in_the_order_in_which_they_were_named(api: Api, olga: User) -> None:
    rooms = [make_room(olga, f"Room {number}") for number in (3, 1, 2)]
    entries = [
        {
            "roomId": room.room_id,
            "successCode": "room_deleted",
            "message": f"Room '{room.room_id}' deleted successfully",
        }
        for room in rooms
    ]
    assert delete(api, *rooms) == (200, {"message": ALL_DONE, "deleted": entries, "failed": []})
    assert Room.with_deleted.exclude(deleted_at=None).count() == 3
    assert api.get(f"/api/v1/rooms/{rooms[0].room_id}").status_code == 404


def test_what_is_scheduled_counts_as_success_and_is_200(api: Api, kinds: dict[str, Room]) -> None:
    status, content = delete(api, *kinds.values(), query="&withMeeting=when_meeting_ends&withRecordings=close")
    assert (status, content["failed"]) == (200, [])
    found = {entry["roomId"]: entry for entry in content["deleted"]}
    codes = {name: found[room.room_id]["successCode"] for name, room in kinds.items()}
    assert codes == {
        "empty": "room_deleted",
        "recorded": "room_closed",
        "live": "room_with_active_meeting_scheduled_to_be_deleted",
        "both": "room_with_active_meeting_scheduled_to_be_closed",
    }
    shown = {
        name: (found[room.room_id]["room"]["status"], found[room.room_id]["room"]["meetingEndAction"])
        for name, room in kinds.items()
        if "room" in found[room.room_id]
    }
    assert shown == {
        "recorded": ("closed", "none"),
        "live": ("active_meeting", "delete"),
        "both": ("active_meeting", "close"),
    }
    for name, room in kinds.items():
        if name != "empty":
            alone = api.get(f"/api/v1/rooms/{room.room_id}").json()
            assert alone == found[room.room_id]["room"]
    stored = Room.objects.get(name="live")
    assert (stored.on_meeting_end, stored.on_meeting_end_recordings) == (EndAction.DELETE, RecordingsPolicy.CLOSE)


def test_rooms_in_the_answer_obey_fields_and_name_permissions_the_current_way(api: Api, kinds: dict[str, Room]) -> None:
    _, content = delete(api, kinds["recorded"], query="&withRecordings=close&fields=status&extraFields=roles")
    [entry] = content["deleted"]
    assert set(entry) == {"roomId", "successCode", "message", "room"}
    assert set(entry["room"]) == {"status", "roles", "_extraFields"}
    assert len(entry["room"]["roles"]["speaker"]["permissions"]) == 16


def test_recordings_go_along_by_force(api: Api, kinds: dict[str, Room]) -> None:
    assert delete(api, kinds["empty"], kinds["recorded"], query="&withRecordings=force")[0] == 200
    assert Recording.objects.count() == 1, "that of the other room"
    assert remaining() == {"live", "both"}


def test_an_id_named_twice_or_with_odd_characters_is_one(api: Api, room: Room) -> None:
    status, content = delete(api, room.room_id, f" {room.room_id}!", "", "%20", room)
    assert status == 200
    assert [entry["roomId"] for entry in content["deleted"]] == [room.room_id]


# -- Failure ---------------------------------------------------------------------------------------------------------


def test_what_cannot_be_deleted_does_not_keep_the_others(
    as_user: AsUser, olga: User, stella: User, kinds: dict[str, Room]
) -> None:
    foreign = make_room(stella, "foreign")
    gone = make_room(olga, "gone", deleted_at=clock.now())
    both, live = kinds["both"].room_id, kinds["live"].room_id
    status, content = delete(as_user(olga), "nowhere-1", foreign, *kinds.values(), gone)
    assert status == 400
    assert [entry["roomId"] for entry in content["deleted"]] == [kinds["empty"].room_id]
    assert list(content) == ["message", "deleted", "failed"]
    assert content["message"] == "6 room(s) failed to process while deleting"
    assert content["failed"] == [
        {"roomId": "nowhere-1", "error": "Room Error", "message": "Room 'nowhere-1' does not exist"},
        {
            "roomId": foreign.room_id,
            "error": "Authorization Error",
            "message": "Insufficient permissions to access this resource",
        },
        {
            "roomId": kinds["recorded"].room_id,
            "error": "room_has_recordings",
            "message": f"Room '{kinds['recorded'].room_id}' cannot be deleted because it has recordings.",
        },
        {
            "roomId": live,
            "error": "room_has_active_meeting",
            "message": f"Room '{live}' cannot be deleted because it has an active meeting.",
        },
        {
            "roomId": both,
            "error": "room_with_recordings_has_active_meeting",
            "message": f"Room '{both}' with recordings cannot be deleted because it has an active meeting.",
        },
        {"roomId": gone.room_id, "error": "Room Error", "message": f"Room '{gone.room_id}' does not exist"},
    ]
    assert remaining() == {"recorded", "live", "both", "foreign"}


def test_a_manager_who_is_a_member_deletes_nothing(as_user: AsUser, room: Room, stella: User) -> None:
    make_member(room, stella)
    status, content = delete(as_user(stella), room)
    assert (status, content["deleted"]) == (400, [])
    assert remaining() == {room.name}


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "roomIds", "At least one valid roomId is required after sanitization"),
        ("roomIds=", "roomIds", "At least one valid roomId is required after sanitization"),
        ("roomIds=,%20,!", "roomIds", "At least one valid roomId is required after sanitization"),
        ("roomIds=a&roomIds=b", "roomIds", "Expected string, received array"),
        (
            "roomIds=a&withMeeting=kill",
            "withMeeting",
            "Invalid enum value. Expected 'force' | 'when_meeting_ends' | 'fail', received 'kill'",
        ),
        (
            "roomIds=a&withRecordings=",
            "withRecordings",
            "Invalid enum value. Expected 'force' | 'close' | 'fail', received ''",
        ),
        ("roomIds=a&dryRun=1", "dryRun", "Expected boolean, received string"),
        ("roomIds=a&fields=status&fields=roomId", "fields", "Expected string, received array"),
    ],
)
def test_a_wrong_question_is_refused_and_nothing_happens(
    api: Api, room: Room, query: str, field: str, message: str
) -> None:
    answer = api.delete(f"/api/v1/rooms?{query}".replace("roomIds=a", f"roomIds={room.room_id}", 1))
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]
    assert remaining() == {room.name}


# -- Meetings --------------------------------------------------------------------------------------------------------


def test_force_ends_meetings_and_shows_the_rooms_until_they_are_over(
    api: Api, kinds: dict[str, Room], twirp: Twirp
) -> None:
    route = twirp.answers(DELETE, room_service.DeleteRoomResponse())
    status, content = delete(api, *kinds.values(), query="&withMeeting=force&withRecordings=force")
    assert status == 200
    assert {entry["successCode"] for entry in content["deleted"]} == {
        "room_deleted",
        "room_and_recordings_deleted",
        "room_with_active_meeting_deleted",
        "room_with_active_meeting_and_recordings_deleted",
    }
    assert route.call_count == 2
    assert remaining() == {"live", "both"}
    assert Meeting.objects.filter(end_requested_at=None).count() == 0


def test_a_room_whose_meeting_livekit_does_not_know_is_shown_as_it_is_then(
    api: Api, kinds: dict[str, Room], twirp: Twirp
) -> None:
    twirp.refuses(DELETE, "not_found", status=404)
    _, content = delete(api, kinds["live"], kinds["both"], query="&withMeeting=force&withRecordings=close")
    assert content["deleted"][1]["room"]["status"] == "closed"
    assert remaining() == {"recorded", "empty", "both"}


def test_with_livekit_out_of_reach_the_wishes_stay_and_nobody_waits_for_each(
    api: Api, kinds: dict[str, Room], twirp: Twirp
) -> None:
    route = twirp.raises(DELETE, httpx.ConnectTimeout("slow"))
    assert delete(api, kinds["live"], kinds["both"], query="&withMeeting=force&withRecordings=force")[0] == 200
    assert route.call_count == 1
    assert Meeting.objects.filter(end_requested_at=None).count() == 0
    assert set(Room.objects.values_list("name", "on_meeting_end")) >= {("live", "delete"), ("both", "delete")}


# -- Rehearsal (ours) ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meeting", ["fail", "when_meeting_ends", "force"])
@pytest.mark.parametrize("recordings", ["fail", "close", "force"])
def test_a_rehearsal_says_what_would_happen_and_does_nothing(
    api: Api, kinds: dict[str, Room], twirp: Twirp, meeting: str, recordings: str
) -> None:
    twirp.answers(DELETE, room_service.DeleteRoomResponse())
    before = list(Room.with_deleted.order_by("pk").values()), list(Meeting.objects.values())
    query = f"&withMeeting={meeting}&withRecordings={recordings}"
    status, rehearsed = delete(api, *kinds.values(), "nowhere-1", query=f"{query}&dryRun=true")
    assert (list(Room.with_deleted.order_by("pk").values()), list(Meeting.objects.values())) == before
    assert Recording.objects.count() == 2
    assert rehearsed.pop("dryRun") is True
    assert (status, rehearsed) == delete(api, *kinds.values(), "nowhere-1", query=f"{query}&dryRun=false")


# -- Cost ------------------------------------------------------------------------------------------------------------


def test_a_hundred_rooms_take_no_more_queries_than_ten(
    api: Api, olga: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    api.get("/api/v1/rooms")  # notes that the key was used, once a minute
    for count in (10, 100):
        rooms = [make_room(olga, f"Room {number}") for number in range(count)]
        with django_assert_max_num_queries(13):
            assert delete(api, *rooms)[0] == 200


def test_a_hundred_rooms_are_deleted_quickly(api: Api, olga: User) -> None:
    """400 ms are wanted on an idle machine; the bound here only notices a query for each room."""
    rooms = [make_room(olga, f"Room {number}") for number in range(100)]
    for room in rooms[:50]:
        make_recording(room)
    began = time.perf_counter()
    status, content = delete(api, *rooms, query="&withRecordings=force")
    took = time.perf_counter() - began
    assert (status, len(content["deleted"])) == (200, 100)
    assert took < 2, f"{took:.3f} s on {connection.vendor}"


def test_more_than_a_batch_is_processed_whole(api: Api, olga: User) -> None:
    rooms = [make_room(olga, "Room") for _ in range(105)]
    status, content = delete(api, *rooms)
    assert (status, len(content["deleted"])) == (200, 105)
    assert not remaining()

"""GET /api/v1/recordings: whose, which, in which order, page by page (rest-api.md 0.5, 1.8, 5.7)."""

import base64
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import ApiKey, Role, Scope, User
from meet import clock
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, MeetingRole, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_member, make_recording, make_room, make_user
from tests.recordings.doors import FORBIDDEN, RECORDINGS, holder, ticket

NOW = clock.now()
SORTS = ("startDate", "roomName", "duration", "size")
NO_LIST = SPEAKER_DEFAULT & ~Permission.recordingList


def listed(api: Api, query: str = "", **headers: str) -> dict[str, Any]:
    answer = api.get(f"{RECORDINGS}?{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    content: dict[str, Any] = answer.json()
    return content


def ids(content: dict[str, Any]) -> list[str]:
    return [one["recordingId"] for one in content["recordings"]]


def all_pages(api: Api, query: str) -> list[str]:
    found: list[str] = []
    token = ""
    while True:
        content = listed(api, f"{query}&nextPageToken={token}" if token else query)
        found += ids(content)
        if not content["pagination"]["isTruncated"]:
            return found
        token = content["pagination"]["nextPageToken"]


def in_order(recordings: Iterable[Recording], sort: str, order: str) -> list[str]:
    """As the contract sorts: those without a value first upwards, last downwards, ties by age."""

    def key(one: Recording) -> tuple[bool, Any, int]:
        values: dict[str, Any] = {
            "startDate": one.started_at,
            "roomName": one.room_name_key,
            "duration": one.duration,
            "size": one.size,
        }
        return (values[sort] is not None, values[sort] or 0, one.pk)

    rows = sorted(recordings, key=key, reverse=order == "desc")
    return [str(one.recording_id) for one in rows]


def make_some(room: Room, count: int = 3, *, since: datetime = NOW) -> list[Recording]:
    """Some begin together, some have no figures."""
    return [
        make_recording(
            room,
            started_at=since + timedelta(seconds=number // 2),
            duration=None if number == 1 else 60.5 * (number % 2),
            size=None if number == 1 else 1000 * (number % 2 + 1),
        )
        for number in range(count)
    ]


# -- One entry -------------------------------------------------------------------------------------------------------


def test_an_entry_is_the_recording(api: Api, room: Room) -> None:
    recording = make_recording(room, started_at=NOW, ended_at=NOW + timedelta(seconds=9), duration=8.75, size=1234)
    content = listed(api)
    assert list(content) == ["recordings", "pagination"]
    assert content["pagination"] == {"isTruncated": False, "maxItems": 10}
    assert content["recordings"] == [
        {
            "recordingId": recording.recording_id,
            "roomId": room.room_id,
            "roomName": "Weekly stand-up",
            "status": "complete",
            "layout": "grid",
            "encoding": "H264_720P_30",
            "filename": recording.filename,
            "startDate": clock.to_ms(NOW),
            "endDate": clock.to_ms(NOW) + 9000,
            "duration": 8.75,
            "size": 1234,
            "details": "",
        }
    ]


def test_query_and_header_choose_the_keys(api: Api, room: Room) -> None:
    make_recording(room)
    [found] = listed(api, "fields=roomName,nonsense", **{"X-Fields": "status"})["recordings"]
    assert found == {"roomName": "Weekly stand-up", "status": "complete"}


def test_what_is_deleted_or_never_began_is_not_listed(api: Api, room: Room) -> None:
    make_recording(room, deleted_at=NOW)
    make_recording(room, status=RecordingStatus.FAILED, egress_id=None, recording_id=None)
    assert listed(api)["recordings"] == []


# -- Filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(RecordingStatus))
def test_each_status_selects_its_recordings(api: Api, olga: User, status: RecordingStatus) -> None:
    by_status = {one: make_recording(make_room(olga), status=one) for one in RecordingStatus}
    assert ids(listed(api, f"status={status}")) == [by_status[status].recording_id]


def test_a_room_is_named_by_its_id_or_else_by_its_exact_name(api: Api, room: Room, olga: User) -> None:
    mine = make_recording(room)
    namesake = make_recording(make_room(olga, "Weekly stand-up"))
    make_recording(make_room(olga, "Weekly"))
    assert ids(listed(api, f"roomId={room.room_id}")) == [mine.recording_id]
    assert set(ids(listed(api, f"roomId={quote('Weekly stand-up')}"))) == {mine.recording_id, namesake.recording_id}
    assert listed(api, f"roomId={quote('weekly stand-up')}")["recordings"] == []
    assert listed(api, "roomId=nowhere-1")["recordings"] == []


def test_a_room_that_is_called_as_another_ones_id_is_not_meant(api: Api, room: Room, olga: User) -> None:
    mine = make_recording(room)
    make_recording(make_room(olga, room.room_id))
    assert ids(listed(api, f"roomId={room.room_id}")) == [mine.recording_id]


def test_names_of_other_alphabets_are_compared_as_sent(api: Api, olga: User) -> None:
    recording = make_recording(make_room(olga, "Комната 🎉"))
    assert ids(listed(api, f"roomId={quote('Комната 🎉')}")) == [recording.recording_id]


def test_a_room_makes_its_name_meaningless(api: Api, room: Room) -> None:
    recording = make_recording(room)
    for name in ("roomName=Other", "roomName=(&roomNameMatchMode=regex"):
        assert ids(listed(api, f"roomId={room.room_id}&{name}")) == [recording.recording_id]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("roomName=Daily", {"Daily"}),
        ("roomName=daily", set()),
        ("roomName=daily&roomNameCaseInsensitive=true", {"Daily"}),
        ("roomName=Dai&roomNameMatchMode=prefix", {"Daily", "Daily two"}),
        ("roomName=two&roomNameMatchMode=partial", {"Daily two"}),
        ("roomName=^D.*y$&roomNameMatchMode=regex", {"Daily"}),
        ("roomName=", {"Daily", "Daily two", "Board"}),
    ],
)
def test_names_match_as_the_mode_says(api: Api, olga: User, query: str, names: set[str]) -> None:
    for name in ("Daily", "Daily two", "Board"):
        make_recording(make_room(olga, name))
    assert {one["roomName"] for one in listed(api, query)["recordings"]} == names


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("roomId=", "roomId", "roomId cannot be empty after sanitization"),
        ("roomId=" + "x" * 101, "roomId", "roomId cannot exceed 100 characters"),
        ("roomName=(&roomNameMatchMode=regex", "roomName", "Invalid regular expression pattern"),
        ("maxItems=0", "maxItems", "maxItems must be a positive number"),
        (
            "sortField=status",
            "sortField",
            "Invalid enum value. Expected 'startDate' | 'roomName' | 'duration' | 'size', received 'status'",
        ),
        (
            "status=over",
            "status",
            "Invalid enum value. Expected "
            + " | ".join(f"'{status}'" for status in RecordingStatus)
            + ", received 'over'",
        ),
        ("fields=status&fields=size", "fields", "Expected string, received array"),
        ("nextPageToken=x", "nextPageToken", "Invalid page token"),
    ],
)
def test_a_wrong_question_is_refused(api: Api, db: None, query: str, field: str, message: str) -> None:
    answer = api.get(f"{RECORDINGS}?{query}")
    assert answer.status_code == 422
    [issue] = answer.json()["details"]
    assert issue == {"field": field, "message": message}


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("size", 2**63), ("size", 1.5), ("size", "x"), ("duration", 5), ("duration", "x"), ("duration", True),
        ("startDate", 10**30), ("roomName", None), ("roomName", 5),
    ],
)  # fmt: skip
def test_a_token_for_another_order_is_refused(api: Api, room: Room, sort: str, value: Any) -> None:
    forged = base64.urlsafe_b64encode(json.dumps({"fieldValue": value, "id": 1}).encode()).decode()
    assert api.get(f"{RECORDINGS}?sortField={sort}&nextPageToken={quote(forged)}").status_code == 422


# -- Pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("size", [1, 3, 11])
def test_pages_lose_and_repeat_nothing(api: Api, olga: User, sort: str, order: str, size: int) -> None:
    recordings = [one for name in ("beta", "Alpha", "alpha") for one in make_some(make_room(olga, name), 4)]
    query = f"sortField={sort}&sortOrder={order}&maxItems={size}&fields=recordingId"
    assert all_pages(api, query) == in_order(recordings, sort, order)


def test_a_filter_holds_on_every_page(api: Api, room: Room, olga: User) -> None:
    recordings = make_some(room, 7)
    make_some(make_room(olga, "Other"), 7)
    failed = make_recording(room, status=RecordingStatus.FAILED)
    found = all_pages(api, f"roomId={room.room_id}&status=complete&maxItems=2")
    assert found == in_order(recordings, "startDate", "desc")
    assert failed.recording_id not in found


# -- Visibility ------------------------------------------------------------------------------------------------------


def populate(olga: User, stella: User, max_: User) -> dict[str, list[Recording]]:
    """Recordings by why somebody sees them; of some rooms for several reasons at once."""
    invited, barred = make_room(stella, "member"), make_room(stella, "barred", user_access=True)
    shared_and_invited = make_room(stella, "both", user_access=True)
    for user in (olga, max_):
        make_member(invited, user)
        make_member(shared_and_invited, user)
        make_member(barred, user, permissions=NO_LIST)
    rooms = {
        "own": make_room(olga, "own"),
        "own and shared": make_room(olga, "own and shared", user_access=True),
        "own, for nobody else": make_room(olga, "private", speaker_permissions=int(NO_LIST), user_access=True),
        "member": invited,
        "member and shared": shared_and_invited,
        "member, but barred": barred,
        "shared": make_room(stella, "shared", user_access=True),
        "shared, but not listed": make_room(stella, "unlisted", user_access=True, speaker_permissions=int(NO_LIST)),
        "foreign": make_room(stella, "foreign"),
    }
    return {
        kind: make_some(room, since=NOW + clock.MILLISECOND * index) for index, (kind, room) in enumerate(rooms.items())
    }


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_manager_sees_those_of_their_rooms_of_invitations_and_of_open_rooms_on_every_page(
    as_user: AsUser, olga: User, stella: User, max_: User, sort: str, order: str
) -> None:
    recordings = populate(olga, stella, max_)
    hidden = {"member, but barred", "shared, but not listed", "foreign"}
    visible = [one for kind, some in recordings.items() if kind not in hidden for one in some]
    found = all_pages(as_user(olga), f"maxItems=4&sortField={sort}&sortOrder={order}")
    assert found == in_order(visible, sort, order)


def test_a_member_sees_those_of_invitations_and_of_open_rooms_on_every_page(
    as_user: AsUser, olga: User, stella: User, max_: User
) -> None:
    recordings = populate(olga, stella, max_)
    seen = ("own and shared", "member", "member and shared", "shared")
    visible = [one for kind in seen for one in recordings[kind]]
    assert all_pages(as_user(max_), "maxItems=4") == in_order(visible, "startDate", "desc")


def test_filters_add_to_what_one_sees(as_user: AsUser, olga: User, stella: User, max_: User) -> None:
    recordings = populate(olga, stella, max_)
    caller = as_user(max_)
    foreign = recordings["foreign"][0].room
    assert listed(caller, f"roomId={foreign.room_id}")["recordings"] == []
    assert listed(caller, "roomName=foreign")["recordings"] == []
    assert len(listed(caller, "roomName=shared")["recordings"]) == 3


def test_administrators_and_keys_see_everything(
    api: Api, as_user: AsUser, admin: User, olga: User, stella: User, max_: User
) -> None:
    everything = [one for some in populate(olga, stella, max_).values() for one in some]
    expected = in_order(everything, "startDate", "desc")
    assert all_pages(api, "maxItems=7") == all_pages(as_user(admin), "maxItems=7") == expected


def test_a_key_needs_the_scope(admin: User, room: Room) -> None:
    make_recording(room)
    for scope, status in ((Scope.RECORDINGS_READ, 200), (Scope.RECORDINGS_WRITE, 403), (Scope.ROOMS_READ, 403)):
        key = Api({"X-API-KEY": ApiKey.issue(name="k", scopes=[scope], by=admin, now=clock.now())[1]})
        assert key.get(RECORDINGS).status_code == status


def test_a_member_does_not_see_those_of_what_they_own(as_user: AsUser, max_: User) -> None:
    """Who lost the manager's role is left with invitations."""
    make_recording(make_room(max_))
    assert listed(as_user(max_))["recordings"] == []


# -- Tokens ----------------------------------------------------------------------------------------------------------


def test_a_token_lists_its_room_whichever_is_asked_for(room: Room, olga: User) -> None:
    mine = make_recording(room)
    other = make_recording(make_room(olga, "Other"))
    client = holder(room)
    for query in ("", f"roomId={other.room.room_id}", "roomId=Other", f"roomId={room.room_id}"):
        assert ids(listed(client, query)) == [mine.recording_id]
    assert listed(client, "status=active")["recordings"] == []


def test_a_token_that_lists_none_is_refused(room: Room) -> None:
    answer = holder(room, ALL & ~Permission.recordingList).get(RECORDINGS)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


def test_a_token_decides_though_its_holder_is_somebody(as_user: AsUser, room: Room, admin: User) -> None:
    make_recording(room)
    headers = ticket(room, ALL & ~Permission.recordingList)
    assert as_user(admin).get(RECORDINGS, headers=headers).status_code == 403


# -- Cost ------------------------------------------------------------------------------------------------------------


def test_queries_do_not_grow_with_rows(
    as_user: AsUser,
    olga: User,
    stella: User,
    max_: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    populate(olga, stella, max_)
    caller = as_user(olga)
    with django_assert_max_num_queries(5):
        assert len(listed(caller, "maxItems=50")["recordings"]) == 18
    for _ in range(2):
        populate(
            make_user(f"owner_{User.objects.count()}", role=Role.ROOM_MANAGER),
            make_user(f"other_{User.objects.count()}", role=Role.ROOM_MANAGER),
            olga,
        )
    with django_assert_max_num_queries(5):
        assert len(listed(caller, "maxItems=50")["recordings"]) > 30


def test_a_key_needs_one_query_beside_its_own(
    api: Api, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_some(make_room(olga))
    listed(api)  # notes that the key was used, once a minute
    with django_assert_num_queries(2):
        assert len(listed(api, "maxItems=20")["recordings"]) == 15


def test_a_member_by_role_lists_what_the_role_may(as_user: AsUser, room: Room, max_: User) -> None:
    make_recording(room)
    member = make_member(room, max_, role=MeetingRole.MODERATOR)
    assert len(listed(as_user(max_))["recordings"]) == 1
    member.effective_permissions = int(NO_LIST)
    member.save()
    assert listed(as_user(max_))["recordings"] == []

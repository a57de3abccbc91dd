"""GET /api/v1/rooms: what may be asked for, and how a wrong question is answered."""

import base64
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from accounts.models import User
from meet import clock
from rooms.models import Room
from tests.conftest import Api
from tests.factories import make_meeting, make_room

ROOMS = "/api/v1/rooms"
BASE_KEYS = {
    "roomId", "roomName", "owner", "creationDate", "access", "status", "rolesUpdatedAt", "meetingEndAction",
    "anonymous", "accessUrl", "moderatorUrl", "speakerUrl",
}  # fmt: skip


def rooms(api: Api, query: str = "", **headers: str) -> list[dict[str, Any]]:
    answer = api.get(f"{ROOMS}?{query}", headers=headers)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["rooms"]
    return found


def problems(api: Api, query: str) -> list[tuple[str, str]]:
    answer = api.get(f"{ROOMS}?{query}")
    assert answer.status_code == 422, answer.content
    return [(entry["field"], entry["message"]) for entry in answer.json()["details"]]


# -- maxItems --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "effective"),
    [
        ("1", 1),
        ("7", 7),
        ("7.9", 7),
        ("100", 100),
        ("101", 100),
        ("1e9", 100),
        (" 5 ", 5),
        ("1e1", 10),
        ("Infinity", 100),
    ],
)  # fmt: skip
def test_max_items_is_a_number_as_javascript_reads_it(api: Api, room: Room, given: str, effective: int) -> None:
    answer = api.get(f"{ROOMS}?maxItems={quote(given)}")
    assert answer.json()["pagination"]["maxItems"] == effective


@pytest.mark.parametrize("given", ["0", "-1", "0.5", "", "%20", "-Infinity"])
def test_max_items_must_be_positive(api: Api, given: str) -> None:
    assert problems(api, f"maxItems={given}") == [("maxItems", "maxItems must be a positive number")]


@pytest.mark.parametrize(
    "given", ["ten", "NaN", "1,5", "5 items", "1_0", "inf", "infinity", "٣", "maxItems=1&maxItems=2"]
)
def test_max_items_must_be_a_number(api: Api, given: str) -> None:
    query = given if "=" in given else f"maxItems={quote(given)}"
    assert problems(api, query) == [("maxItems", "Expected number, received nan")]


# -- Tokens ----------------------------------------------------------------------------------------------------------


def token(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


NOW_MS = 1_795_000_000_000
FORGED = [
    "not base64 at all",
    "%00",
    "e30=",
    "ééé",
    base64.b64encode(b"\xff\xfe").decode(),
    token([]),
    token(None),
    token("x"),
    token({"id": 1}),
    token({"fieldValue": NOW_MS}),
    token({"fieldValue": NOW_MS, "id": "1 OR 1=1"}),
    token({"fieldValue": NOW_MS, "id": True}),
    token({"fieldValue": NOW_MS, "id": 1.5}),
    token({"fieldValue": NOW_MS, "id": None}),
    token({"fieldValue": NOW_MS, "id": 2**70}),
    token({"fieldValue": "Lab", "id": 1}),
    token({"fieldValue": None, "id": 1}),
    token({"fieldValue": True, "id": 1}),
    token({"fieldValue": 10**30, "id": 1}),
    token({"fieldValue": -(10**18), "id": 1}),
    token({"fieldValue": float("nan"), "id": 1}),
    token({"fieldValue": [1], "id": 1}),
    base64.b64encode(b"[" * 5000).decode(),
    base64.b64encode(b'{"fieldValue":' + b"9" * 5000 + b',"id":1}').decode(),
]


@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_a_page_token_that_is_none_of_ours_is_refused(api: Api, room: Room, forged: str) -> None:
    assert problems(api, f"nextPageToken={quote(forged)}") == [("nextPageToken", "Invalid page token")]


@pytest.mark.parametrize("value", [5, None, "a\0b"])
def test_a_token_for_another_order_is_refused(api: Api, room: Room, value: Any) -> None:
    forged = quote(token({"fieldValue": value, "id": 1}))
    assert problems(api, f"sortField=roomName&nextPageToken={forged}") == [("nextPageToken", "Invalid page token")]


def test_an_empty_page_token_counts_as_none(api: Api, room: Room) -> None:
    assert len(rooms(api, "nextPageToken=")) == 1


# -- Order, filter, duplicates ---------------------------------------------------------------------------------------


def test_a_wrong_order_is_named_with_what_there_is(api: Api) -> None:
    assert problems(api, "sortField=owner&sortOrder=up") == [
        (
            "sortField",
            "Invalid enum value. Expected 'creationDate' | 'roomName' | 'autoDeletionDate', received 'owner'",
        ),
        ("sortOrder", "Invalid enum value. Expected 'asc' | 'desc', received 'up'"),
    ]


def test_each_status_selects_its_rooms(api: Api, olga: User) -> None:
    make_room(olga, "open")
    make_room(olga, "closed", closed_at=clock.now())
    make_meeting(make_room(olga, "live"), sid="RM_live")
    make_meeting(make_room(olga, "closed but live", closed_at=clock.now()), sid="RM_closed")
    make_meeting(make_room(olga, "over"), sid="RM_over", ended_at=clock.now())
    found = {
        status: {room["roomName"] for room in rooms(api, f"status={status}")}
        for status in ("open", "active_meeting", "closed")
    }
    assert found == {
        "open": {"open", "over"},
        "active_meeting": {"live", "closed but live"},
        "closed": {"closed"},
    }


def test_a_filter_holds_on_every_page(api: Api, olga: User) -> None:
    for number in range(8):
        closed_at = clock.now() if number % 2 else None
        make_room(olga, f"Room {number}", now=clock.now() + timedelta(seconds=number), closed_at=closed_at)
    first = api.get(f"{ROOMS}?status=closed&maxItems=3").json()
    second = api.get(f"{ROOMS}?status=closed&maxItems=3&nextPageToken={first['pagination']['nextPageToken']}").json()
    assert [room["roomName"] for room in first["rooms"] + second["rooms"]] == ["Room 7", "Room 5", "Room 3", "Room 1"]


def test_an_unknown_status_is_refused(api: Api) -> None:
    message = "Invalid enum value. Expected 'open' | 'active_meeting' | 'closed', received 'busy'"
    assert problems(api, "status=busy") == [("status", message)]


@pytest.mark.parametrize("name", ["nextPageToken", "sortField", "sortOrder", "status"])
def test_a_parameter_given_twice_is_refused(api: Api, name: str) -> None:
    [(field, message)] = problems(api, f"{name}=open&{name}=closed")
    assert field == name
    assert message.endswith(", received array")


@pytest.mark.parametrize("name", ["fields", "extraFields"])
def test_a_selection_given_twice_is_refused(api: Api, name: str) -> None:
    assert problems(api, f"{name}=roomId&{name}=roomName") == [(name, "Expected string, received array")]


def test_unknown_parameters_are_ignored(api: Api, room: Room) -> None:
    assert len(rooms(api, "t=123&cachebuster=1&t=2")) == 1


# -- Selection -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "headers", "keys"),
    [
        ("", {}, BASE_KEYS),
        ("fields=roomId", {}, {"roomId"}),
        ("fields=roomId,%20roomName%20,", {}, {"roomId", "roomName"}),
        ("fields=roomId&extraFields=config", {}, {"roomId", "config"}),
        ("extraFields=config,roles", {}, BASE_KEYS | {"config", "roles"}),
        ("fields=nonsense", {}, BASE_KEYS),
        ("fields=config", {}, BASE_KEYS),
        ("fields=roomId,config,nonsense", {}, {"roomId"}),
        ("extraFields=roomId,nonsense", {}, BASE_KEYS),
        ("", {"X-Fields": "roomId, owner"}, {"roomId", "owner"}),
        ("", {"X-ExtraFields": "roles"}, BASE_KEYS | {"roles"}),
        ("fields=roomName", {"X-Fields": "roomId,roomName"}, {"roomId", "roomName"}),
        ("extraFields=roles&fields=roomId", {"X-ExtraFields": "config"}, {"roomId", "config", "roles"}),
        ("fields=roomId", {"X-Fields": ",,;;"}, {"roomId"}),
        ("fields=roomId,moderatorUrl", {}, {"roomId", "moderatorUrl"}),
        ("fields=anonymous,accessUrl,speakerUrl", {}, {"anonymous", "accessUrl", "speakerUrl"}),
        ("fields=access", {}, {"access"}),
        ("fields=autoDeletionDate", {}, set()),
    ],
)
def test_query_and_header_together_choose_the_keys(
    api: Api, room: Room, query: str, headers: dict[str, str], keys: set[str]
) -> None:
    [found] = rooms(api, query, **headers)
    assert set(found) == keys

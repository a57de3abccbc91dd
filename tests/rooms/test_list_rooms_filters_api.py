"""GET /api/v1/rooms: whose rooms are asked for, and by which name."""

from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_meeting, make_member, make_room, make_user

ROOMS = "/api/v1/rooms"


def listed(api: Api, query: str = "") -> list[str]:
    """The names of all rooms found, two a page, so that every filter has to hold on the next page, too."""
    found: list[str] = []
    token = ""
    while True:
        answer = api.get(f"{ROOMS}?maxItems=2&sortField=roomName&sortOrder=asc&{query}&nextPageToken={token}")
        assert answer.status_code == 200, answer.content
        content = answer.json()
        found += [room["roomName"] for room in content["rooms"]]
        if not content["pagination"]["isTruncated"]:
            return found
        token = content["pagination"]["nextPageToken"]


def problems(api: Api, query: str) -> list[tuple[str, str]]:
    answer = api.get(f"{ROOMS}?{query}")
    assert answer.status_code == 422, answer.content
    return [(entry["field"], entry["message"]) for entry in answer.json()["details"]]


@pytest.fixture
def rooms(olga: User, stella: User, max_: User) -> None:
    """Three of each kind: olga's, those max is invited to, those open to all, all of that, and stella's own."""
    for number in range(3):
        make_room(olga, f"olga {number}")
        make_member(make_room(stella, f"member {number}"), max_)
        make_room(stella, f"shared {number}", user_access=True)
        make_member(make_room(olga, f"all {number}", user_access=True), max_)
        make_room(stella, f"stella {number}")


def three(*kinds: str) -> list[str]:
    return sorted(f"{kind} {number}" for kind in kinds for number in range(3))


# -- Whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("owner=olga_", ("olga", "all")),
        ("owner=stella", ("member", "shared", "stella")),
        ("owner=nobody", ()),
        ("member=max__", ("member", "all")),
        ("member=olga_", ()),
        ("userAccess=true", ("shared", "all")),
        ("userAccess=TRUE", ("shared", "all")),
        ("userAccess=false", ("olga", "member", "shared", "all", "stella")),
        ("userAccess=false&owner=olga_", ("olga", "all")),
        ("owner=olga_&member=max__", ("olga", "all", "member")),
        ("owner=olga_&userAccess=true", ("olga", "all", "shared")),
        ("owner=olga_&member=max__&userAccess=true", ("olga", "all", "member", "shared")),
    ],
)
@pytest.mark.usefixtures("rooms")
def test_relations_add_up_for_administrators_and_keys(
    api: Api, as_user: AsUser, admin: User, query: str, kinds: tuple[str, ...]
) -> None:
    assert listed(api, query) == listed(as_user(admin), query) == three(*kinds)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", ("olga", "all", "shared")),
        ("userAccess=false", ("olga", "all", "shared")),
        ("owner=olga_", ("olga", "all")),
        ("member=olga_", ()),
        ("userAccess=true", ("all", "shared")),
        ("owner=olga_&member=olga_", ("olga", "all")),
        ("owner=olga_&userAccess=true", ("olga", "all", "shared")),
    ],
)
@pytest.mark.usefixtures("rooms")
def test_a_manager_may_narrow_what_they_see(as_user: AsUser, olga: User, query: str, kinds: tuple[str, ...]) -> None:
    assert listed(as_user(olga), query) == three(*kinds)


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", ("member", "all", "shared")),
        ("member=max__", ("member", "all")),
        ("owner=max__", ()),
        ("userAccess=true", ("all", "shared")),
        ("member=max__&userAccess=true", ("member", "all", "shared")),
    ],
)
@pytest.mark.usefixtures("rooms")
def test_a_member_may_narrow_what_they_see(as_user: AsUser, max_: User, query: str, kinds: tuple[str, ...]) -> None:
    assert listed(as_user(max_), query) == three(*kinds)


@pytest.mark.parametrize(
    "query",
    ["owner=stella", "member=max__", "owner=olga_&member=max__", "owner=stella&userAccess=true", "owner=nobody"],
)
@pytest.mark.usefixtures("rooms")
def test_nobody_but_an_administrator_asks_for_somebody_else(as_user: AsUser, olga: User, query: str) -> None:
    answer = as_user(olga).get(f"{ROOMS}?{query}")
    assert answer.status_code == 403
    assert answer.json()["message"] == "Insufficient permissions to access this resource"


def test_a_guest_is_a_member_for_those_who_may_know_its_id(api: Api, as_user: AsUser, olga: User) -> None:
    guest = make_guest(make_room(olga, "with a guest"))
    make_room(olga, "without")
    assert listed(api, f"member={guest.guest_id}") == ["with a guest"]
    assert as_user(olga).get(f"{ROOMS}?member={guest.guest_id}").status_code == 403


@pytest.mark.usefixtures("rooms")
def test_everything_else_narrows(api: Api, as_user: AsUser, olga: User) -> None:
    make_meeting(Room.objects.get(name="olga 1"))
    assert listed(api, "owner=olga_&userAccess=true&status=active_meeting") == ["olga 1"]
    assert listed(as_user(olga), "owner=olga_&roomName=all&roomNameMatchMode=prefix") == three("all")
    assert listed(as_user(olga), "userAccess=true&roomName=1&roomNameMatchMode=partial") == ["all 1", "shared 1"]


@pytest.mark.parametrize("name", ["owner", "member"])
def test_a_relation_names_somebody(api: Api, name: str) -> None:
    assert problems(api, f"{name}=") == [(name, f"{name} cannot be empty")]
    assert problems(api, f"{name}=a&{name}=b") == [(name, "Expected string, received array")]
    assert problems(api, f"{name}=%00") == [(name, "String must not contain the null character")]


@pytest.mark.parametrize(("given", "received"), [("1", "string"), ("", "string"), ("yes", "string")])
def test_user_access_is_true_or_false(api: Api, given: str, received: str) -> None:
    assert problems(api, f"userAccess={given}") == [("userAccess", f"Expected boolean, received {received}")]


# -- By name ---------------------------------------------------------------------------------------------------------

NAMES = ["Lab", "LAB 2", "lab (3)", "My lab", "Library", "Ölab"]


@pytest.mark.parametrize(
    ("text", "mode", "ignores_case", "found"),
    [
        ("Lab", None, False, ["Lab"]),
        ("Lab", "exact", False, ["Lab"]),
        ("lab", "exact", True, ["Lab"]),
        ("La", "exact", False, []),
        ("LAB", "prefix", False, ["LAB 2"]),
        ("lab", "prefix", True, ["Lab", "LAB 2", "lab (3)"]),
        ("lab", "partial", False, ["lab (3)", "My lab", "Ölab"]),
        ("LAB", "partial", True, ["Lab", "LAB 2", "lab (3)", "My lab", "Ölab"]),
        ("(3)", "partial", False, ["lab (3)"]),
        (".", "partial", False, []),
        ("^L.b", "regex", False, ["Lab", "Library"]),
        ("^l.b$", "regex", True, ["Lab"]),
        ("öLAB", "exact", True, ["Ölab"]),
    ],
)
def test_names_match_in_four_ways(
    api: Api, olga: User, text: str, mode: str | None, ignores_case: bool, found: list[str]
) -> None:
    for name in NAMES:
        make_room(olga, name)
    query = f"roomName={quote(text)}&roomNameCaseInsensitive={str(ignores_case).lower()}"
    assert listed(api, query + (f"&roomNameMatchMode={mode}" if mode else "")) == sorted(found, key=str.casefold)


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("roomName=(&roomNameMatchMode=regex", "roomName", "Invalid regular expression pattern"),
        (
            "roomNameMatchMode=suffix",
            "roomNameMatchMode",
            "Invalid enum value. Expected 'exact' | 'prefix' | 'partial' | 'regex', received 'suffix'",
        ),
        ("roomNameCaseInsensitive=1", "roomNameCaseInsensitive", "Expected boolean, received string"),
        ("roomName=a&roomName=b", "roomName", "Expected string, received array"),
        ("externalId=", "externalId", "externalId cannot be empty"),
        (f"externalId={'x' * 101}", "externalId", "externalId cannot exceed 100 characters"),
    ],
)
def test_a_question_that_cannot_be_is_refused_at_its_parameter(api: Api, query: str, field: str, message: str) -> None:
    assert problems(api, query) == [(field, message)]


# -- By the owner's own id -------------------------------------------------------------------------------------------


def test_a_room_is_found_by_what_its_owner_calls_it(
    api: Api, as_user: AsUser, olga: User, stella: User, max_: User
) -> None:
    make_room(olga, "of olga", external_id="course 7")
    make_room(stella, "of stella", external_id="course 7")
    make_room(olga, "another", external_id="Course 7")
    make_room(olga, "without")
    assert listed(api, "externalId=course%207") == ["of olga", "of stella"]
    assert listed(as_user(olga), "externalId=course%207") == ["of olga"]
    assert listed(as_user(max_), "externalId=course%207") == []


# -- Cost ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "query", "most"),
    [
        ("admin", "owner=olga_&member=max__&userAccess=true", 8),
        ("olga_", "owner=olga_&userAccess=true", 6),
        ("olga_", "roomName=.*&roomNameMatchMode=regex", 10),
        ("max__", "member=max__&userAccess=true", 6),
        ("max__", "", 6),
    ],
)
def test_queries_do_not_grow_with_rows(
    as_user: AsUser,
    admin: User,
    olga: User,
    max_: User,
    who: str,
    query: str,
    most: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(8):
        owner = make_user(f"owner{number}", role=Role.ROOM_MANAGER)
        make_member(make_room(owner, user_access=bool(number % 2)), max_)
        make_room(olga, user_access=bool(number % 3))
    caller = as_user(User.objects.get(user_id=who))
    with django_assert_max_num_queries(most):
        answer = caller.get(f"{ROOMS}?maxItems=100&extraFields=config,roles&{query}")
    found: list[dict[str, Any]] = answer.json()["rooms"]
    assert len(found) >= 8
    assert len({room["roomId"] for room in found}) == len(found)

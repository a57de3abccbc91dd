"""GET /api/v1/users (rest-api.md 0.5, 1.2)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.models import Role, User
from meet import clock
from tests.conftest import Api
from tests.factories import make_user

USERS = "/api/v1/users"
Queries = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def people(api: Api) -> None:
    """With `admin`, whom the API key has made."""
    for number, (user_id, name, role) in enumerate(
        [
            ("anna_1", "Anna", Role.ROOM_MANAGER),
            ("anna_2", "anna", Role.ROOM_MEMBER),
            ("annabel", "Annabel", Role.ROOM_MEMBER),
            ("joanna", "Joanna", Role.ADMIN),
            ("zoe_1", "Zoë", Role.ROOM_MANAGER),
        ]
    ):
        make_user(user_id, name=name, role=role)
        User.objects.filter(user_id=user_id).update(created_at=clock.now() + clock.MILLISECOND * (number + 1) * 1000)


def ids(api: Api, **query: Any) -> list[str]:
    answer = api.get(f"{USERS}?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return [user["userId"] for user in answer.json()["users"]]


def test_newest_come_first_in_the_contracts_envelope(api: Api, people: None) -> None:
    content = api.get(USERS).json()
    assert set(content) == {"users", "pagination"}
    assert content["pagination"] == {"isTruncated": False, "maxItems": 10}
    assert ids(api) == ["zoe_1", "joanna", "annabel", "anna_2", "anna_1", "admin"]
    assert set(content["users"][0]) == {"userId", "name", "registrationDate", "role", "roleUpdatedAt"}


def test_fields_are_ignored(api: Api, people: None) -> None:
    assert len(api.get(f"{USERS}?fields=userId", headers={"X-Fields": "name"}).json()["users"][0]) == 5


def test_names_sort_without_regard_to_case(api: Api, people: None) -> None:
    assert ids(api, sortField="name", sortOrder="asc") == ["admin", "anna_1", "anna_2", "annabel", "joanna", "zoe_1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"userId": "anna_1"}, {"anna_1"}),
        ({"userId": "anna"}, set()),
        ({"name": "Anna"}, {"anna_1"}),
        ({"name": "Ann"}, set()),
        ({"name": "Ann", "nameMatchMode": "prefix"}, {"anna_1", "annabel"}),
        ({"name": "anna", "nameMatchMode": "partial"}, {"anna_2", "joanna"}),
        ({"name": "ANNA", "nameMatchMode": "partial", "nameCaseInsensitive": "true"},
         {"anna_1", "anna_2", "annabel", "joanna"}),
        ({"name": "^.{3}$", "nameMatchMode": "regex"}, {"zoe_1"}),
        ({"name": "ZOË", "nameCaseInsensitive": "True"}, {"zoe_1"}),
        ({"role": "room_manager"}, {"anna_1", "zoe_1"}),
        ({"role": "user"}, {"anna_1", "zoe_1"}),
        ({"userId": "zoe_1", "name": "Anna"}, {"zoe_1", "anna_1"}),
        ({"userId": "anna_1", "name": "Anna"}, {"anna_1"}),
        ({"userId": "anna_2", "name": "Anna", "role": "room_member"}, {"anna_2"}),
        ({"userId": "nobody", "role": "admin"}, set()),
        ({"userId": "", "name": "", "role": "admin"}, {"joanna", "admin"}),
        ({"unknown": "x", "role": "admin"}, {"joanna", "admin"}),
    ],
)  # fmt: skip
def test_id_or_name_and_role(api: Api, people: None, query: dict[str, str], expected: set[str]) -> None:
    found = ids(api, **query)
    assert set(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["registrationDate", "name"])
def test_filters_hold_on_every_page(api: Api, people: None, sort: str, order: str) -> None:
    query = {"userId": "zoe_1", "name": "nna", "nameMatchMode": "partial", "sortField": sort, "sortOrder": order}
    whole = ids(api, **query)
    assert set(whole) == {"zoe_1", "anna_1", "anna_2", "annabel", "joanna"}
    found: list[str] = []
    token = ""
    for _ in range(5):
        content = api.get(f"{USERS}?{urlencode({**query, 'maxItems': 2, 'nextPageToken': token})}").json()
        found += [user["userId"] for user in content["users"]]
        token = content["pagination"].get("nextPageToken", "")
        if not token:
            break
    assert found == whole


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("role=boss", "role",
         "Invalid enum value. Expected 'admin' | 'room_manager' | 'room_member', received 'boss'"),
        ("name=(&nameMatchMode=regex", "name", "Invalid regular expression pattern"),
        ("name=x&nameMatchMode=like", "nameMatchMode",
         "Invalid enum value. Expected 'exact' | 'prefix' | 'partial' | 'regex', received 'like'"),
        ("name=x&nameCaseInsensitive=1", "nameCaseInsensitive", "Expected boolean, received string"),
        ("sortField=role", "sortField",
         "Invalid enum value. Expected 'registrationDate' | 'name', received 'role'"),
        ("maxItems=0", "maxItems", "maxItems must be a positive number"),
        ("userId=a&userId=b", "userId", "Expected string, received array"),
        ("name=%00", "name", "String must not contain the null character"),
        ("nextPageToken=nonsense", "nextPageToken", "Invalid page token"),
    ],
)  # fmt: skip
def test_wrong_questions_are_refused(api: Api, query: str, field: str, message: str) -> None:
    answer = api.get(f"{USERS}?{query}")
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


def test_queries_do_not_grow_with_rows(api: Api, people: None, django_assert_max_num_queries: Queries) -> None:
    with django_assert_max_num_queries(4):
        assert len(ids(api)) == 6

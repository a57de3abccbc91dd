"""POST /api/v1/users (rest-api.md 1.2)."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from meet import clock
from tests.conftest import Api, AsUser

USERS, LOGIN = "/api/v1/users", "/internal-api/v1/auth/login"
NEW: dict[str, Any] = {"userId": "alice_1", "name": "Alice", "role": "room_manager", "password": "12345678"}


def issues(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.content
    content = answer.json()
    assert (content["error"], content["message"]) == ("Unprocessable Entity", "Invalid request")
    return [(entry["field"], entry["message"]) for entry in content["details"]]


def test_a_user_is_made_and_answered_without_secrets(api: Api) -> None:
    before = clock.to_ms(clock.now())
    answer = api.post(USERS, NEW)
    assert answer.status_code == 201
    made = answer.json()
    assert list(made) == ["userId", "name", "registrationDate", "role", "roleUpdatedAt"]
    assert (made["userId"], made["name"], made["role"]) == ("alice_1", "Alice", "room_manager")
    assert before <= made["registrationDate"] == made["roleUpdatedAt"]
    assert api.get(f"{USERS}/alice_1").json() == made


@pytest.mark.parametrize("prefix", ["", "/meet"])
@pytest.mark.parametrize("mount", ["/api/v1", "/internal-api/v1"])
def test_the_answer_says_where_the_user_is(api: Api, prefix: str, mount: str) -> None:
    answer = api.post(f"{prefix}{mount}/users", NEW)
    assert answer.headers["Location"] == f"http://testserver{prefix}/api/v1/users/alice_1"


def test_the_first_thing_to_do_is_to_choose_another_password(api: Api, anonymous: Api) -> None:
    api.post(USERS, NEW)
    answer = anonymous.post(LOGIN, {"userId": "alice_1", "password": "12345678"})
    assert answer.json()["mustChangePassword"] is True


@pytest.mark.parametrize(("sent", "stored"), [("user", "room_manager"), ("admin", "admin"), ("room_member",) * 2])
def test_a_role_may_be_named_as_the_older_dialect_does(api: Api, sent: str, stored: str) -> None:
    assert api.post(USERS, {**NEW, "role": sent}).json()["role"] == stored


def test_an_id_is_taken_once(api: Api, as_user: AsUser, admin: User) -> None:
    api.post(USERS, NEW)
    answer = as_user(admin).post(USERS, {**NEW, "name": "Another Alice"})
    assert answer.status_code == 409
    assert answer.json() == {"error": "User Error", "message": "User 'alice_1' already exists"}
    assert User.objects.get(user_id="alice_1").name == "Alice"


def test_names_are_kept_tidy(api: Api) -> None:
    assert api.post(USERS, {**NEW, "name": "  Alice \t of\nO "}).json()["name"] == "Alice of O"


def test_unknown_keys_are_dropped(api: Api) -> None:
    answer = api.post(USERS, {**NEW, "is_root": True, "registrationDate": 1, "roleUpdatedAt": 1})
    assert answer.status_code == 201
    assert answer.json()["registrationDate"] > 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"userId": "abcd"}, [("userId", "userId must be at least 5 characters long")]),
        ({"userId": "a" * 21}, [("userId", "userId cannot exceed 20 characters")]),
        ({"userId": "Alice"}, [("userId", "userId must contain only lowercase letters, numbers, and underscores")]),
        ({"userId": "alice\n"}, [("userId", "userId must contain only lowercase letters, numbers, and underscores")]),
        (
            {"userId": ""},
            [
                ("userId", "userId must be at least 5 characters long"),
                ("userId", "userId must contain only lowercase letters, numbers, and underscores"),
            ],
        ),
        ({"userId": 12345}, [("userId", "Expected string, received number")]),
        ({"name": ""}, [("name", "name is required and cannot be empty")]),
        ({"name": "  "}, [("name", "name is required and cannot be empty")]),
        ({"name": "a" * 51}, [("name", "name cannot exceed 50 characters")]),
        ({"name": None}, [("name", "Expected string, received null")]),
        (
            {"role": "boss"},
            [("role", "Invalid enum value. Expected 'admin' | 'room_manager' | 'room_member', received 'boss'")],
        ),
        ({"role": ["admin"]}, [("role", "Expected 'admin' | 'room_manager' | 'room_member', received array")]),
        ({"password": "1234567"}, [("password", "password must be at least 8 characters long")]),
        ({"password": True}, [("password", "Expected string, received boolean")]),
    ],
)
def test_what_is_wrong_is_said_of_each_field(api: Api, change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert issues(api.post(USERS, {**NEW, **change})) == expected
    assert User.objects.count() == 1


def test_all_four_are_needed_and_said_at_once(api: Api) -> None:
    assert issues(api.post(USERS, {})) == [(name, "Required") for name in ("userId", "name", "role", "password")]
    assert issues(api.post(USERS)) == [("", "Required")]
    assert issues(api.post(USERS, [NEW])) == [("", "Expected object, received array")]


@pytest.mark.parametrize(
    ("shortest", "password", "status"), [(5, "1234", 422), (5, "12345", 201), (9, "12345678", 422)]
)
def test_the_shortest_password_is_a_setting(
    api: Api, settings: Settings, shortest: int, password: str, status: int
) -> None:
    settings.MEET_PASSWORD_MIN_LENGTH = shortest
    answer = api.post(USERS, {**NEW, "password": password})
    assert answer.status_code == status
    if status == 422:
        assert issues(answer) == [("password", f"password must be at least {shortest} characters long")]

"""Who may do what to users and to API keys: the rows of rest-api.md 8.2, as one table."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role, User
from rooms.models import Room
from tests import jwts
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_user

COLUMNS = ("nobody", "key", "admin", "manager", "member", "token")
NEW = {"userId": "newcomer", "name": "New", "role": "room_member", "password": "12345678"}
KEY = {"name": "CI", "scopes": ["rooms:read"]}

# method, path, body → the status for each column. Public routes first, then their twins for an older dialect.
USERS: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("post", "/users", NEW, (401, 201, 201, 403, 403, 401)),
    ("get", "/users", None, (401, 200, 200, 200, 403, 401)),
    ("delete", "/users?userIds=target", None, (401, 200, 200, 403, 403, 401)),
    ("get", "/users/target", None, (401, 200, 200, 200, 403, 401)),
    ("put", "/users/target/password", {"newPassword": "12345678"}, (401, 200, 200, 403, 403, 401)),
    ("put", "/users/target/role", {"role": "room_manager"}, (401, 200, 200, 403, 403, 401)),
    ("delete", "/users/target", None, (401, 200, 200, 403, 403, 401)),
    # Roles are judged before bodies and before anybody is looked for.
    ("post", "/users", {}, (401, 422, 422, 403, 403, 401)),
    ("get", "/users/nobody", None, (401, 404, 404, 404, 403, 401)),
    ("put", "/users/nobody/password", {}, (401, 422, 422, 403, 403, 401)),
    ("delete", "/users/nobody", None, (401, 404, 404, 403, 403, 401)),
]
KEYS: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("post", "/api-keys", KEY, (401, 201, 201, 403, 403, 401)),
    ("get", "/api-keys", None, (401, 200, 200, 403, 403, 401)),
    ("get", "/api-keys/1", None, (401, 404, 404, 403, 403, 401)),
    ("patch", "/api-keys/1", KEY, (401, 404, 404, 403, 403, 401)),
    ("delete", "/api-keys/1", None, (401, 404, 404, 403, 403, 401)),
]
ROWS = [
    *((method, f"/api/v1{path}", body, row) for method, path, body, row in [*USERS, *KEYS]),
    *((method, f"/internal-api/v1{path}", body, row) for method, path, body, row in USERS),
]
CASES = [
    pytest.param(method, path, body, column, status, id=f"{method} {path} {sorted(body or ())} as {column}")
    for method, path, body, statuses in ROWS
    for column, status in zip(COLUMNS, statuses, strict=True)
]


@pytest.fixture
def caller(room: Room, admin: User, stella: User, max_: User, api: Api, as_user: AsUser) -> Callable[[str], Api]:
    token = jwts.craft(jwts.member_metadata(room.room_id))
    makers: dict[str, Callable[[], Api]] = {
        "nobody": lambda: Api({}),
        "key": lambda: api,
        "admin": lambda: as_user(admin),
        "manager": lambda: as_user(stella),
        "member": lambda: as_user(max_),
        "token": lambda: Api({"X-Room-Member-Token": f"Bearer {token}"}),
    }
    return lambda column: makers[column]()


@pytest.mark.parametrize(("method", "path", "body", "column", "status"), CASES)
def test_each_caller_gets_the_status_of_the_contract(
    caller: Callable[[str], Api], method: str, path: str, body: Any, column: str, status: int
) -> None:
    make_user("target")
    client = caller(column)
    before = User.objects.order_by("pk").values_list("user_id", "role", "password")
    known = list(before)
    answer = getattr(client, method)(path, body)
    assert answer.status_code == status, answer.content
    if status == 401:
        assert answer.json() == {"error": "Authentication Error", "message": "Unauthorized"}
    if status == 403:
        message = "Insufficient permissions to access this resource"
        assert answer.json() == {"error": "Authorization Error", "message": message}
    if status > 201:
        assert list(before.all()) == known


def test_a_browser_needs_its_token_to_change_anything(console: Console, admin: User) -> None:
    browser = console(admin)
    make_user("target")
    assert browser.delete("/api/v1/users/target").status_code == 401
    assert browser.delete("/api/v1/users/target", headers=with_csrf_token(browser)).status_code == 200


def test_who_must_change_the_password_may_do_nothing_else(as_user: AsUser, db: None) -> None:
    fresh = make_user("fresh_", role=Role.ADMIN, must_change_password=True)
    answer = as_user(fresh).get("/api/v1/users")
    assert answer.status_code == 403
    assert "Password change required" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/api/v1/users", "/api/v1/users/target", "/api/v1/users/target/role"])
def test_there_is_nothing_else_to_do(api: Api, path: str) -> None:
    answer = api.patch(path, {})
    assert answer.status_code == 404
    assert answer.json() == {"error": "Path Not Found", "message": "API path not implemented"}

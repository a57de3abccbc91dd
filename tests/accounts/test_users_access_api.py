"""What else stands between a caller and the users; who may do what is in tests/test_permission_matrix.py."""

import pytest

from accounts.models import Role, User
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_user


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

"""GET /api/v1/users/{userId} (rest-api.md 1.2)."""

import pytest

from accounts.models import User
from tests.conftest import Api, AsUser

ME = "/internal-api/v1/users/me"


@pytest.mark.parametrize("mount", ["/api/v1", "/internal-api/v1", "/meet/api/v1"])
def test_a_user_is_shown_as_they_see_themselves(api: Api, as_user: AsUser, olga: User, mount: str) -> None:
    answer = api.get(f"{mount}/users/olga_")
    assert answer.status_code == 200
    assert answer.json() == as_user(olga).get(ME).json()


@pytest.mark.parametrize("user_id", ["nobody", "OLGA_", "a%00b", "%F0%9F%98%80", "x" * 500])
def test_nobody_of_that_id_is_404(api: Api, olga: User, user_id: str) -> None:
    answer = api.get(f"/api/v1/users/{user_id}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "User Error"
    assert answer.json()["message"].endswith("' not found")


def test_ones_own_account_is_not_somebody_called_me(api: Api, as_user: AsUser, olga: User) -> None:
    assert api.get(ME).status_code == 401
    assert as_user(olga).get(ME).json()["userId"] == "olga_"
    assert api.get("/api/v1/users/me").json() == {"error": "User Error", "message": "User 'me' not found"}

"""POST /internal-api/v1/auth/refresh and …/logout (rest-api.md 1.3, 4.2)."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import PASSWORD, make_user

REFRESH = "/internal-api/v1/auth/refresh"
INVALID = {"error": "Refresh Token Error", "message": "Invalid refresh token"}


def refresh(token: str) -> Any:
    return Api({"X-Refresh-Token": f"Bearer {token}"}).client.generic("POST", REFRESH)


def token_of(user: User, kind: TokenType = TokenType.REFRESH, *, age: timedelta = timedelta()) -> str:
    return issue(user, kind, now=clock.now() - age)


def test_a_refresh_token_buys_a_new_pair(olga: User) -> None:
    answer = refresh(token_of(olga))
    assert answer.status_code == 200
    content = answer.json()
    assert content["message"] == "Access token for user 'olga_' successfully refreshed"
    assert set(content) == {"message", "accessToken", "refreshToken"}
    assert jwts.read(content["accessToken"])[1]["tokenType"] == "access"
    assert jwts.read(content["refreshToken"])[1]["tokenType"] == "refresh"


def test_without_rotation_the_refresh_token_stays_the_old_one(olga: User, settings: Settings) -> None:
    settings.MEET_REFRESH_TOKEN_ROTATION_ENABLED = False
    assert set(refresh(token_of(olga)).json()) == {"message", "accessToken"}


@pytest.mark.parametrize("headers", [{}, {"X-Refresh-Token": "abc"}, {"X-Refresh-Token": "bearer abc"}])
def test_without_a_bearer_there_is_no_token(db: None, headers: dict[str, str]) -> None:
    answer = Api(headers).post(REFRESH, {})
    assert answer.status_code == 400
    assert answer.json() == {"error": "Refresh Token Error", "message": "No refresh token provided"}


@pytest.mark.parametrize("kind", [TokenType.ACCESS, TokenType.TEMPORARY])
def test_tokens_of_another_type_buy_nothing(olga: User, kind: TokenType) -> None:
    answer = refresh(token_of(olga, kind))
    assert answer.status_code == 400
    assert answer.json() == INVALID


CRAFTED: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "another secret that is long enough for HS256"},
    "expired": {"issued_at": clock.now() - timedelta(days=2)},
    "with a grant": {"video": {"room": "r", "roomJoin": True}},
    "without a subject": {"sub": None},
    "signed by LiveKit": {"iat": 1, "identity": "olga_", "kind": "standard"},
}


@pytest.mark.parametrize("claims", CRAFTED.values(), ids=CRAFTED.keys())
def test_a_token_that_is_not_ours_buys_nothing(olga: User, claims: dict[str, Any]) -> None:
    token = jwts.craft({"tokenType": "refresh"}, **{"sub": "olga_", **claims})
    answer = refresh(token)
    assert answer.status_code == 400
    assert answer.json() == INVALID


@pytest.mark.parametrize("metadata", [{}, {"tokenType": "other"}, {"tokenType": None}, {"tokenType": ["refresh"]}, "x"])
def test_metadata_of_another_shape_buys_nothing(olga: User, metadata: Any) -> None:
    assert refresh(jwts.craft(metadata, sub="olga_")).json() == INVALID


@pytest.mark.parametrize(("late", "status"), [(timedelta(seconds=5), 200), (timedelta(seconds=12), 400)])
def test_ten_seconds_of_lateness_are_forgiven(olga: User, late: timedelta, status: int) -> None:
    assert refresh(token_of(olga, age=timedelta(days=1) + late)).status_code == status


def test_of_a_user_who_is_gone_the_token_names_nobody(olga: User) -> None:
    token = token_of(olga)
    olga.delete()
    answer = refresh(token)
    assert answer.status_code == 403
    assert answer.json() == {"error": "Authorization Error", "message": "Invalid token subject"}


def test_while_a_password_change_is_pending_nothing_is_refreshed(olga: User) -> None:
    token = token_of(olga)
    User.objects.update(must_change_password=True)
    answer = refresh(token)
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("Password change required")


def test_another_password_ends_the_refresh_tokens_of_before_and_no_access_token(olga: User, as_user: AsUser) -> None:
    before = token_of(olga, age=clock.MILLISECOND)
    caller = as_user(olga)
    body = {"currentPassword": PASSWORD, "newPassword": "a new password"}
    assert caller.post("/internal-api/v1/users/change-password", body).status_code == 200
    answer = refresh(before)
    assert (answer.status_code, answer.json()) == (400, INVALID)
    assert caller.get("/api/v1/rooms").status_code == 200
    assert refresh(token_of(olga)).status_code == 200


def test_the_tokens_that_end_a_pending_change_are_not_of_before(db: None, as_user: AsUser) -> None:
    fresh = make_user("fresh_", must_change_password=True)
    body = {"currentPassword": PASSWORD, "newPassword": "a new password"}
    content = as_user(fresh).post("/internal-api/v1/users/change-password", body).json()
    assert refresh(content["refreshToken"]).status_code == 200


def test_a_new_role_does_not_end_the_session_but_is_in_force(olga: User) -> None:
    old_access, token = token_of(olga, TokenType.ACCESS), token_of(olga)
    User.objects.update(role=Role.ROOM_MEMBER, role_updated_at=clock.now() + clock.MILLISECOND)
    assert Api({"Authorization": f"Bearer {old_access}"}).get("/api/v1/rooms").status_code == 401
    answer = refresh(token)
    assert answer.status_code == 200
    new = Api({"Authorization": f"Bearer {answer.json()['accessToken']}"})
    assert new.post("/api/v1/rooms", {}).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rubbish"}])
def test_logging_out_always_succeeds_and_ends_no_token(olga: User, headers: dict[str, str]) -> None:
    token = token_of(olga, TokenType.ACCESS)
    answer = Api(headers).post("/internal-api/v1/auth/logout", {})
    assert answer.status_code == 200
    assert answer.json() == {"message": "Logout successful"}
    assert Api({"Authorization": f"Bearer {token}"}).get("/internal-api/v1/users/me").status_code == 200


def test_both_share_a_limit_of_thirty_a_minute(olga: User, rate_limits: None) -> None:
    caller = Api({"X-Refresh-Token": "Bearer rubbish"})
    answers = [caller.post(REFRESH if number % 2 else "/internal-api/v1/auth/logout", {}) for number in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {200, 400}
    assert answers[30].status_code == 429
    assert answers[30].json()["message"] == "Too many authentication requests, please try again later"

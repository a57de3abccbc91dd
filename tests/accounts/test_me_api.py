"""GET /internal-api/v1/users/me and POST …/change-password (rest-api.md 1.2)."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from accounts.tokens import TokenType, issue
from meet import clock
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import PASSWORD, make_user

ME, CHANGE = "/internal-api/v1/users/me", "/internal-api/v1/users/change-password"
NEW = "a new password"


def change(api: Api, current: str = PASSWORD, new: str = NEW) -> Any:
    return api.post(CHANGE, {"currentPassword": current, "newPassword": new})


@pytest.fixture
def fresh(db: None) -> User:
    """Somebody whose password was set by an administrator."""
    return make_user("fresh_", must_change_password=True)


def with_temporary_token(user: User) -> Api:
    return Api({"Authorization": f"Bearer {issue(user, TokenType.TEMPORARY, now=clock.now())}"})


# -- Who am I --------------------------------------------------------------------------------------------------------


def test_one_sees_oneself_without_secrets(as_user: AsUser, olga: User) -> None:
    assert as_user(olga).get(ME).json() == {
        "userId": "olga_",
        "name": "Olga",
        "registrationDate": clock.to_ms(olga.created_at),
        "role": "room_manager",
        "roleUpdatedAt": clock.to_ms(olga.created_at),
    }


def test_nothing_else_works_while_a_password_change_is_pending(as_user: AsUser, fresh: User) -> None:
    for caller in (as_user(fresh), with_temporary_token(fresh)):
        assert caller.get(ME).status_code == 200
        answer = caller.get("/api/v1/rooms")
        assert answer.status_code == 403
        assert answer.json() == {
            "error": "Authorization Error",
            "message": "Password change required. Please change your password before accessing other resources.",
        }


def test_of_a_user_who_is_gone_the_token_names_nobody(as_user: AsUser, olga: User) -> None:
    caller = as_user(olga)
    olga.delete()
    answer = caller.get(ME)
    assert answer.status_code == 403
    assert answer.json()["message"] == "Invalid token subject"


def test_a_refresh_token_opens_nothing(olga: User) -> None:
    answer = Api({"Authorization": f"Bearer {issue(olga, TokenType.REFRESH, now=clock.now())}"}).get(ME)
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid token"


# -- Changing the password -------------------------------------------------------------------------------------------


def test_a_password_is_changed(as_user: AsUser, olga: User) -> None:
    answer = change(as_user(olga))
    assert answer.status_code == 200
    assert answer.json() == {"message": "Password for user 'olga_' changed successfully"}
    olga.refresh_from_db()
    assert olga.check_password(NEW)


def test_tokens_go_on_after_a_change_of_ones_own_will(as_user: AsUser, olga: User) -> None:
    caller = as_user(olga)
    change(caller)
    assert caller.get("/api/v1/rooms").status_code == 200


@pytest.mark.parametrize("has_temporary", [True, False])
def test_a_pending_change_ends_with_normal_tokens(as_user: AsUser, fresh: User, has_temporary: bool) -> None:
    caller = with_temporary_token(fresh) if has_temporary else as_user(fresh)
    content = change(caller).json()
    assert set(content) == {"message", "accessToken", "refreshToken"}
    assert jwts.read(content["refreshToken"])[1]["tokenType"] == "refresh"
    assert Api({"Authorization": f"Bearer {content['accessToken']}"}).get("/api/v1/rooms").status_code == 200
    fresh.refresh_from_db()
    assert fresh.must_change_password is False


def test_the_temporary_token_stays_limited(fresh: User) -> None:
    caller = with_temporary_token(fresh)
    change(caller)
    assert caller.get("/api/v1/rooms").status_code == 403


def test_a_wrong_current_password_changes_nothing(as_user: AsUser, olga: User) -> None:
    answer = change(as_user(olga), current="wrong password")
    assert answer.status_code == 400
    assert answer.json() == {"error": "Change Password Error", "message": "Invalid current password"}
    olga.refresh_from_db()
    assert olga.check_password(PASSWORD)


@pytest.mark.parametrize(("shortest", "new", "status"), [(8, "1234567", 422), (8, "12345678", 200), (5, "12345", 200)])
def test_new_passwords_have_a_shortest_length(
    as_user: AsUser, olga: User, settings: Settings, shortest: int, new: str, status: int
) -> None:
    settings.MEET_PASSWORD_MIN_LENGTH = shortest
    answer = change(as_user(olga), new=new)
    assert answer.status_code == status
    if status == 422:
        message = f"New password must be at least {shortest} characters long"
        assert answer.json()["details"] == [{"field": "newPassword", "message": message}]


def test_wrong_types_are_told_all_at_once(as_user: AsUser, olga: User) -> None:
    answer = as_user(olga).post(CHANGE, {"currentPassword": 5, "newPassword": ["x"]})
    assert [(entry["field"], entry["message"]) for entry in answer.json()["details"]] == [
        ("currentPassword", "Expected string, received number"),
        ("newPassword", "Expected string, received array"),
    ]


def test_passwords_are_not_guessed_here_either(as_user: AsUser, olga: User, rate_limits: None) -> None:
    caller = as_user(olga)
    assert [change(caller, current="wrong").status_code for _ in range(21)] == [400] * 20 + [429]

"""PUT /api/v1/users/{userId}/password (rest-api.md 1.2)."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from accounts import passwords
from accounts.models import ApiKey, Role, Scope, User
from accounts.tokens import TokenType, issue
from meet import clock
from tests.conftest import Api, AsUser, Console
from tests.factories import PASSWORD, make_user
from tests.idempotency.conftest import database_of_threads

__all__ = ["database_of_threads"]

LOGIN, REFRESH = "/internal-api/v1/auth/login", "/internal-api/v1/auth/refresh"
NEW = "a new password"


def reset(api: Api, user_id: str, body: Any = ...) -> Any:
    return api.put(f"/api/v1/users/{user_id}/password", {"newPassword": NEW} if body is ... else body)


def test_the_new_password_opens_the_way_to_the_next_one_only(api: Api, anonymous: Api, olga: User) -> None:
    answer = reset(api, "olga_")
    assert answer.status_code == 200
    text = "Password for user 'olga_' has been reset successfully. User must change password on next login."
    assert answer.json() == {"message": text}
    assert anonymous.post(LOGIN, {"userId": "olga_", "password": PASSWORD}).status_code == 404
    assert anonymous.post(LOGIN, {"userId": "olga_", "password": NEW}).json()["mustChangePassword"] is True


def test_what_was_signed_in_before_is_limited_at_once(api: Api, as_user: AsUser, console: Console, olga: User) -> None:
    program, browser = as_user(olga), console(olga)
    reset(api, "olga_")
    answer = program.get("/api/v1/rooms")
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("Password change required")
    assert browser.get("/rooms").headers["Location"].startswith("/login")


def test_refresh_tokens_of_before_are_worth_nothing_any_more(api: Api, olga: User) -> None:
    program = Api({"X-Refresh-Token": f"Bearer {issue(olga, TokenType.REFRESH, now=clock.now() - clock.MILLISECOND)}"})
    reset(api, "olga_")
    assert program.post(REFRESH, {}).status_code == 403, "as long as the change is pending"
    assert User.objects.get(pk=olga.pk).password_changed_at is not None
    User.objects.update(must_change_password=False)
    answer = program.post(REFRESH, {})
    assert answer.status_code == 400
    assert answer.json() == {"error": "Refresh Token Error", "message": "Invalid refresh token"}


OWN = "Cannot reset your own password. Please use the change-password endpoint to change your password."
ROOT = "Cannot reset password for the root admin user. The root admin must change their own password."


def test_ones_own_and_the_roots_password_are_not_reset(api: Api, as_user: AsUser, admin: User) -> None:
    deputy = as_user(make_user("deputy", role=Role.ADMIN))
    for caller, user_id, message in (
        (as_user(admin), "admin", OWN),
        (api, "admin", OWN),
        (deputy, "deputy", OWN),
        (deputy, "admin", ROOT),
    ):
        answer = reset(caller, user_id)
        assert answer.status_code == 403
        assert answer.json() == {"error": "User Error", "message": message}
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)


@pytest.mark.usefixtures("database_of_threads")
def test_nobody_becomes_an_administrator_while_a_lesser_key_resets_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key may do this to the user of before, not to the administrator: one has to wait for the other."""
    root = make_user("admin", role=Role.ADMIN)
    max_ = make_user("max__")
    texts = [
        ApiKey.issue(name=scope, scopes=[scope], by=root, now=clock.now())[1]
        for scope in (Scope.USERS_WRITE, Scope.ADMIN)
    ]
    lesser, greater = (Api({"X-API-KEY": text}) for text in texts)
    replace = passwords.replace
    promotions: list[Future[Any]] = []

    def promote() -> Any:
        try:
            return greater.put("/api/v1/users/max__/role", {"role": "admin"})
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:

        def meanwhile(*arguments: Any, **options: Any) -> bool:
            promotions.append(pool.submit(promote))
            done, _ = wait(promotions, timeout=0.5)
            assert not done
            return replace(*arguments, **options)

        monkeypatch.setattr(passwords, "replace", meanwhile)
        assert reset(lesser, "max__").status_code == 200
        assert promotions[0].result().status_code == 200
    max_.refresh_from_db()
    assert max_.role == Role.ADMIN
    assert reset(lesser, "max__").status_code == 403


def test_nobody_of_that_id_is_404(api: Api) -> None:
    answer = reset(api, "nobody")
    assert answer.status_code == 404
    assert answer.json() == {"error": "User Error", "message": "User 'nobody' not found"}


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "newPassword", "Required"),
        ({"newPassword": "1234567"}, "newPassword", "New password must be at least 8 characters long"),
        ({"newPassword": 12345678}, "newPassword", "Expected string, received number"),
        (None, "", "Required"),
    ],
)
def test_the_body_is_checked_before_anything_is_looked_up(api: Api, body: Any, field: str, message: str) -> None:
    answer = reset(api, "nobody", body)
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": field, "message": message}]


def test_the_shortest_password_is_a_setting(api: Api, olga: User, settings: Settings) -> None:
    settings.MEET_PASSWORD_MIN_LENGTH = 5
    assert reset(api, "olga_", {"newPassword": "12345"}).status_code == 200
    answer = reset(api, "olga_", {"newPassword": "1234"})
    assert answer.json()["details"][0]["message"] == "New password must be at least 5 characters long"


def test_it_counts_as_sensitive_even_with_a_key(api: Api, olga: User, rate_limits: None) -> None:
    answers = [reset(api, "nobody") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert answers[-1].json()["message"] == "Too many requests for this operation, please try again later"

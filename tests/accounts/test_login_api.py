"""POST /internal-api/v1/auth/login (rest-api.md 1.3, decisions.md 6)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from pytest_django import Settings

import accounts.login
from accounts.models import Role, User
from tests import jwts
from tests.conftest import Api
from tests.factories import PASSWORD, make_user

LOGIN = "/internal-api/v1/auth/login"
REFUSED = {"error": "Login Error", "message": "Invalid user ID or password"}


def login(api: Api, user_id: str = "olga_", password: str = PASSWORD, **more: Any) -> Any:
    return api.post(LOGIN, {"userId": user_id, "password": password, **more})


# -- Right -----------------------------------------------------------------------------------------------------------


def test_who_logs_in_gets_an_access_and_a_refresh_token(anonymous: Api, olga: User) -> None:
    answer = login(anonymous)
    assert answer.status_code == 200
    content = answer.json()
    assert set(content) == {"message", "accessToken", "refreshToken"}
    assert content["message"] == "User 'olga_' logged in successfully"
    for name, kind, hours in (("accessToken", "access", 2), ("refreshToken", "refresh", 24)):
        claims, metadata = jwts.read(content[name])
        assert set(claims) == {"iss", "nbf", "exp", "sub", "name", "metadata"}
        assert (claims["sub"], claims["name"]) == ("olga_", "Olga")
        assert metadata == {"iat": metadata["iat"], "tokenType": kind}
        assert claims["exp"] - claims["nbf"] == hours * 3600


def test_the_access_token_opens_the_api(anonymous: Api, olga: User) -> None:
    token = login(anonymous).json()["accessToken"]
    answer = Api({"Authorization": f"Bearer {token}"}).get("/internal-api/v1/users/me")
    assert answer.json()["userId"] == "olga_"


def test_whose_password_must_change_gets_a_temporary_token_only(anonymous: Api, db: None) -> None:
    make_user("fresh_", must_change_password=True)
    answer = login(anonymous, "fresh_")
    assert answer.status_code == 200
    content = answer.json()
    assert set(content) == {"message", "accessToken", "mustChangePassword"}
    assert content["message"] == "User 'fresh_' logged in successfully, but password change is required"
    assert content["mustChangePassword"] is True
    claims, metadata = jwts.read(content["accessToken"])
    assert metadata["tokenType"] == "temporary"
    assert claims["exp"] - claims["nbf"] == 15 * 60


def test_logging_in_sets_no_cookie(anonymous: Api, olga: User) -> None:
    assert not login(anonymous).cookies


def test_lifetimes_follow_the_settings(anonymous: Api, olga: User, settings: Settings) -> None:
    settings.MEET_ACCESS_TOKEN_EXPIRATION = timedelta(minutes=3)
    claims, _ = jwts.read(login(anonymous).json()["accessToken"])
    assert claims["exp"] - claims["nbf"] == 180


# -- Wrong -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_id", "password"),
    [
        ("olga_", "wrong password"),
        ("nobody", PASSWORD),
        ("OLGA_", PASSWORD),
        ("olga_ ", PASSWORD),
        ("olga_", PASSWORD.upper()),
        ("x" * 10_000, PASSWORD),
        ("olga_", "x" * 10_000),
        ("' OR 1=1", PASSWORD),
    ],
)
def test_a_wrong_password_and_an_unknown_user_have_one_answer(
    anonymous: Api, olga: User, user_id: str, password: str
) -> None:
    answer = login(anonymous, user_id, password)
    assert answer.status_code == 404
    assert answer.json() == REFUSED


def test_who_was_switched_off_cannot_log_in(anonymous: Api, olga: User) -> None:
    User.objects.update(is_active=False)
    assert login(anonymous).json() == REFUSED


def test_who_has_no_password_cannot_log_in(anonymous: Api, db: None) -> None:
    User.objects.create_user(user_id="nopass", name="N", role=Role.ADMIN, password=None, must_change_password=False)
    assert login(anonymous, "nopass").status_code == 404


@pytest.mark.parametrize("user_id", ["olga_", "nobody"])
def test_the_time_of_the_answer_does_not_tell_who_exists(
    anonymous: Api, db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, user_id: str
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    # The module may have been loaded under the quick hasher of other tests.
    monkeypatch.setattr(accounts.login, "_NOBODY", make_password("nobody has this password"))
    make_user("olga_")
    checked: list[str] = []
    verify = Argon2PasswordHasher.verify

    def count(hasher: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        checked.append(encoded)
        return verify(hasher, password, encoded)

    monkeypatch.setattr(Argon2PasswordHasher, "verify", count)
    assert login(anonymous, user_id, "wrong password").status_code == 404
    assert len(checked) == 1


@pytest.mark.parametrize(
    ("body", "issues"),
    [
        ({}, [("userId", "Required"), ("password", "Required")]),
        (
            {"userId": "olga", "password": "1234"},
            [
                ("userId", "userId must be at least 5 characters long"),
                ("password", "password must be at least 5 characters long"),
            ],
        ),
        (
            {"userId": 12345, "password": None},
            [("userId", "Expected string, received number"), ("password", "Expected string, received null")],
        ),
        ({"userId": "olga_", "password": "12345", "code": 123456}, [("code", "Expected string, received number")]),
        ({"userId": "ol\0ga", "password": "12345"}, [("userId", "String must not contain the null character")]),
    ],
)
def test_a_body_of_another_form_is_refused(anonymous: Api, db: None, body: Any, issues: list[tuple[str, str]]) -> None:
    answer = anonymous.post(LOGIN, body)
    assert answer.status_code == 422
    assert [(entry["field"], entry["message"]) for entry in answer.json()["details"]] == issues


# -- One-time codes --------------------------------------------------------------------------------------------------


@pytest.fixture
def totp_secret(olga: User) -> Iterator[str]:
    """Olga has set up an authenticator app."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    with time_machine.travel(datetime(2030, 1, 1, 12, 0, 5, tzinfo=UTC), tick=False):
        yield secret


def code_now(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


@pytest.mark.parametrize("code", [None, "", "000000", "abc", "12345678901234567890", "٣٣٣٣٣٣"])
def test_who_has_an_authenticator_needs_its_code(anonymous: Api, totp_secret: str, code: str | None) -> None:
    answer = login(anonymous) if code is None else login(anonymous, code=code)
    assert answer.status_code == 404
    assert answer.json() == REFUSED


def test_the_right_code_lets_in_once(anonymous: Api, totp_secret: str) -> None:
    code = code_now(totp_secret)
    assert login(anonymous, code=code).status_code == 200
    assert login(anonymous, code=code).status_code == 404


def test_a_recovery_code_lets_in_once(anonymous: Api, olga: User, totp_secret: str) -> None:
    code = RecoveryCodes.activate(olga).get_unused_codes()[0]
    assert login(anonymous, code=code).status_code == 200
    assert login(anonymous, code=code).status_code == 404


def test_a_code_does_not_replace_the_password(anonymous: Api, totp_secret: str) -> None:
    assert login(anonymous, password="wrong password", code=code_now(totp_secret)).status_code == 404


def test_a_code_that_nobody_asked_for_does_no_harm(anonymous: Api, olga: User) -> None:
    assert not Authenticator.objects.exists()
    assert login(anonymous, code="123456").status_code == 200


# -- Too many --------------------------------------------------------------------------------------------------------


def test_after_five_failures_even_the_right_password_waits(anonymous: Api, olga: User, rate_limits: None) -> None:
    for _ in range(5):
        assert login(anonymous, password="wrong password").status_code == 404
    answer = login(anonymous)
    assert answer.status_code == 429
    assert answer.json() == {
        "error": "Too Many Requests",
        "message": "Too many login attempts, please try again later",
    }
    assert answer["RateLimit-Policy"] == "5;w=300"


def test_of_guesses_at_the_same_moment_five_are_tried(
    anonymous: Api, olga: User, rate_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is sent while the one before is being checked."""
    tried: list[str] = []
    refused: list[int] = []

    def check(password: str, _encoded: str) -> bool:
        tried.append(password)
        if len(tried) < 20:
            refused.append(login(anonymous, password=f"guess {len(tried)}").status_code)
        return False

    monkeypatch.setattr(accounts.login, "check_password", check)
    assert login(anonymous, password="guess 0").status_code == 404
    assert tried == [f"guess {number}" for number in range(5)]
    assert sorted(refused) == [404] * 4 + [429]


def test_many_who_come_at_the_same_moment_and_succeed_do_not_lock_each_other_out(
    anonymous: Api, olga: User, rate_limits: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A school behind one address: whoever was too many at that moment gets in at the next one."""
    statuses: list[int] = []
    is_right = [True]

    def check(_password: str, _encoded: str) -> bool:
        if is_right[0] and 429 not in statuses:
            statuses.append(login(anonymous).status_code)
        return is_right[0]

    monkeypatch.setattr(accounts.login, "check_password", check)
    statuses.append(login(anonymous).status_code)
    assert sorted(statuses) == [200] * 5 + [429]
    is_right[0] = False
    assert [login(anonymous).status_code for _ in range(6)] == [404] * 5 + [429]


def test_who_succeeds_is_not_counted(anonymous: Api, olga: User, rate_limits: None) -> None:
    for _ in range(10):
        assert login(anonymous).status_code == 200


def test_failures_are_counted_for_each_client(olga: User, rate_limits: None) -> None:
    first, second = Api({}), Api({})
    for _ in range(6):
        first.post(LOGIN, {"userId": "olga_", "password": "wrong password"}, REMOTE_ADDR="192.0.2.1")
    body = {"userId": "olga_", "password": PASSWORD}
    assert first.post(LOGIN, body, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert second.post(LOGIN, body, REMOTE_ADDR="192.0.2.2").status_code == 200

"""GET and POST /login."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from accounts.models import User
from tests.conftest import Api, Console
from tests.factories import PASSWORD, make_user
from tests.pages import Page, submit


@pytest.fixture
def visitor(db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def log_in(visitor: Client, password: str = PASSWORD, user_id: str = "olga_", **more: Any) -> Any:
    return submit(visitor, "/login", {"login": user_id, "password": password, **more})


def is_signed_in(visitor: Client) -> bool:
    return bool(visitor.get("/rooms").status_code == 200)


def test_the_page_has_the_hooks_that_scripts_look_for(visitor: Client) -> None:
    page = Page(visitor.get("/login"))
    for hook in ("login-form", "userId-input", "password-input", "login-button"):
        assert page.by_id(hook) is not None
    assert (page.by_id("userId-input") or {})["formcontrolname"] == "userId"
    assert (page.by_id("password-input") or {})["formcontrolname"] == "password"
    assert (page.by_id("password-input") or {})["type"] == "password"


def test_who_logs_in_is_taken_to_the_rooms(visitor: Client, olga: User) -> None:
    answer = log_in(visitor)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert visitor.get("/")["Location"] == "/rooms"
    assert is_signed_in(visitor)


def test_a_visitor_is_taken_to_the_login_and_back(visitor: Client, olga: User) -> None:
    answer = visitor.get("/rooms?status=open")
    assert answer["Location"] == "/login?next=/rooms%3Fstatus%3Dopen"
    assert Page(visitor.get(answer["Location"])).values()["next"] == "/rooms?status=open"
    assert log_in(visitor, next="/rooms?status=open")["Location"] == "/rooms?status=open"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "http:///x"])
def test_nobody_is_taken_elsewhere(visitor: Client, olga: User, target: str) -> None:
    assert log_in(visitor, next=target)["Location"] == "/"


def test_under_the_prefix_everything_stays_there(visitor: Client, olga: User) -> None:
    assert visitor.get("/meet/rooms")["Location"] == "/meet/login?next=/meet/rooms"
    answer = submit(visitor, "/meet/login", {"login": "olga_", "password": PASSWORD})
    assert answer["Location"] == "/meet/"


@pytest.mark.parametrize(
    ("user_id", "password"), [("olga_", "wrong password"), ("nobody", PASSWORD), ("olga_", ""), ("", PASSWORD)]
)
def test_who_is_refused_sees_the_form_again(visitor: Client, olga: User, user_id: str, password: str) -> None:
    answer = log_in(visitor, password, user_id)
    assert answer.status_code == 422
    page = Page(answer)
    assert page.by_id("login-form") is not None
    assert any(attributes.get("role") == "alert" for _, attributes in page.elements)
    assert password == "" or password not in page.text
    assert not is_signed_in(visitor)


def test_wrong_passwords_and_unknown_users_are_told_alike(visitor: Client, olga: User) -> None:
    def alert(answer: Any) -> str:
        text: str = answer.content.decode()
        return text.split('role="alert"')[1].split("</form>", maxsplit=1)[0].split("<form", maxsplit=1)[0]

    assert alert(log_in(visitor, "wrong password")) == alert(log_in(visitor, PASSWORD, "nobody"))


def test_the_form_works_only_from_its_own_page(visitor: Client, olga: User) -> None:
    answer = visitor.post("/login", {"login": "olga_", "password": PASSWORD})
    assert answer.status_code == 403
    assert Page(answer).error_reason == "forbidden"
    assert not is_signed_in(visitor)


# -- Too many --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("rate_limits")
def test_after_five_failures_the_sixth_attempt_waits_even_with_the_right_password(visitor: Client, olga: User) -> None:
    assert [log_in(visitor, "wrong password").status_code for _ in range(5)] == [422] * 5
    answer = log_in(visitor)
    assert answer.status_code == 429
    assert Page(answer).by_id("login-form") is not None
    assert not is_signed_in(visitor)


@pytest.mark.usefixtures("rate_limits")
def test_of_guesses_at_the_same_moment_five_are_tried_through_both_doors_together(
    visitor: Client, anonymous: Api, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is sent while the one before is being checked."""
    tried: list[str] = []
    statuses: list[int] = []

    def check(_user: User, password: str) -> bool:
        tried.append(password)
        if len(tried) < 20:
            statuses.append(log_in(visitor, f"guess {len(tried)}").status_code)
        return False

    monkeypatch.setattr(User, "check_password", check)
    body = {"userId": "olga_", "password": "wrong password"}
    assert anonymous.post("/internal-api/v1/auth/login", body).status_code == 404
    statuses.append(log_in(visitor, "guess 0").status_code)
    assert tried == [f"guess {number}" for number in range(4)]
    assert sorted(statuses) == [422] * 4 + [429]


@pytest.mark.usefixtures("rate_limits")
def test_who_succeeds_is_not_counted(visitor: Client, olga: User) -> None:
    for _ in range(7):
        assert log_in(visitor).status_code == 302
        submit(visitor, "/logout")


@pytest.mark.usefixtures("rate_limits")
def test_who_was_switched_off_counts_as_a_failure(visitor: Client, olga: User) -> None:
    User.objects.update(is_active=False)
    assert [log_in(visitor).status_code for _ in range(6)] == [422] * 5 + [429]


@pytest.mark.usefixtures("rate_limits")
def test_the_page_and_the_api_share_the_count(visitor: Client, anonymous: Api, olga: User) -> None:
    for _ in range(3):
        log_in(visitor, "wrong password")
    body = {"userId": "olga_", "password": "wrong password"}
    statuses = [anonymous.post("/internal-api/v1/auth/login", body).status_code for _ in range(3)]
    assert statuses == [404, 404, 429]
    assert log_in(visitor).status_code == 429


# -- The second step -------------------------------------------------------------------------------------------------


@pytest.fixture
def totp_secret(olga: User) -> Iterator[str]:
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(olga, secret)
    with time_machine.travel(datetime(2030, 1, 1, 12, 0, 5, tzinfo=UTC), tick=False):
        yield secret


def test_who_has_an_authenticator_is_asked_for_its_code(visitor: Client, totp_secret: str) -> None:
    answer = log_in(visitor)
    assert answer.status_code == 302
    assert not is_signed_in(visitor)
    step = answer["Location"]
    assert visitor.get(step).status_code == 200
    assert submit(visitor, step, {"code": "000000"}).status_code == 200
    assert not is_signed_in(visitor)
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(totp_secret, counter))
    assert submit(visitor, step, {"code": code}).status_code == 302
    assert is_signed_in(visitor)


# -- Out -------------------------------------------------------------------------------------------------------------


def test_logging_out_ends_the_session(console: Console, olga: User) -> None:
    visitor = console(olga)
    answer = submit(visitor, "/logout")
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert not is_signed_in(visitor)


def test_a_link_alone_logs_nobody_out(console: Console, olga: User) -> None:
    visitor = console(olga)
    visitor.get("/logout")
    assert is_signed_in(visitor)


def test_there_is_no_signing_up(visitor: Client) -> None:
    for path in ("/signup", "/accounts/signup/", "/login/signup"):
        assert visitor.get(path).status_code == 404


def test_the_session_cookie_is_out_of_reach_of_scripts_and_foreign_pages(visitor: Client, olga: User) -> None:
    cookie = log_in(visitor).cookies["meet_session_6080"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_who_was_switched_off_cannot_log_in(visitor: Client, db: None) -> None:
    make_user("gone__")
    User.objects.update(is_active=False)
    log_in(visitor, PASSWORD, "gone__")
    assert not is_signed_in(visitor)

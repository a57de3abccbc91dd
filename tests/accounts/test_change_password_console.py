"""/profile and /change-password-required."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tokens import TokenType, issue
from meet import clock
from tests.conftest import Api, AsUser, Console
from tests.factories import PASSWORD, make_user
from tests.pages import Page, submit

REQUIRED = "/change-password-required"
NEW = "a new password"


@pytest.fixture
def fresh(db: None) -> User:
    return make_user("fresh_", name="Freya", must_change_password=True)


def change(visitor: Client, path: str, current: str = PASSWORD, new: str = NEW, confirmed: str | None = None) -> Any:
    confirmed = new if confirmed is None else confirmed
    return submit(visitor, path, {"current": current, "new": new, "confirmed": confirmed})


# -- When it must be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/rooms", "/rooms/new", "/profile", "/config", "/nowhere"])
def test_whose_password_must_change_is_taken_to_the_page_for_that(console: Console, fresh: User, path: str) -> None:
    answer = console(fresh).get(path)
    assert (answer.status_code, answer["Location"]) == (302, REQUIRED)


def test_the_way_there_keeps_the_prefix(console: Console, fresh: User) -> None:
    visitor = console(fresh)
    assert visitor.get("/meet/rooms")["Location"] == f"/meet{REQUIRED}"
    assert visitor.get(f"/meet{REQUIRED}").status_code == 200


@pytest.mark.parametrize("path", ["/room/some-room", "/theme.css", "/health", "/language"])
def test_what_is_open_to_everybody_stays_open(console: Console, fresh: User, path: str) -> None:
    assert console(fresh).get(path).get("Location") != REQUIRED


def test_logging_out_is_always_possible(console: Console, fresh: User) -> None:
    assert submit(console(fresh), "/logout")["Location"] == "/login"


def test_after_the_change_the_session_goes_on(console: Console, fresh: User) -> None:
    visitor = console(fresh)
    page = Page(visitor.get(REQUIRED))
    controls = {attributes.get("formcontrolname") for _, attributes in page.elements}
    assert {"currentPassword", "newPassword", "confirmPassword"} <= controls
    assert page.with_class("primary-button")
    answer = change(visitor, REQUIRED)
    assert answer.status_code == 302
    assert visitor.get("/rooms").status_code == 200
    fresh.refresh_from_db()
    assert fresh.check_password(NEW)


def test_who_need_not_change_it_is_taken_home(console: Console, olga: User) -> None:
    assert console(olga).get(REQUIRED)["Location"] == "/"


def test_a_visitor_is_taken_to_the_login(db: None) -> None:
    assert Client().get(REQUIRED)["Location"].startswith("/login?next=")


@pytest.mark.usefixtures("rate_limits")
def test_passwords_are_not_guessed_here_either(console: Console, as_user: AsUser, olga: User) -> None:
    """One count with the API."""
    visitor = console(olga)
    body = {"currentPassword": "wrong password", "newPassword": NEW}
    for _ in range(5):
        assert as_user(olga).post("/internal-api/v1/users/change-password", body).status_code == 400
    assert [change(visitor, "/profile", "wrong password").status_code for _ in range(15)] == [422] * 15
    answer = change(visitor, "/profile")
    assert answer.status_code == 429
    assert Page(answer).error_reason == "too-many-requests"
    assert visitor.get("/profile").status_code == 200, "looking is not guessing"
    olga.refresh_from_db()
    assert olga.check_password(PASSWORD)


# -- By ones own will ------------------------------------------------------------------------------------------------


def test_the_profile_shows_who_one_is(console: Console, olga: User) -> None:
    page = Page(console(olga).get("/profile"))
    assert "Olga" in page.text
    assert "olga_" in page.text


def test_a_password_is_changed_and_other_sessions_end(console: Console, olga: User) -> None:
    visitor, elsewhere = console(olga), console(olga)
    answer = change(visitor, "/profile")
    assert (answer.status_code, answer["Location"]) == (302, "/profile")
    assert Page(visitor.get("/profile")).toasts == 1
    assert elsewhere.get("/profile").status_code == 302


def test_a_changed_password_ends_the_refresh_tokens_of_programs(console: Console, olga: User) -> None:
    token = issue(olga, TokenType.REFRESH, now=clock.now() - clock.MILLISECOND)
    change(console(olga), "/profile")
    answer = Api({"X-Refresh-Token": f"Bearer {token}"}).post("/internal-api/v1/auth/refresh", {})
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid refresh token")


@pytest.mark.parametrize(
    ("current", "new", "confirmed"),
    [
        ("wrong password", NEW, NEW),
        (PASSWORD, "short", "short"),
        (PASSWORD, NEW, "another new password"),
        (PASSWORD, PASSWORD, PASSWORD),
        ("", "", ""),
    ],
)
@pytest.mark.parametrize("path", ["/profile", REQUIRED])
def test_what_is_wrong_is_told_and_nothing_changes(
    console: Console, olga: User, fresh: User, path: str, current: str, new: str, confirmed: str
) -> None:
    user = fresh if path == REQUIRED else olga
    answer = change(console(user), path, current, new, confirmed)
    assert answer.status_code == 422
    page = Page(answer)
    assert any(attributes.get("aria-invalid") == "true" for _, attributes in page.elements)
    assert not {current, new, confirmed} & set(page.values().values()) - {""}
    user.refresh_from_db()
    assert user.check_password(PASSWORD)

"""What all pages share: errors that say what to do next, languages, the headers that browsers obey."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from meet.errors import DomainError, Forbidden, NotAuthenticated, TooManyRequests
from meet.livekit.gateway import LiveKitError, LiveKitUnavailable
from rooms import lifecycle
from rooms.errors import RoomNotFound
from rooms.models import Room
from tests.conftest import Console
from tests.factories import make_meeting
from tests.livekit.wire import Twirp
from tests.pages import Page, submit

HTMX = {"HX-Request": "true"}
ERRORS: list[tuple[DomainError, int, str]] = [
    (NotAuthenticated(), 401, "unauthorized"),
    (Forbidden(), 403, "forbidden-room-access"),
    (RoomNotFound("x"), 404, "invalid-room"),
    (TooManyRequests("Slow down", headers={"Retry-After": "30"}), 429, "too-many-requests"),
    (LiveKitUnavailable(), 503, "internal-error"),
    (LiveKitError("secret details"), 500, "internal-error"),
]


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(*_arguments: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(lifecycle, "create", fails)


@pytest.mark.parametrize(("error", "status", "reason"), ERRORS, ids=[type(error).__name__ for error, *_ in ERRORS])
def test_a_refusal_is_a_page_that_says_why(
    console: Console, olga: User, monkeypatch: pytest.MonkeyPatch, error: DomainError, status: int, reason: str
) -> None:
    failing(monkeypatch, error)
    answer = submit(console(olga), "/rooms/new", {"name": "x"})
    assert answer.status_code == status
    page = Page(answer)
    assert page.error_reason == reason
    assert "secret details" not in page.text
    assert answer.get("Retry-After") == error.headers.get("Retry-After")


@pytest.mark.parametrize(("error", "status", "reason"), ERRORS, ids=[type(error).__name__ for error, *_ in ERRORS])
def test_where_a_script_asked_it_is_a_toast(
    console: Console, olga: User, monkeypatch: pytest.MonkeyPatch, error: DomainError, status: int, reason: str
) -> None:
    failing(monkeypatch, error)
    answer = submit(console(olga), "/rooms/new", {"name": "x"}, **HTMX)
    assert answer.status_code == status
    page = Page(answer)
    assert not page.has_element("html")
    assert page.toasts == 1


def test_what_nobody_expected_is_a_page_without_details(
    console: Console, olga: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, RuntimeError("secret details"))
    client = console(olga)
    client.raise_request_exception = False
    answer = submit(client, "/rooms/new", {"name": "x"})
    assert answer.status_code == 500
    assert Page(answer).error_reason == "internal-error"
    assert "secret details" not in answer.content.decode()


def test_with_livekit_out_of_reach_the_console_goes_on(console: Console, olga: User, room: Room, twirp: Twirp) -> None:
    twirp.is_down()
    make_meeting(room)
    client = console(olga)
    for path in ("/rooms", f"/rooms/{room.room_id}", f"/rooms/{room.room_id}/share"):
        assert client.get(path).status_code == 200


def test_an_address_that_is_not_valid_is_a_bad_request() -> None:
    assert Client().get("/login", headers={"Host": "a b"}).status_code == 400


# -- Languages -------------------------------------------------------------------------------------------------------

PATHS = ("/rooms", "/rooms/new", "/profile", "/config", "/profile/2fa/")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_of_the_console_is_there_in_every_language(
    console: Console, admin: User, path: str, language: str
) -> None:
    answer = console(admin).get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize(("accepted", "shown"), [("fr", "en"), ("es-MX,en;q=0.5", "es"), ("", "en"), ("x" * 600, "en")])
def test_other_languages_get_the_nearest(db: None, accepted: str, shown: str) -> None:
    answer = Client().get("/login", headers={"Accept-Language": accepted})
    assert f'<html lang="{shown}"' in answer.content.decode()


def test_a_chosen_language_stays(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/language", {"language": "es", "next": "/login"})
    assert (answer.status_code, answer["Location"]) == (302, "/login")
    assert '<html lang="es"' in client.get("/login", headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_choosing_a_language_leads_nowhere_else(db: None, target: str) -> None:
    answer = Client().post("/language", {"language": "es", "next": target})
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith("//")


# -- Headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/nowhere"])
def test_browsers_are_told_to_be_careful(db: None, path: str) -> None:
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_scripts_in_a_page_carry_the_nonce_of_its_policy(console: Console, olga: User) -> None:
    answer = console(olga).get("/rooms")
    scripts = [attributes for tag, attributes in Page(answer).elements if tag == "script" and "src" not in attributes]
    inline = [attributes for attributes in scripts if attributes.get("type") != "application/json"]
    [nonce] = re.findall(r"'nonce-([^']+)'", answer["Content-Security-Policy"].split("script-src")[1].split(";")[0])
    assert all(attributes.get("nonce") == nonce for attributes in inline)


def test_no_page_carries_handlers_or_styles_that_its_policy_forbids(console: Console, admin: User, room: Room) -> None:
    client = console(admin)
    for path in (*PATHS, f"/rooms/{room.room_id}", f"/rooms/{room.room_id}/share"):
        for _, attributes in Page(client.get(path)).elements:
            forbidden = {name for name in attributes if name == "style" or re.fullmatch(r"on[a-z]+", name)}
            assert not forbidden, f"{path}: {attributes}"


def test_media_come_from_the_media_server_of_the_settings(db: None, settings: Settings) -> None:
    policy = Client().get("/login")["Content-Security-Policy"]
    [connect] = [part for part in policy.split(";") if part.strip().startswith("connect-src ")]
    assert settings.LIVEKIT_URL in connect


def test_under_https_browsers_are_told_to_stay_there(db: None, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31536000
    assert Client().get("/login", secure=True)["Strict-Transport-Security"].startswith("max-age=31536000")

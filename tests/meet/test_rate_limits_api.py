"""Which endpoint counts with which limiter, and what it says beyond the limit (rest-api.md 8.1)."""

import re
from typing import Any

import pytest
from django.urls import URLPattern
from pytest_django import Settings

from accounts.models import User
from meet import limits, urls
from meet.limits import Limiter
from rooms.models import Room
from tests.conftest import Api
from tests.factories import PASSWORD, secret_of

CLIENT = "127.0.0.1"
GENERAL = "Too many requests, please try again later"
# name → limit, seconds, message.
LIMITERS: dict[str, tuple[Limiter, int, int, str]] = {
    "login": (limits.FAILED_LOGINS, 5, 300, "Too many login attempts, please try again later"),
    "sensitive": (limits.SENSITIVE, 20, 300, "Too many requests for this operation, please try again later"),
    "auth": (limits.AUTHENTICATION, 30, 60, "Too many authentication requests, please try again later"),
    "token issuance": (limits.TOKENS, 200, 60, "Too many token requests, please try again later"),
    "api": (limits.API, 500, 60, GENERAL),
    "static": (limits.STATIC, 1000, 60, GENERAL),
    # Ours.
    "webhook tests": (limits.WEBHOOK_TESTS, 20, 300, GENERAL),
}
# The first that fits a route says its limiter; login counts failures only, where the password is checked.
ROUTES: list[tuple[str, Limiter | None]] = [
    (r"^auth/login", None),
    (r"^auth/(logout|refresh)", limits.AUTHENTICATION),
    (r"^api-keys", limits.SENSITIVE),
    (r"^users/change-password", limits.SENSITIVE),
    (r"^users/\S+/password", limits.SENSITIVE),
    (r"^rooms/\S+/members/token", limits.TOKENS),
    (r"^config/webhooks/test", limits.WEBHOOK_TESTS),
    (r"^openapi", limits.STATIC),
    (r"", limits.API),
]


@pytest.mark.parametrize("name", LIMITERS)
def test_each_limiter_is_that_of_the_contract(name: str) -> None:
    limiter, limit, window, message = LIMITERS[name]
    assert (limiter.limit, limiter.window, limiter.message) == (limit, window, message)


def test_no_two_limiters_share_a_count() -> None:
    names = [limiter.name for limiter, *_ in LIMITERS.values()]
    assert len(set(names)) == len(names)
    # Some caches take no key with a blank in it.
    assert not [name for name in names if re.search(r"\s", name)]


API_ROUTES = [
    route for route in [*urls.public_api, *urls.internal_api] if hasattr(route.callback, "view_class")
]  # the pages about the API are no endpoints


@pytest.mark.parametrize("route", API_ROUTES, ids=lambda route: str(route.pattern))
def test_every_route_counts_where_the_contract_says(route: URLPattern) -> None:
    path = str(route.pattern).removeprefix("^")
    expected = next(limiter for pattern, limiter in ROUTES if re.search(pattern, path))
    assert route.callback.view_class.limiter is expected  # type: ignore[attr-defined]


# method, path, body, limiter: one of each kind, as its clients call it; none of them with a valid API key.
REQUESTS: list[tuple[str, str, Any, str]] = [
    ("post", "/internal-api/v1/auth/login", {"userId": "nobody", "password": "wrong password"}, "login"),
    ("post", "/internal-api/v1/auth/logout", None, "auth"),
    ("post", "/internal-api/v1/auth/refresh", None, "auth"),
    ("get", "/internal-api/v1/api-keys", None, "sensitive"),
    ("post", "/internal-api/v1/api-keys", None, "sensitive"),
    ("delete", "/internal-api/v1/api-keys", None, "sensitive"),
    ("post", "/internal-api/v1/users/change-password", {}, "sensitive"),
    ("post", "/internal-api/v1/rooms/{room}/members/token", {}, "token issuance"),
    ("post", "/internal-api/v1/rooms/{room}/members/token/refresh", None, "token issuance"),
    ("get", "/api/v1/openapi.json", None, "static"),
    ("get", "/internal-api/v1/users/me", None, "api"),
    ("get", "/api/v1/rooms", None, "api"),
    ("get", "/api/v1/rooms/{room}", None, "api"),
    ("delete", "/internal-api/v1/meetings/{room}", None, "api"),
    ("get", "/internal-api/v1/config/webhooks", None, "api"),
    ("get", "/internal-api/v1/config/security", None, "api"),
    ("get", "/internal-api/v1/config/rooms/appearance", None, "api"),
    ("get", "/internal-api/v1/config/captions", None, "api"),
    ("get", "/internal-api/v1/analytics", None, "api"),
    ("post", "/internal-api/v1/ai/assistants", {}, "api"),
    ("post", "/internal-api/v1/config/webhooks/test", {}, "webhook tests"),
]
each_request = pytest.mark.parametrize(
    ("method", "path", "body", "name"), REQUESTS, ids=[f"{method} {path}" for method, path, *_ in REQUESTS]
)


@each_request
@pytest.mark.usefixtures("rate_limits")
def test_the_last_one_of_a_window_is_answered_and_the_next_one_refused(
    anonymous: Api, room: Room, method: str, path: str, body: Any, name: str
) -> None:
    limiter, limit, window, message = LIMITERS[name]
    for _ in range(limit - 1):
        limiter.hit(CLIENT)
    address = path.format(room=room.room_id)
    last = getattr(anonymous, method)(address, body)
    assert last.status_code != 429
    if name != "login":  # which says nothing as long as one may go on
        assert last["RateLimit-Policy"] == f"{limit};w={window}"
        assert last["RateLimit"].startswith(f"limit={limit}, remaining=0, reset=")
    refused = getattr(anonymous, method)(address, body)
    assert refused.status_code == 429
    assert refused.json() == {"error": "Too Many Requests", "message": message}
    assert refused["RateLimit-Policy"] == f"{limit};w={window}"
    assert refused["RateLimit"].startswith(f"limit={limit}, remaining=0, reset=")
    assert 0 < int(refused["Retry-After"]) <= window


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/redoc"])
@pytest.mark.usefixtures("rate_limits", "db")
def test_pages_about_the_api_are_counted_and_refused_as_a_page(anonymous: Api, path: str) -> None:
    for _ in range(999):
        limits.STATIC.hit(CLIENT)
    last, refused = anonymous.get(path), anonymous.get(path)
    assert last["RateLimit"].startswith("limit=1000, remaining=0, reset=")
    assert (last.status_code, refused.status_code) == (200, 429)


@each_request
@pytest.mark.usefixtures("rate_limits")
def test_others_are_not_stopped(anonymous: Api, room: Room, method: str, path: str, body: Any, name: str) -> None:
    limiter, limit, *_ = LIMITERS[name]
    for _ in range(limit):
        limiter.hit(CLIENT)
    answer = getattr(anonymous, method)(path.format(room=room.room_id), body, REMOTE_ADDR="192.0.2.9")
    assert answer.status_code != 429


@each_request
def test_switched_off_nothing_is_counted_and_nothing_said(
    anonymous: Api, room: Room, settings: Settings, method: str, path: str, body: Any, name: str
) -> None:
    settings.MEET_RATE_LIMITS = True
    limiter, limit, *_ = LIMITERS[name]
    for _ in range(limit):
        limiter.hit(CLIENT)
    settings.MEET_RATE_LIMITS = False
    answer = getattr(anonymous, method)(path.format(room=room.room_id), body)
    assert answer.status_code != 429
    assert not [header for header in answer.headers if header.startswith("RateLimit")]


@pytest.mark.usefixtures("rate_limits")
def test_signing_in_counts_failures_only(anonymous: Api, olga: User) -> None:
    path = "/internal-api/v1/auth/login"
    for _ in range(10):
        assert anonymous.post(path, {"userId": "olga_", "password": PASSWORD}).status_code == 200
    wrong = [anonymous.post(path, {"userId": "olga_", "password": "wrong password"}).status_code for _ in range(6)]
    assert wrong == [404] * 5 + [429]
    assert anonymous.post(path, {"userId": "olga_", "password": PASSWORD}).status_code == 429


@pytest.mark.usefixtures("rate_limits")
def test_only_a_valid_key_lifts_the_general_limit_and_no_other(api: Api, room: Room) -> None:
    for limiter, limit, *_ in LIMITERS.values():
        for _ in range(limit):
            limiter.hit(CLIENT)
    assert api.get("/api/v1/rooms").status_code == 200
    assert Api({"X-API-KEY": "wrong"}).get("/api/v1/rooms").status_code == 429
    token = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    assert api.post(token, {"secret": secret_of(room)}).status_code == 429

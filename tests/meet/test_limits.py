"""Rate limits: how they count, whom, and what their headers say (rest-api.md 8.1)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django import Settings

from accounts.models import User
from meet import limits
from meet.api.views import ApiView
from meet.errors import TooManyRequests
from meet.limits import Limiter, client_of
from tests.conftest import Api, AsUser
from tests.factories import PASSWORD

LIMITER = Limiter("test", 3, 60, "Slow down")


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> Iterator[None]:
    settings.MEET_RATE_LIMITS = True
    with time_machine.travel(datetime(2030, 1, 1, 12, 0, 15, tzinfo=UTC), tick=False):
        yield


# -- Counting --------------------------------------------------------------------------------------------------------


def test_each_hit_says_how_many_are_left_and_until_when() -> None:
    assert [LIMITER.hit("ann")["RateLimit"] for _ in range(3)] == [
        "limit=3, remaining=2, reset=45",
        "limit=3, remaining=1, reset=45",
        "limit=3, remaining=0, reset=45",
    ]
    assert LIMITER.hit("bob")["RateLimit-Policy"] == "3;w=60"


def test_beyond_the_limit_it_is_an_error_that_says_when_to_come_back() -> None:
    for _ in range(3):
        LIMITER.hit("ann")
    with pytest.raises(TooManyRequests) as raised:
        LIMITER.hit("ann")
    assert raised.value.message == "Slow down"
    assert raised.value.headers == {
        "RateLimit-Policy": "3;w=60",
        "RateLimit": "limit=3, remaining=0, reset=45",
        "Retry-After": "45",
    }


def test_the_next_window_begins_anew() -> None:
    for _ in range(3):
        LIMITER.hit("ann")
    with time_machine.travel(datetime(2030, 1, 1, 12, 1, 0, tzinfo=UTC), tick=False):
        assert LIMITER.hit("ann")["RateLimit"] == "limit=3, remaining=2, reset=60"


def test_looking_counts_nothing() -> None:
    for _ in range(10):
        LIMITER.check("ann")
    for _ in range(3):
        LIMITER.hit("ann")
    with pytest.raises(TooManyRequests):
        LIMITER.check("ann")


def test_what_is_given_back_may_be_hit_again() -> None:
    for _ in range(3):
        LIMITER.hit("ann")
    LIMITER.give_back("ann", counted_at=time.time())
    assert LIMITER.hit("ann")["RateLimit"] == "limit=3, remaining=0, reset=45"
    with pytest.raises(TooManyRequests):
        LIMITER.hit("ann")


def test_what_an_earlier_window_counted_is_not_given_back_to_this_one() -> None:
    LIMITER.hit("ann")
    LIMITER.give_back("ann", counted_at=time.time() - 60)
    LIMITER.give_back("bob", counted_at=time.time())
    assert LIMITER.hit("ann")["RateLimit"] == "limit=3, remaining=1, reset=45"
    assert LIMITER.hit("bob")["RateLimit"] == "limit=3, remaining=2, reset=45"


def test_limiters_do_not_share_their_counts() -> None:
    for _ in range(3):
        LIMITER.hit("ann")
    Limiter("other", 3, 60, "x").hit("ann")


def test_switched_off_nothing_is_counted(settings: Settings) -> None:
    settings.MEET_RATE_LIMITS = False
    assert [LIMITER.hit("ann") for _ in range(10)] == [{}] * 10
    LIMITER.give_back("ann", counted_at=time.time())


def test_a_count_that_vanished_in_between_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_key: str) -> int:
        raise ValueError

    monkeypatch.setattr(cache, "incr", gone)
    assert LIMITER.hit("ann")["RateLimit"].startswith("limit=3, remaining=2")


@pytest.mark.parametrize("method", ["add", "get", "decr"])
def test_a_dead_cache_stops_nobody(
    api: Api, as_user: AsUser, olga: User, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def dead(*_arguments: object, **_options: object) -> None:
        raise ConnectionError("Redis is gone")

    monkeypatch.setattr(cache, method, dead)
    assert as_user(olga).get("/api/v1/rooms").status_code == 200
    for password, status in (("wrong password", 404), (PASSWORD, 200)):
        body = {"userId": "olga_", "password": password}
        assert Api({}).post("/internal-api/v1/auth/login", body).status_code == status


# -- The limit of the API --------------------------------------------------------------------------------------------


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two requests instead of five hundred."""
    monkeypatch.setattr(ApiView, "limiter", Limiter("api", 2, 60, limits.API.message))


@pytest.mark.usefixtures("_small")
def test_users_are_counted_and_told(as_user: AsUser, olga: User) -> None:
    caller = as_user(olga)
    answers = [caller.get("/api/v1/rooms") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit"] == "limit=2, remaining=1, reset=45"
    assert answers[2].json() == {
        "error": "Too Many Requests",
        "message": "Too many requests, please try again later",
    }
    assert answers[2]["Retry-After"] == "45"


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("headers", [{}, {"X-API-KEY": "wrong"}, {"Authorization": "Bearer wrong"}])
def test_whoever_fails_to_prove_who_they_are_is_counted(api_key: str, headers: dict[str, str]) -> None:
    caller = Api(headers)
    statuses = [caller.get("/api/v1/rooms").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_the_api_limits_those_without_a_key_to_five_hundred_a_minute() -> None:
    assert (limits.API.limit, limits.API.window) == (500, 60)


def test_a_valid_key_is_not_counted(api: Api) -> None:
    answers = [api.get("/api/v1/rooms") for _ in range(2)]
    assert "RateLimit" not in answers[1]
    assert not [key for key in getattr(cache, "_cache", {}) if "limit:api" in key]


# -- Who is asking ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hops", "forwarded", "client"),
    [
        (0, "", "192.0.2.7"),
        (0, "198.51.100.1", "192.0.2.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1, 198.51.100.1", "198.51.100.1"),
        (2, "10.0.0.1, 198.51.100.1", "10.0.0.1"),
        (2, "198.51.100.1", "192.0.2.7"),
        (1, "", "192.0.2.7"),
        (1, " , ,198.51.100.1 ,", "198.51.100.1"),
    ],
)
def test_only_trusted_proxies_say_who_is_asking(settings: Settings, hops: int, forwarded: str, client: str) -> None:
    settings.SERVER_TRUST_PROXY = hops
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory(headers=headers).get("/", REMOTE_ADDR="192.0.2.7")
    assert client_of(request) == client


def test_a_client_without_an_address_is_one_client() -> None:
    assert client_of(RequestFactory().get("/", REMOTE_ADDR="")) == "unknown"

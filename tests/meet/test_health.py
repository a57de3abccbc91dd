"""What operators and load balancers ask: /health, /healthz, /readyz, /info, /metrics."""

from typing import Any

import httpx
import pytest
import redis
import respx
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from accounts.models import ApiKey
from meet import clock, health
from recordings import storage
from recordings.models import RecorderHost
from tests.conftest import Api

LOCAL, REMOTE = "127.0.0.1", "192.0.2.7"


@pytest.fixture
def media(db: None, twirp: Any, settings: Settings) -> respx.Route:
    """LiveKit answers, and a recorder is there."""
    RecorderHost.objects.create(name="machine_1", slots=1, seen_at=clock.now())
    (settings.MEET_DATA_DIR / "broker" / "messages").mkdir(parents=True, exist_ok=True)
    route: respx.Route = twirp._router.get(twirp.base).respond(200, text="OK")
    return route


def ask(path: str, *, address: str = REMOTE, **headers: str) -> Any:
    return Client(headers=headers, REMOTE_ADDR=address).get(path)


# -- Alive -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health", "/healthz", "/meet/health"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options", "patch"])
def test_alive_is_alive_whatever_the_method(path: str, method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain"
    assert answer.content == (b"" if method == "head" else b"OK")


# -- Ready -----------------------------------------------------------------------------------------------------------


def test_ready_when_everything_is_there(media: respx.Route, db: None) -> None:
    answer = ask("/readyz", address=LOCAL)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "parts": {"database": "ok", "broker": "ok", "livekit": "ok", "storage": "ok", "recorder": "ok"},
    }


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.Response(502)])
def test_without_livekit_it_is_degraded_but_ready(media: respx.Route, db: None, failure: Any) -> None:
    media.mock(side_effect=[failure])
    answer = ask("/readyz", address=LOCAL)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["parts"]["livekit"]) == ("degraded", "unavailable")


def test_without_its_broker_it_is_degraded_but_ready(
    media: respx.Route, db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(*_arguments: Any, **_options: Any) -> None:
        raise redis.ConnectionError("refused")

    monkeypatch.setattr(redis.Redis, "ping", dead)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = ask("/readyz", address=LOCAL)
    assert answer.status_code == 200
    assert answer.json()["parts"]["broker"] == "unavailable"


def test_without_its_recorder_it_is_degraded_but_ready(media: respx.Route, settings: Settings) -> None:
    RecorderHost.objects.all().delete()
    answer = ask("/readyz", address=LOCAL)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["parts"]["recorder"]) == ("degraded", "unavailable")
    # Whether an egress service is there, nobody knows before it is asked to record.
    settings.MEET_RECORDER = "egress"
    assert ask("/readyz", address=LOCAL).json()["parts"]["recorder"] == "ok"


def test_without_its_storage_it_is_degraded_but_ready(
    media: respx.Route, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse() -> None:
        asked.append(1)
        raise storage.StorageRefused

    monkeypatch.setattr(storage, "probe", refuse)
    health._storage_in.cache_clear()
    answers = [ask("/readyz", address=LOCAL) for _ in range(3)]
    health._storage_in.cache_clear()
    assert answers[0].status_code == 200
    assert [answer.json()["parts"]["storage"] for answer in answers] == ["unavailable"] * 3
    assert len(asked) < 3, "not everybody who asks makes us write to it"


def test_without_its_database_it_is_not_ready(media: respx.Route, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def cursor(self) -> None:
            raise OperationalError("connection refused")

    monkeypatch.setattr(health, "connection", Gone())
    answer = ask("/readyz", address=LOCAL)
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable"}


def test_details_are_for_operators(media: respx.Route, api_key: str) -> None:
    assert ask("/readyz").json() == {"status": "ok"}
    assert "parts" in ask("/readyz", **{"X-API-KEY": api_key}).json()


# -- Version ---------------------------------------------------------------------------------------------------------


def test_the_version_is_for_the_holder_of_a_key(api_key: str, settings: Settings) -> None:
    answer = ask("/info", **{"X-API-KEY": api_key})
    assert answer.json() == {
        "service": "openviduMeet",
        "version": settings.MEET_VERSION,
        "gitCommit": "unknown",
        "buildDate": "unknown",
        "edition": "ce",
        "apiVersion": "v1",
    }


@pytest.mark.parametrize("headers", [{}, {"X-API-KEY": ""}, {"X-API-KEY": "wrong"}, {"Authorization": "Bearer x"}])
def test_the_version_is_for_nobody_else(api_key: str, headers: dict[str, str]) -> None:
    answer = ask("/info", address=LOCAL, **headers)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Authentication Error", "message": "Unauthorized"}


# -- Figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LOCAL, "::1", "127.9.9.9"])
def test_figures_are_shown_on_the_same_machine(db: None, address: str) -> None:
    Client().get("/health")
    answer = ask("/metrics", address=address)
    assert answer.status_code == 200
    assert 'meet_http_request_seconds_count{method="GET",status="200",view="health"}' in answer.content.decode()


def test_a_key_for_some_things_only_tells_the_version_but_no_details(media: respx.Route, api_key: str) -> None:
    ApiKey.objects.update(scopes=["rooms:read"])
    headers = {"X-API-KEY": api_key}
    assert ask("/info", **headers).status_code == 200
    assert "parts" not in ask("/readyz", **headers).json()
    assert ask("/metrics", **headers).status_code == 404


def test_figures_are_shown_to_a_key_and_to_the_token_of_the_setting(api_key: str, settings: Settings) -> None:
    assert ask("/metrics", **{"X-API-KEY": api_key}).status_code == 200
    settings.MEET_METRICS_TOKEN = "scraper"
    assert ask("/metrics", Authorization="Bearer scraper").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        (REMOTE, {}),
        (REMOTE, {"Authorization": "Bearer wrong"}),
        (REMOTE, {"Authorization": "Bearer "}),
        (REMOTE, {"Authorization": "Bearer ünicode"}),
        (REMOTE, {"X-Forwarded-For": "127.0.0.1"}),
        (LOCAL, {"X-Forwarded-For": "192.0.2.1"}),
        ("", {}),
        ("unix:", {}),
    ],
)
def test_figures_are_hidden_from_everybody_else(
    db: None, settings: Settings, address: str, headers: dict[str, str]
) -> None:
    settings.MEET_METRICS_TOKEN = "scraper"
    answer = ask("/metrics", address=address, **headers)
    assert answer.status_code == 404


def test_without_a_token_in_the_settings_none_opens_the_figures(db: None) -> None:
    assert ask("/metrics", Authorization="Bearer ").status_code == 404


@pytest.mark.parametrize(("hops", "seen"), [(0, REMOTE), (1, "198.51.100.2"), (2, LOCAL)])
def test_behind_trusted_proxies_the_client_is_who_the_outermost_saw(
    db: None, settings: Settings, hops: int, seen: str
) -> None:
    settings.SERVER_TRUST_PROXY = hops
    answer = ask("/metrics", address=REMOTE, **{"X-Forwarded-For": "127.0.0.1, 198.51.100.2"})
    assert answer.status_code == 404, "asked through a proxy is not asked on this machine"


def test_invented_methods_make_no_time_series_of_their_own(db: None) -> None:
    assert Client().generic("BREW", "/health").status_code == 200
    assert "BREW" not in ask("/metrics", address=LOCAL).content.decode()


def test_rooms_make_no_time_series_of_their_own(api: Api, room: Any) -> None:
    api.get(f"/api/v1/rooms/{room.room_id}")
    assert room.room_id not in ask("/metrics", address=LOCAL).content.decode()
    assert health.REQUESTS._name == "meet_http_request_seconds"

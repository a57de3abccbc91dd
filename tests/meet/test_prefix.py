"""The same site at the root and under MEET_BASE_PATH (decisions.md 23)."""

import re
from typing import Any

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import get_script_prefix, reverse
from pytest_django import Settings

from accounts.models import User
from tests.conftest import Api, Console
from tests.pages import Page

NOT_FOUND = {"error": "Path Not Found", "message": "API path not implemented"}


@pytest.mark.parametrize(
    "path", ["/health", "/healthz", "/theme.css", "/login", "/internal-api/v1/config/rooms/appearance"]
)
def test_everything_is_there_at_the_root_and_under_the_prefix(db: None, path: str) -> None:
    client = Client()
    assert client.get(path).status_code == client.get(f"/meet{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/meetings", "/meetings/health", "/meethealth", "/meet-health", "/Meet/health", "/meet.health"]
)
def test_only_a_whole_segment_is_the_prefix(db: None, path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/meet", "/meet/"])
def test_the_prefix_alone_is_the_home_page(console: Console, olga: User, path: str) -> None:
    assert console(olga).get(path)["Location"] == "/meet/rooms"


def test_the_prefix_is_taken_off_once(db: None) -> None:
    assert Client().get("/meet/meet/health").status_code == 404


def test_livekits_webhook_belongs_to_the_root(db: None) -> None:
    assert Client().post("/livekit/webhook").status_code == 200


@pytest.mark.parametrize(("setting", "served"), [("", "/health"), ("/video/room", "/video/room/health")])
def test_the_prefix_is_a_setting(settings: Settings, db: None, setting: str, served: str) -> None:
    settings.MEET_BASE_PATH = setting
    assert Client().get(served).status_code == 200
    assert Client().get("/meet/health").status_code == 404


def test_links_in_a_page_keep_the_prefix_of_the_request(console: Console, olga: User, room: Any) -> None:
    client = console(olga)

    def inner_links(path: str) -> list[str]:
        return [link for link in Page(client.get(path)).links() if link.startswith("/")]

    assert all(link.startswith("/meet/") for link in inner_links("/meet/rooms"))
    assert not any(link.startswith("/meet") for link in inner_links("/rooms"))


def test_static_addresses_keep_the_prefix_of_the_request_whichever_came_first(db: None) -> None:
    client = Client()

    def assets(path: str) -> set[str]:
        return set(re.findall(r'(?:src|href)="([^"]*/static/)', client.get(path).content.decode()))

    root, prefixed = {"/static/"}, {"/meet/static/"}
    assert [assets(path) for path in ("/login", "/meet/login", "/login")] == [root, prefixed, root]


def test_the_prefix_ends_with_its_request(db: None) -> None:
    Client().get("/meet/health")
    assert get_script_prefix() == "/"
    assert reverse("health") == "/health"
    assert static("x.png") == "/static/x.png"


def test_the_prefix_ends_even_if_the_request_fails(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("meet.appearance.themes.enabled", fails)
    with pytest.raises(RuntimeError):
        Client().get("/meet/theme.css")
    assert get_script_prefix() == "/"


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/nowhere", "/internal-api/v1/nowhere", "/internal-api/"])
@pytest.mark.parametrize("prefix", ["", "/meet"])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_api_path_that_does_not_exist_is_told_in_the_contracts_words(
    anonymous: Api, db: None, prefix: str, path: str, method: str
) -> None:
    answer = getattr(anonymous, method)(f"{prefix}{path}")
    assert answer.status_code == 404
    assert answer.json() == NOT_FOUND


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/api/v1/rooms"),
        ("patch", "/api/v1/rooms"),
        ("delete", "/internal-api/v1/auth/login"),
        ("get", "/internal-api/v1/auth/login"),
        ("post", "/internal-api/v1/users/me"),
    ],
)
def test_a_method_that_does_not_exist_is_a_path_that_does_not(
    as_user: Any, admin: User, method: str, path: str
) -> None:
    answer = getattr(as_user(admin), method)(path)
    assert answer.status_code == 404
    assert answer.json() == NOT_FOUND


def test_a_page_that_does_not_exist_says_so(db: None) -> None:
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert Page(answer).error_reason == "invalid-room"


@pytest.mark.parametrize("path", ["/api/v1/rooms", "/internal-api/v1/auth/logout"])
def test_a_trailing_slash_does_not_matter_to_the_api(api: Api, path: str) -> None:
    method = api.post if "logout" in path else api.get
    assert method(path).status_code == method(f"{path}/").status_code == 200

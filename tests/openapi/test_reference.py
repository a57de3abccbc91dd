"""Where people read about the API: the document, two references, the beginning of the API."""

import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from meet.openapi import document
from tests.conftest import Api, Console

pytestmark = pytest.mark.django_db
PAGES = ["/api/v1/docs", "/api/v1/redoc", "/meet/api/v1/docs", "/api/v1/docs/"]


@pytest.mark.parametrize("prefix", ["", "/meet"])
def test_anybody_may_read_the_document(anonymous: Api, prefix: str) -> None:
    answer = anonymous.get(
        f"{prefix}/api/v1/openapi.json", headers={"Accept": "text/html", "Origin": "https://a.example"}
    )
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["paths"] == document.document()["paths"]
    assert answer.json()["servers"] == [{"url": f"http://testserver{prefix}"}]


@pytest.mark.parametrize("dialect", ["2026-Q1", "2025"])
def test_the_document_is_the_same_for_older_programs(anonymous: Api, dialect: str) -> None:
    answer = anonymous.get("/api/v1/openapi.json", headers={"X-Meet-Dialect": dialect})
    assert answer.status_code == 200
    assert answer.json()["components"] == document.document()["components"]


def test_links_of_the_document_are_those_of_the_installation(anonymous: Api, settings: Settings) -> None:
    settings.MEET_BASE_URL = "https://meet.example.org"
    assert anonymous.get("/api/v1/openapi.json").json()["servers"] == [{"url": "https://meet.example.org/meet"}]


@pytest.mark.parametrize("dialect", ["2026-Q1", "2025"])
def test_the_document_is_the_same_in_every_dialect(anonymous: Api, dialect: str) -> None:
    answer = anonymous.get("/api/v1/openapi.json", headers={"X-Meet-Dialect": dialect})
    assert answer.status_code == 200
    assert answer.json()["paths"] == document.document()["paths"]


@pytest.mark.parametrize("path", PAGES)
def test_the_reference_is_our_own_host_s(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    page = answer.content.decode()
    prefix = "/meet" if path.startswith("/meet") else ""
    assert f'"{prefix}/api/v1/openapi.json"' in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    files = re.findall(rf'(?:src|href)="{prefix}/static/([^"]+)"', page)
    assert len(files) >= 2
    assert all(finders.find(file) for file in files if "favicon" not in file)


@pytest.mark.parametrize("path", PAGES)
def test_every_script_of_the_reference_has_the_nonce(path: str) -> None:
    answer = Client().get(path)
    nonce = re.search(r"script-src [^;]*'nonce-([^']+)'", answer["Content-Security-Policy"])
    assert nonce
    assert "unsafe-inline" not in answer["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
    scripts = re.findall(r"<script[^>]*>", answer.content.decode())
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)


def test_who_is_signed_in_may_try_things_out(console: Console, admin: Any) -> None:
    assert "X-CSRFToken" in console(admin).get("/api/v1/docs").content.decode()
    assert "X-CSRFToken" not in Client().get("/api/v1/docs").content.decode()


@pytest.mark.parametrize(("debug", "status"), [(False, 404), (True, 200)])
def test_the_other_prefix_has_it_only_while_one_works_on_it(settings: Settings, debug: bool, status: int) -> None:
    settings.DEBUG = debug
    assert Client().get("/internal-api/v1/docs").status_code == status


@pytest.mark.usefixtures("rate_limits")
@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/redoc", "/api/v1/openapi.json"])
def test_a_thousand_a_minute_are_enough(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meet.limits.Limiter._count", lambda *_arguments, **_options: 1001)
    answer = Client().get(path)
    assert answer.status_code == 429
    assert answer["RateLimit-Policy"] == "1000;w=60"


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/meet/api/v1/"])
def test_the_beginning_leads_to_everything(anonymous: Api, path: str) -> None:
    answer = anonymous.get(path)
    assert answer.status_code == 200
    found = answer.json()
    base = f"http://testserver{path.rstrip('/')}"
    assert found["rooms"] == f"{base}/rooms"
    assert found["docs"] == f"{base}/docs"
    for name, address in found.items():
        status = 200 if name in ("openapi.json", "docs", "redoc") else 401
        assert anonymous.get(address.removeprefix("http://testserver")).status_code == status, name

"""The API for people: what programs get, in the console's frame, with forms for what the reader may do."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from rooms.models import Room
from tests.conftest import Api, AsUser, Console, with_csrf_token

HTML = {"Accept": "text/html"}


def page_of(client: Client, path: str, **headers: str) -> Any:
    answer = client.get(path, headers={**HTML, **headers})
    assert answer["Content-Type"].startswith("text/html")
    return answer


def forms(answer: Any) -> list[str]:
    return re.findall(r'<meet-api-form data-method="(\w+)"', answer.content.decode())


def test_the_session_opens_it(console: Console, olga: User, room: Room) -> None:
    answer = page_of(console(olga), "/api/v1/rooms")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert room.room_id in page
    assert 'id="nav-link-rooms"' in page
    assert "<h1" in page
    assert "List rooms" in page
    assert forms(answer) == ["POST", "DELETE"]


def test_it_begins_with_what_there_is(console: Console, olga: User) -> None:
    page = page_of(console(olga), "/api/v1/").content.decode()
    assert 'href="http://testserver/api/v1/rooms"' in page
    assert 'href="http://testserver/api/v1/docs"' in page


def test_under_the_prefix_links_keep_it(console: Console, olga: User) -> None:
    page = page_of(console(olga), "/meet/api/v1/").content.decode()
    assert 'href="http://testserver/meet/api/v1/rooms"' in page
    assert 'href="/meet/api/v1/docs"' in page


def test_only_what_the_reader_may_do_is_offered(console: Console, olga: User, max_: User, room: Room) -> None:
    path = f"/api/v1/rooms/{room.room_id}"
    assert forms(page_of(console(olga), path)) == ["PATCH", "DELETE"]
    assert forms(page_of(console(max_), "/api/v1/rooms")) == []
    assert page_of(console(max_), path).status_code == 403


def test_who_is_not_signed_in_is_shown_the_door(anonymous: Api, db: None) -> None:
    answer = page_of(anonymous.client, "/api/v1/rooms?maxItems=5")
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "Unauthorized" in page
    assert "/login?next=/api/v1/rooms%3FmaxItems%3D5" in page
    assert forms(answer) == []


@pytest.mark.usefixtures("room")
def test_a_token_or_a_key_opens_it_as_well(api: Api, as_user: AsUser, olga: User) -> None:
    for each in (api, as_user(olga)):
        assert page_of(each.client, "/api/v1/rooms").status_code == 200


def test_a_name_is_text_and_nothing_else(api: Api, console: Console, admin: User) -> None:
    api.post("/api/v1/rooms", {"roomName": '<script>alert("x")</script>'})
    page = page_of(console(admin), "/api/v1/rooms").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_every_script_has_the_nonce_and_is_ours(console: Console, admin: User) -> None:
    page = page_of(console(admin), "/api/v1/rooms").content.decode()
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts
    assert all("nonce=" in script and "://" not in script for script in scripts)


def test_what_the_form_sends_is_taken(console: Console, olga: User) -> None:
    browser = console(olga)
    answer = browser.post(
        "/api/v1/rooms", data={"roomName": "x"}, content_type="application/json", headers=with_csrf_token(browser)
    )
    assert answer.status_code == 201


def test_the_form_begins_with_a_body_that_works(console: Console, olga: User) -> None:
    page = page_of(console(olga), "/api/v1/rooms").content.decode()
    assert "&quot;roomName&quot;: &quot;Weekly stand-up&quot;" in page

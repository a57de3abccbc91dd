"""/api-keys: the console's page of keys, where the text of a key is only ever the answer to a form."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import ApiKey, User
from meet import clock
from tests.conftest import Api, Console
from tests.pages import Page, submit

LIST, NEW = "/api-keys", "/api-keys/new"
SHOW, REPLACE, DELETE_DEFAULT = "/api-keys/default/show", "/api-keys/default/replace", "/api-keys/default/delete"
FORM: dict[str, Any] = {"name": "Timetable", "scopes": ["rooms:read", "rooms:write"]}
KEY = re.compile(r"ovmeet-[0-9a-f]{32}")


@pytest.fixture
def client(console: Console, admin: User) -> Client:
    return console(admin)


@pytest.fixture
def named(admin: User) -> ApiKey:
    key, _text = ApiKey.issue(name="Timetable", scopes=["rooms:read"], by=admin, now=clock.now())
    return key


def text_in(answer: Any) -> str:
    """The key that the answer shows."""
    [text] = set(KEY.findall(answer.content.decode()))
    return str(text)


def opens_rooms(text: str) -> bool:
    return bool(Api({"X-API-KEY": text}).get("/api/v1/rooms").status_code == 200)


def in_session(client: Client, text: str) -> bool:
    return any(text in str(value) for value in client.session.values())


# -- The list --------------------------------------------------------------------------------------------------------


def test_administrators_find_it_in_the_navigation(client: Client, console: Console, olga: User) -> None:
    page = Page(client.get(LIST))
    link = page.by_id("nav-link-api-keys")
    assert link is not None
    assert (link["href"], link["aria-current"]) == (LIST, "page")
    assert Page(console(olga).get("/rooms")).by_id("nav-link-api-keys") is None


def test_the_list_tells_of_each_key_what_is_known(client: Client, named: ApiKey) -> None:
    text = client.get(LIST).content.decode()
    for words in ("Timetable", f"{named.prefix}…", "rooms:read", "by Admin", "1 key, for"):
        assert words in text
    assert "Expired" not in text


@pytest.mark.parametrize("path", [LIST, NEW, REPLACE, DELETE_DEFAULT])
def test_every_form_proves_where_it_comes_from(client: Client, api_key: str, named: ApiKey, path: str) -> None:
    page = Page(client.get(path))
    forms = [attributes for tag, attributes in page.elements if tag == "form" and attributes.get("method") == "post"]
    tokens = [attributes for _, attributes in page.elements if attributes.get("name") == "csrfmiddlewaretoken"]
    without_token = [form for form in forms if form.get("action") == "/language"]
    assert len(tokens) == len(forms) - len(without_token)


def test_keys_stand_in_the_order_in_which_they_were_made(client: Client, admin: User) -> None:
    made = [ApiKey.issue(name=name, scopes=["admin"], by=admin, now=clock.now())[0] for name in ("b", "a", "c")]
    assert Page(client.get(LIST)).ids("key-row-") == [str(key.pk) for key in made]


def test_a_key_past_its_date_is_marked(client: Client, named: ApiKey) -> None:
    ApiKey.objects.update(expires_at=clock.now())
    answer = client.get(LIST)
    assert len(Page(answer).with_class("key-expired")) == 1
    assert "1 has expired." in answer.content.decode()


def test_a_key_outlives_the_account_of_who_made_it(client: Client, named: ApiKey) -> None:
    ApiKey.objects.update(created_by=None)
    assert Page(client.get(LIST)).ids("key-row-") == [str(named.pk)]


def test_more_keys_are_no_more_queries(client: Client, admin: User, named: ApiKey) -> None:
    with CaptureQueriesContext(connection) as before:
        client.get(LIST)
    for number in range(5):
        ApiKey.issue(name=str(number), scopes=["admin"], by=admin, now=clock.now())
    with CaptureQueriesContext(connection) as after:
        client.get(LIST)
    assert len(after) == len(before)


# -- The default key -------------------------------------------------------------------------------------------------


def test_the_default_key_is_shown_when_asked_and_nowhere_before(client: Client, api_key: str) -> None:
    before = client.get(LIST)
    assert api_key not in before.content.decode()
    assert "no-store" in before["Cache-Control"]
    answer = submit(client, SHOW)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    page = Page(answer)
    assert [attributes["data-value"] for attributes in page.with_class("input-group")] == [api_key]
    field = page.by_id("default-key-text")
    assert field is not None
    assert field["value"] == api_key
    assert not in_session(client, api_key)
    assert api_key not in client.get(LIST).content.decode()


def test_a_link_shows_nothing(client: Client, api_key: str) -> None:
    answer = client.get(SHOW)
    assert (answer.status_code, answer["Location"]) == (302, LIST)


def test_replacing_asks_first(client: Client, api_key: str) -> None:
    page = Page(client.get(REPLACE))
    assert page.with_class("confirm-button")
    assert "Webhooks are signed with the new one." in page.text
    assert opens_rooms(api_key)


def test_a_new_default_key_ends_the_old_one_and_waits_to_be_shown(client: Client, api_key: str) -> None:
    answer = submit(client, REPLACE)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    page = client.get(LIST)
    assert Page(page).toasts == 1
    assert not KEY.search(page.content.decode())
    new = text_in(submit(client, SHOW))
    assert new != api_key
    assert opens_rooms(new)
    assert not opens_rooms(api_key)


def test_a_deleted_default_key_is_gone_and_a_new_one_can_be_made(client: Client, api_key: str) -> None:
    assert "No webhooks are sent" in client.get(DELETE_DEFAULT).content.decode()
    assert opens_rooms(api_key)
    for _ in range(2):
        answer = submit(client, DELETE_DEFAULT)
        assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert not opens_rooms(api_key)
    page = Page(client.get(LIST))
    assert page.by_id("make-default-key-btn") is not None
    assert page.by_id("default-key-toggle") is None
    assert Page(submit(client, SHOW)).by_id("default-key-text") is None
    submit(client, REPLACE)
    assert opens_rooms(text_in(submit(client, SHOW)))


def test_a_default_key_that_cannot_be_opened_is_told_and_replaced(
    client: Client, api_key: str, settings: Settings
) -> None:
    settings.MEET_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    for answer in (client.get(LIST), submit(client, SHOW)):
        assert "It cannot be read any more" in answer.content.decode()
        assert Page(answer).by_id("default-key-toggle") is None
    submit(client, REPLACE)
    assert opens_rooms(text_in(submit(client, SHOW)))


# -- A new one -------------------------------------------------------------------------------------------------------


def test_a_new_key_is_shown_once_and_kept_nowhere(
    client: Client, admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = submit(client, NEW, FORM)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    text = text_in(answer)
    key = ApiKey.objects.named().get()
    assert (key.name, key.scopes, key.expires_at, key.created_by) == ("Timetable", FORM["scopes"], None, admin)
    assert opens_rooms(text)
    assert not in_session(client, text)
    assert not any(text in cookie.value for cookie in client.cookies.values())
    assert text not in caplog.text
    assert text not in client.get(LIST).content.decode()
    assert not any(text in str(value) for value in ApiKey.objects.values().get().values())


def test_the_form_explains_every_scope(client: Client) -> None:
    page = Page(client.get(NEW))
    boxes = [attributes for _, attributes in page.elements if attributes.get("name") == "scopes"]
    assert len(boxes) == 7
    assert not any("checked" in box for box in boxes)
    assert len(page.with_class("form-check-description")) == 7


def test_it_does_what_was_chosen_only(client: Client) -> None:
    text = text_in(submit(client, NEW, {**FORM, "scopes": ["users:read"]}))
    assert not opens_rooms(text)
    assert Api({"X-API-KEY": text}).get("/api/v1/users").status_code == 200


def test_it_ends_when_the_readers_clock_says_so(client: Client) -> None:
    submit(client, NEW, {**FORM, "expires_at": "2099-01-01T00:30", "utc_offset": "-120"})
    assert ApiKey.objects.named().get().expires_at == datetime(2098, 12, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "id_name"),
        ({"name": "  "}, "id_name"),
        ({"name": "\u007f"}, "id_name"),
        ({"name": "a\x00b"}, "id_name"),
        ({"name": "a" * 51}, "id_name"),
        ({"scopes": []}, "id_scopes_0"),
        ({"scopes": ["rooms:read", "root"]}, "id_scopes_0"),
        ({"expires_at": "tomorrow"}, "id_expires_at"),
        ({"expires_at": "2020-01-01T00:00"}, "id_expires_at"),
        ({"expires_at": "9999-12-31T23:59", "utc_offset": "900"}, "id_expires_at"),
        ({"expires_at": "2099-01-01T00:00", "utc_offset": "90000"}, "id_utc_offset"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_made(
    client: Client, change: dict[str, Any], field: str
) -> None:
    answer = submit(client, NEW, {**FORM, **change})
    assert answer.status_code == 422
    page = Page(answer)
    assert page.has_element("meet-form-errors")
    assert f"#{field}" in page.links()
    assert page.by_id(field) is not None
    assert not ApiKey.objects.exists()


def test_what_was_chosen_survives_an_error(client: Client) -> None:
    page = Page(submit(client, NEW, {**FORM, "expires_at": "2020-01-01T00:00"}))
    chosen = [attributes["value"] for _, attributes in page.elements if "checked" in attributes]
    assert chosen == FORM["scopes"]
    assert page.values()["name"] == "Timetable"


def test_a_name_is_text_and_no_markup(client: Client) -> None:
    answers = [submit(client, NEW, {**FORM, "name": "<b>bold</b>"}), client.get(LIST)]
    for answer in answers:
        assert "<b>bold</b>" not in answer.content.decode()
        assert "&lt;b&gt;bold&lt;/b&gt;" in answer.content.decode()


# -- Deleted ---------------------------------------------------------------------------------------------------------


def test_a_deleted_key_opens_nothing(client: Client) -> None:
    text = text_in(submit(client, NEW, FORM))
    address = f"/api-keys/{ApiKey.objects.get().pk}/delete"
    assert "Delete the key «Timetable»?" in client.get(address).content.decode()
    assert opens_rooms(text)
    answer = submit(client, address)
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert not opens_rooms(text)
    page = Page(client.get(LIST))
    assert page.toasts == 1
    assert page.ids("key-row-") == []
    assert submit(client, address).status_code == 404


@pytest.mark.parametrize("key_id", ["0", "999999", "9" * 30, "CI", "-1", "٣"])
def test_a_key_that_nobody_knows_is_404(client: Client, named: ApiKey, key_id: str) -> None:
    address = f"/api-keys/{key_id}/delete"
    assert client.get(address).status_code == submit(client, address).status_code == 404
    assert ApiKey.objects.count() == 1


def test_the_default_key_is_no_named_key(client: Client, api_key: str) -> None:
    assert submit(client, f"/api-keys/{ApiKey.objects.get().pk}/delete").status_code == 404
    assert opens_rooms(api_key)


# -- Who may ---------------------------------------------------------------------------------------------------------


def test_only_administrators_see_and_make_keys(
    console: Console, olga: User, max_: User, api_key: str, named: ApiKey
) -> None:
    deletion = f"/api-keys/{named.pk}/delete"
    for user in (olga, max_):
        client = console(user)
        for path in (LIST, NEW, SHOW, REPLACE, DELETE_DEFAULT, deletion):
            answers = [client.get(path), submit(client, path, FORM)]
            assert [answer.status_code for answer in answers] == [403, 403], path
            assert not any(api_key in answer.content.decode() for answer in answers)
    assert ApiKey.objects.count() == 2
    assert opens_rooms(api_key)


def test_other_sites_cannot_send_the_forms(client: Client, api_key: str, named: ApiKey) -> None:
    for path in (NEW, SHOW, REPLACE, DELETE_DEFAULT, f"/api-keys/{named.pk}/delete"):
        answer = client.post(path, FORM)
        assert answer.status_code == 403, path
        assert api_key not in answer.content.decode()
    assert ApiKey.objects.count() == 2
    assert opens_rooms(api_key)


@pytest.mark.parametrize("path", [LIST, NEW, SHOW, REPLACE, DELETE_DEFAULT, "/api-keys/1/delete"])
def test_visitors_are_taken_to_the_login(db: None, path: str) -> None:
    assert Client().get(path)["Location"] == f"/login?next={path}"


def test_keys_are_not_shown_and_made_in_a_hurry(client: Client, api_key: str, rate_limits: None) -> None:
    answers = [submit(client, SHOW) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    for path in (SHOW, NEW, REPLACE, DELETE_DEFAULT):
        assert submit(client, path, FORM).status_code == 429
    assert client.get(LIST).status_code == 200
    assert ApiKey.objects.count() == 1


def test_a_key_that_ended_long_ago_can_still_be_deleted(client: Client, named: ApiKey) -> None:
    ApiKey.objects.update(expires_at=clock.now() - timedelta(days=400))
    assert submit(client, f"/api-keys/{named.pk}/delete").status_code == 302
    assert not ApiKey.objects.exists()

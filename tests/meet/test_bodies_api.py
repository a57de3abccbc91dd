"""What may be sent and what is sent back: sizes, encodings, broken JSON, content types (rest-api.md 0.1, 0.3)."""

import io
import json
from typing import Any

import pytest
from django.core import signals
from django.db import OperationalError
from django.test import Client, RequestFactory

from accounts.models import User
from meet.wsgi import application
from rooms import lifecycle
from rooms.models import Room
from tests.conftest import Api, AsUser

ROOMS, LOGIN = "/api/v1/rooms", "/internal-api/v1/auth/login"
MALFORMED = {"error": "Bad Request", "message": "Malformed body"}
NO_BODY = [{"field": "", "message": "Required"}]


def post(api: Api, body: bytes, content_type: str = "application/json", path: str = ROOMS, **headers: str) -> Any:
    return api.client.generic("POST", path, body, content_type=content_type, headers=headers)


# -- Broken ----------------------------------------------------------------------------------------------------------

BROKEN: dict[str, bytes] = {
    "half": b'{"roomName": "x"',
    "nothing": b" ",
    "a word": b"room",
    "single quotes": b"{'roomName': 'x'}",
    "a trailing comma": b'{"roomName": "x",}',
    "two bodies": b"{}{}",
    "NaN": b'{"autoDeletionDate": NaN}',
    "Infinity": b'{"autoDeletionDate": -Infinity}',
    "bytes that are no text": b'{"roomName": "\xff\xfe"}',
    "another encoding": '{"roomName": "é"}'.encode("latin-1"),
    "sixteen bits": '{"roomName": "x"}'.encode("utf-16"),
    "too deep": b"[" * 50_000,
    "deep objects": b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    "a control character": b'{"roomName": "a\nb"}',
    "a lone comment": b"// {}",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_is_no_json_is_malformed(api: Api, body: bytes) -> None:
    answer = post(api, body)
    assert answer.status_code == 400
    assert answer.json() == MALFORMED
    assert not Room.objects.exists()


def test_a_number_of_any_length_breaks_nothing(api: Api) -> None:
    answer = post(api, b'{"autoDeletionDate": ' + b"9" * 5000 + b"}")
    assert answer.status_code == 400
    assert not Room.objects.exists()


@pytest.mark.parametrize("text", [b"\\ud83d", b"x\\uDC00y", b"\\ude00\\ud83d"])
def test_half_a_character_is_malformed(api: Api, text: bytes) -> None:
    answer = post(api, b'{"roomName": "' + text + b'"}')
    assert answer.status_code == 400
    assert answer.json() == MALFORMED


def test_characters_may_be_escaped(api: Api) -> None:
    assert post(api, b'{"roomName": "\\ud83d\\ude00 \\u00fc"}').json()["roomName"] == "😀 ü"


def test_of_two_equal_keys_the_last_counts(api: Api) -> None:
    assert post(api, b'{"roomName": "a", "roomName": "b"}').json()["roomName"] == "b"


# -- Size ------------------------------------------------------------------------------------------------------------


def padded(size: int) -> bytes:
    shell = b'{"nonsense": ""}'
    return shell[:-2] + b"x" * (size - len(shell)) + shell[-2:]


def test_a_hundred_kilobytes_are_taken(api: Api) -> None:
    assert post(api, padded(100 * 1024)).status_code == 201


@pytest.mark.parametrize("size", [100 * 1024 + 1, 1024 * 1024, 3 * 1024 * 1024])
@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_more_is_too_large(api: Api, size: int, content_type: str) -> None:
    answer = post(api, padded(size), content_type)
    assert answer.status_code == 413
    assert answer.json()["error"] == "Payload Too Large"
    assert not Room.objects.exists()


def test_who_is_not_allowed_learns_that_first(anonymous: Api, db: None) -> None:
    assert post(anonymous, padded(1024 * 1024)).status_code == 401
    assert post(anonymous, b"{").status_code == 401


# -- Content types ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=latin-1"],
)
def test_json_is_json_in_every_spelling(api: Api, content_type: str) -> None:
    answer = post(api, '{"roomName": "Ünï"}'.encode(), content_type)
    assert answer.json()["roomName"] == "Ünï"


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense", "", "application/octet-stream"],
)
def test_any_other_type_counts_as_no_body(api: Api, content_type: str) -> None:
    answer = post(api, b'{"roomName": "x"}', content_type)
    assert answer.status_code == 422
    assert answer.json()["details"] == NO_BODY


def test_an_empty_body_counts_as_no_body(api: Api) -> None:
    assert post(api, b"").json()["details"] == NO_BODY


def test_urlencoded_values_are_text(anonymous: Api, olga: User) -> None:
    answer = post(anonymous, b"userId=olga_&password=wrong+password", "application/x-www-form-urlencoded", path=LOGIN)
    assert answer.status_code == 404
    answer = post(anonymous, b"userId=olga_", "application/x-www-form-urlencoded", path=LOGIN)
    assert answer.json()["details"] == [{"field": "password", "message": "Required"}]


def test_a_urlencoded_flag_is_no_flag(api: Api, room: Room) -> None:
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    answer = post(api, b"secret=x&joinMeeting=true", "application/x-www-form-urlencoded", path=path)
    assert answer.json()["details"] == [{"field": "joinMeeting", "message": "Expected boolean, received string"}]


def test_urlencoded_text_in_no_encoding_is_malformed(api: Api) -> None:
    assert post(api, b"roomName=\xff\xfe", "application/x-www-form-urlencoded").status_code == 400


def test_more_fields_than_anybody_needs_are_malformed(api: Api, room: Room) -> None:
    fields = b"&".join(b"f%d=1" % number for number in range(2000))
    path = f"/internal-api/v1/rooms/{room.room_id}/members/token"
    assert post(api, fields, "application/x-www-form-urlencoded", path=path).status_code == 400
    answer = api.get(f"{ROOMS}?{fields.decode()}")
    assert answer.status_code == 400
    assert answer.json()["error"] == "Bad Request"


# -- In chunks -------------------------------------------------------------------------------------------------------


def post_in_chunks(key: str, body: bytes) -> tuple[str, Any]:
    """As the web server hands over a body without Content-Length."""
    environ = RequestFactory(headers={"X-API-KEY": key, "Transfer-Encoding": "chunked"}).generic("POST", ROOMS).environ
    environ.update({"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "CONTENT_TYPE": "application/json"})
    environ.pop("CONTENT_LENGTH", None)
    status: list[str] = []
    content = b"".join(application(environ, lambda line, _headers: status.append(line)))
    return status[0], json.loads(content)


@pytest.mark.usefixtures("_stay_connected")
def test_a_body_in_chunks_is_read_like_any_other(api_key: str) -> None:
    status, room = post_in_chunks(api_key, b'{"roomName": "In chunks"}')
    assert (status, room["roomName"]) == ("201 Created", "In chunks")


@pytest.mark.usefixtures("_stay_connected")
@pytest.mark.parametrize("size", [100 * 1024 + 1, 3 * 1024 * 1024])
def test_a_body_in_chunks_may_not_be_larger_either(api_key: str, size: int) -> None:
    status, content = post_in_chunks(api_key, padded(size))
    assert status.startswith("413")
    assert content["error"] == "Payload Too Large"


@pytest.fixture
def _stay_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a request outside of the test client would end the test's transaction."""
    monkeypatch.setattr(signals.request_started, "send", lambda **_named: [])
    monkeypatch.setattr(signals.request_finished, "send", lambda **_named: [])


# -- Answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", "text/plain", "application/xml", "image/png", "nonsense", "", "application/json;q=0.1"],
)
def test_whatever_is_accepted_the_answer_is_json(api: Api, accept: str) -> None:
    answer = api.client.get(ROOMS, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json; charset=utf-8"


def test_text_in_answers_is_not_escaped(api: Api) -> None:
    answer = post(api, '{"roomName": "Ünï 🎉"}'.encode())
    assert '"roomName":"Ünï 🎉"' in answer.content.decode()


def test_people_get_the_browsable_api(api: Api, room: Room) -> None:
    answer = api.client.get(ROOMS, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")


def test_people_get_it_without_forms_for_what_they_may_not_do(as_user: AsUser, max_: User) -> None:
    answer = as_user(max_).client.get(ROOMS, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert b'name="_content"' not in answer.content


@pytest.mark.parametrize("query", ["format=xml", "format=json", "format=api"])
def test_a_format_in_the_address_is_no_error(api: Api, room: Room, query: str) -> None:
    assert api.get(f"{ROOMS}?{query}").status_code == 200


# -- Unexpected ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [RuntimeError("secret details"), OperationalError("database is locked"), KeyError("x")]
)
def test_what_nobody_expected_is_told_without_details(
    api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_arguments: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(lifecycle, "create", fails)
    answer = post(api, b"{}")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "Internal Server Error",
        "message": "Unexpected error while processing rooms",
    }


@pytest.mark.parametrize("host", ["a b", "exa mple.org", "<script>", "[::1", ""])
def test_a_host_that_is_none_is_a_bad_request(api: Api, host: str) -> None:
    answer = api.client.get(ROOMS, headers={"Host": host})
    assert answer.status_code == 400
    assert "<script>" not in answer.content.decode()


def test_errors_outside_of_the_endpoints_have_the_contracts_form(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any, **_options: Any) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr("accounts.middleware.reverse", fails)
    answer = Client(raise_request_exception=False).get(ROOMS)
    assert answer.status_code == 500
    assert json.loads(answer.content)["error"] == "Internal Server Error"
    page = Client(raise_request_exception=False).get("/login")
    assert page.status_code == 500
    assert "secret details" not in page.content.decode()

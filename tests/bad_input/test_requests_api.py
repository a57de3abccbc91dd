"""Requests that are wrong before anybody reads a field of them, at every endpoint: broken bodies, sizes, content types,
paths, queries and headers. The answer is an error in the contract's form, never a 5xx, and nothing is changed."""

import json

import pytest
from django.http import HttpResponse

from accounts.models import User
from meet.api.fields import EnumField, StrictField
from meet.api.matching import BooleanTextField
from meet.api.pagination import MaxItemsField
from rooms.models import Room
from tests.bad_input.conftest import Caller, content, is_refusal, is_sound, problems_of
from tests.bad_input.routes import OPERATIONS, Operation, quoted
from tests.conftest import Api

MALFORMED = {"error": "Bad Request", "message": "Malformed body"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def every(chosen: list[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", [pytest.param(one, id=str(one)) for one in chosen])


def told(answer: HttpResponse) -> str:
    return f"{answer.status_code} {dict(answer.headers)} {answer.content[:300]!r}"


# -- Bodies ----------------------------------------------------------------------------------------------------------

DEPTH = 10_000
BROKEN: dict[str, bytes] = {
    "half": b'{"a": ',
    "a trailing comma": b'{"a": 1,}',
    "no JSON at all": b"<xml/>",
    "no UTF-8": b'{"a": "\xff\xfe"}',
    "overlong UTF-8": b'{"a": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half a character": b'{"a": "\\ud800"}',
    "half a character in a key": b'{"\\udfff": 1}',
    "a bare null character": b'{"a": "\0"}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "compressed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00",
}
DEEP: dict[str, bytes] = {
    "arrays": b"[" * DEPTH + b"]" * DEPTH,
    "objects": b'{"a":' * DEPTH + b"1" + b"}" * DEPTH,
}
SHALLOW = 500


@every([one for one in OPERATIONS if one.body])
def test_a_body_that_cannot_be_read(caller: Caller, operation: Operation) -> None:
    with caller.changes_nothing():
        for name, body in BROKEN.items():
            answer = caller.send(operation, body)
            assert (answer.status_code, content(answer)) == (400, MALFORMED), f"{name}: {told(answer)}"
        for name, body in DEEP.items():
            answer = caller.send(operation, body)
            assert answer.status_code in (400, 422), f"{name}: {told(answer)}"
        assert operation.body
        for field in operation.body().fields:
            answer = caller.send(operation, b'{"%s": %s}' % (str(field).encode(), b"[" * SHALLOW + b"]" * SHALLOW))
            assert problems_of(answer), f"{field}: {told(answer)}"


@every([one for one in OPERATIONS if one.body])
def test_a_body_that_is_too_large(caller: Caller, operation: Operation) -> None:
    """5 MB; also where an Idempotency-Key makes us look at the body before the endpoint does."""
    large = b'{"a": "' + b"x" * 5 * 1024 * 1024 + b'"}'
    with caller.changes_nothing():
        for content_type in (JSON, FORM):
            for headers in ({}, {"Idempotency-Key": "once"}):
                answer = caller.send(operation, large, content_type=content_type, headers=headers)
                assert is_refusal(answer, 413), f"{content_type} {headers}: {told(answer)}"


@every([one for one in OPERATIONS if one.body])
def test_a_body_of_another_kind(caller: Caller, operation: Operation) -> None:
    kinds = ["text/plain", "application/xml", "multipart/form-data; boundary=x", "multipart/form-data", "", "\xff/\xff"]
    with caller.changes_nothing():
        for kind in kinds:
            answer = caller.send(operation, b'{"a": 1}', content_type=kind)
            assert problems_of(answer) == [("", "Required")], f"{kind}: {told(answer)}"
        for kind in (f"{JSON}; charset=nonsense", f"{JSON}; charset=utf-16", f"{JSON};;=", f"{JSON}; boundary=\r\n"):
            assert is_sound(caller.send(operation, b"[]", content_type=kind)), kind
        for form in (b"%ff%fe=%ff&a=%00&=&&;", b"a=1&" * 3000, b"a" * 90_000):
            answer = caller.send(operation, form, content_type=FORM)
            assert is_sound(answer), told(answer)


@every([one for one in OPERATIONS if not one.body and one.changes])
def test_a_body_where_none_is_read(caller: Caller, operation: Operation) -> None:
    for name in ("half", "no UTF-8", "half a character", "NaN"):
        answer = caller.send(operation, BROKEN[name])
        assert is_sound(answer), f"{name}: {told(answer)}"
    assert is_sound(caller.send(operation, b"x" * 5 * 1024 * 1024, headers={"Idempotency-Key": "once"}))


# -- Paths -----------------------------------------------------------------------------------------------------------

IDS = {
    "up": "../",
    "up and away": "../../etc/passwd",
    "a quoted way up": "%2e%2e%2f",
    "quoted twice": "%252e%252e%252f",
    "a quoted slash": "nothing%2fnothing",
    "a null character": "nothing%00",
    "only a null character": "%00",
    "a new line": "nothing%0d%0aInjected:%20yes",
    "long": "n" * 10_240,
    "a long number": "9" * 400,
    "a large number": "99999999999999999999",
    "another alphabet": quoted("комната"),
    "digits of another alphabet": quoted("٣"),
    "an emoji": quoted("🎉"),
    "a letter that grows": quoted("ﬃİ"),
    "no UTF-8": "%ff%fe",
    "a surrogate": "%ed%a0%80",
    "half a quote": "nothing%",
    "a blank": "%20",
    "SQL": quoted("' OR 1=1 --"),
    "a pattern": quoted("%_*[a-z]+$"),
    "a template": quoted("{{7*7}}${7*7}"),
    "guest": "guest-",
}


@every([one for one in OPERATIONS if one.parameters])
def test_an_id_that_is_none(caller: Caller, operation: Operation) -> None:
    """Whatever is read of the request besides: the body would be fine."""
    with caller.changes_nothing():
        for parameter in operation.parameters:
            for name, value in IDS.items():
                answer = caller.send(operation, operation.example, values={parameter: value})
                assert is_sound(answer), f"{parameter} is {name}: {told(answer)}"
            for name in ("a new line", "no UTF-8", "a template"):
                answer = caller.send(
                    operation, operation.example, values={parameter: IDS[name]}, headers={"Accept": "text/html"}
                )
                assert is_sound(answer), f"{parameter} is {name}, in a browser: {told(answer)}"


# -- Queries ---------------------------------------------------------------------------------------------------------

ANY_QUERY = {
    "twice": "fields=roomId&fields=roomName",
    "twice, of the extra ones": "extraFields=config&extraFields=roles",
    "no UTF-8": "fields=%ff%fe&nextPageToken=%ff",
    "a surrogate": "fields=%ed%a0%80",
    "a null character": "fields=%00&extraFields=a%00b&a%00=b",
    "a new line": "fields=a%0d%0aInjected:%20yes",
    "long": "fields=" + "x," * 5000,
    "many": "a=1&" * 3000,
    "no query": "&&&===&;&%&%zz",
    "brackets": "a[b][c]=1&a[]=2&__proto__[x]=1",
    "another method": "_method=DELETE&method=DELETE&_content=x",
    "another format": "format=%00",
}


@every(OPERATIONS)
def test_a_query_that_means_nothing(caller: Caller, operation: Operation) -> None:
    if operation.method == "GET":
        with caller.changes_nothing():
            for name, query in ANY_QUERY.items():
                answer = caller.send(operation, query=query)
                assert is_sound(answer), f"{name}: {told(answer)}"
        return
    for name, query in ANY_QUERY.items():
        answer = caller.send(operation, operation.example, query=query)
        assert is_sound(answer), f"{name}: {told(answer)}"


TOKENS = {
    "no base64": "***",
    "nothing in it": "e30=",
    "no JSON": "bm9uc2Vuc2U=",
    "no object": "WzFd",
    "null": "bnVsbA==",
    "deep": "W1tbW1tbW1tbW1tbW1tb",
    "a null character": "eyJmaWVsZFZhbHVlIjoiYVx1MDAwMGIiLCJpZCI6MX0=",
    "half a character": "eyJmaWVsZFZhbHVlIjoiXHVkODAwIiwiaWQiOjF9",
    "a number beyond all": "eyJmaWVsZFZhbHVlIjoxZTQwMCwiaWQiOjF9",
    "an id beyond all": "eyJmaWVsZFZhbHVlIjoxLCJpZCI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OX0=",
    "an id that is text": "eyJmaWVsZFZhbHVlIjoxLCJpZCI6IjEifQ==",
    "a bare null character": "%00",
    "no ASCII": "%C3%BC",
    "no UTF-8": "%ff",
    "long": "A" * 8_000,
}
BAD_VALUES: dict[type[StrictField], list[str]] = {
    MaxItemsField: ["0", "-1", "", "ten", "NaN", "1e", "0x10", "%00", "%C3%BC", "-Infinity"],
    EnumField: ["nonsense", "", "%00", "%ff", "asc,desc", "ASC", "x" * 5000],
    BooleanTextField: ["1", "yes", "", "%00", "null"],
}


@every([one for one in OPERATIONS if one.query])
def test_a_parameter_that_is_wrong(caller: Caller, operation: Operation) -> None:
    assert operation.query
    with caller.changes_nothing():
        for name, field in operation.query().fields.items():
            wrong = next((values for kind, values in BAD_VALUES.items() if isinstance(field, kind)), [])
            for value in [*wrong, *(TOKENS.values() if name == "nextPageToken" else ())]:
                answer = caller.send(operation, query=f"{name}={value}")
                assert _is_blamed(answer, name), f"{name}={value[:50]}: {told(answer)}"
            for value in ("a%00b", "x" * 5000, "%ff", "%ed%a0%80"):
                assert is_sound(caller.send(operation, query=f"{name}={value}")), f"{name}={value[:50]}"
            if wrong or name == "nextPageToken":
                answer = caller.send(operation, query=f"{name}=1&{name}=1")
                assert _is_blamed(answer, name), f"{name} twice: {told(answer)}"


def _is_blamed(answer: HttpResponse, name: str) -> bool:
    return name in [field for field, _message in problems_of(answer) or []]


# -- Headers ---------------------------------------------------------------------------------------------------------

# As a web server hands them over: one character a byte.
VALUES = [
    "a\r\nInjected: yes", "a\nInjected: yes", "\0", "x" * 10_240, "комната".encode().decode("latin-1"), "\xff\xfe",
    "", " ", ",;=\"'", "-1",
]  # fmt: skip
HEADERS = [
    "Accept", "Accept-Language", "Accept-Encoding", "Content-Encoding", "Cookie", "Forwarded", "Host",
    "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "Last-Event-ID", "Origin", "Range",
    "Referer", "User-Agent", "X-CSRFToken", "X-ExtraFields", "X-Fields", "X-Forwarded-For", "X-Forwarded-Host",
    "X-Forwarded-Proto", "X-HTTP-Method-Override", "X-Meet-Dialect", "X-Request-ID", "HX-Request", "HX-Current-URL",
]  # fmt: skip
CREDENTIALS = ["Authorization", "X-API-KEY", "X-Refresh-Token", "X-Room-Member-Token"]


@every(OPERATIONS)
def test_headers_with_anything_in_them(caller: Caller, operation: Operation) -> None:
    for value in VALUES:
        answer = caller.send(operation, operation.example, headers=dict.fromkeys(HEADERS, value))
        assert is_sound(answer), f"all are {value[:30]!r}: {told(answer)}"


@every([one for one in OPERATIONS if one.template in ("/api/v1", "/api/v1/rooms", "/api/v1/rooms/{room_id}/members")])
def test_a_header_with_anything_in_it(caller: Caller, operation: Operation) -> None:
    """One after the other: of all together, the first may have been the only one that was read."""
    for name in HEADERS:
        for value in VALUES:
            answer = caller.send(operation, operation.example, headers={name: value})
            assert is_sound(answer), f"{name} is {value[:30]!r}: {told(answer)}"


@every([one for one in OPERATIONS if one.template.endswith(("/{room_id}", "/me", "/refresh", "/token"))])
def test_credentials_with_anything_in_them(caller: Caller, operation: Operation) -> None:
    caller.headers = {}
    for name in CREDENTIALS:
        for value in VALUES:
            for text in (value, f"Bearer {value}", f"Bearer a.{value}.b"):
                answer = caller.send(operation, operation.example, headers={name: text})
                assert is_sound(answer), f"{name} is {text[:30]!r}: {told(answer)}"
                assert answer.status_code in (400, 401, 422), f"{name} is {text[:30]!r}: {told(answer)}"


@pytest.mark.parametrize(
    "name", ["a\r\nInjected: yes", "a\nLocation: https://example.org/", "../../x", "a/b?c#d", "a;filename=x\"'"]
)
def test_what_a_room_is_called_stays_out_of_headers(api: Api, name: str, db: None) -> None:
    answer = api.post("/api/v1/rooms?fields=roomId", {"roomName": name})
    assert answer.status_code == 201
    assert is_sound(answer)
    room_id = answer.json()["roomId"]
    assert set(room_id) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")
    assert answer["Location"] == f"http://testserver/api/v1/rooms/{room_id}"


def test_an_external_id_may_be_anything_and_stays_out_of_headers(api: Api) -> None:
    for external_id in ("a\rInjected: yes", "../x", "комната/1", "a%2fb", '"; x="'):
        answer = api.put(f"/api/v1/rooms/by-external-id/{quoted(external_id)}", {})
        assert answer.status_code == 201, told(answer)
        assert is_sound(answer)
        assert json.loads(answer.content)["externalId"] == external_id


# -- Methods ---------------------------------------------------------------------------------------------------------


@every(OPERATIONS)
def test_a_method_that_is_none(caller: Caller, operation: Operation) -> None:
    with caller.changes_nothing():
        for method in ("TRACE", "CONNECT", "PROPFIND", "NONSENSE", "HEAD", "OPTIONS"):
            answer = caller.send(operation, method=method)
            assert answer.status_code < 500, f"{method}: {told(answer)}"
            if method in ("PROPFIND", "NONSENSE"):
                assert content(answer) == {"error": "Path Not Found", "message": "API path not implemented"}


def test_addresses_near_those_that_exist(api: Api, room: Room, max_: User) -> None:
    for path in (
        "//rooms",
        "/rooms//x/y/z",
        "/rooms/x/nothing",
        "/%00",
        "/rooms%00",
        "/../x",
        "/" + "x" * 10_240,
        "/ü",
    ):
        answer = api.get(f"/api/v1{path}")
        assert answer.status_code == 404, path
        assert list(answer.json()) == ["error", "message"], path

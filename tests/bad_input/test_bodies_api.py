"""Every field of every body, wrong in every way: 422 in the contract's form, naming the field, and nothing is changed
(rest-api.md 0.3)."""

import json
from typing import Any

import pytest
from django.http import HttpResponse

from meet import clock
from meet.api.fields import (
    BooleanField,
    EnumField,
    NumberField,
    ObjectSerializer,
    ObjectsField,
    StringField,
    received,
)
from meet.api.views import ApiView
from rooms.api.config_bodies import EncodingField
from rooms.api.permission_bodies import PermissionsField
from tests.bad_input.conftest import Caller, content, is_sound, problems_of
from tests.bad_input.routes import OPERATIONS, Operation, Spot, body_with, spots

WITH_BODY = [one for one in OPERATIONS if one.body]
every_body = pytest.mark.parametrize("operation", [pytest.param(one, id=str(one)) for one in WITH_BODY])

VALUES: dict[str, Any] = {"number": 7, "string": "nonsense", "boolean": True, "array": [], "object": {}, "null": None}
LONG = "x" * 10_000


def spots_of(operation: Operation) -> list[Spot]:
    assert operation.body
    return list(spots(operation.body()))


def expected_of(spot: Spot) -> str:
    """The type as the contract names it; one of `VALUES`, or the values of an enumeration."""
    return "object" if isinstance(spot.field, ObjectSerializer) else str(spot.field.expected)


def refuses(spot: Spot, kind: str) -> bool:
    if kind == "null":
        return not getattr(spot.field, "allow_null", False)
    return kind != expected_of(spot)


def message_about(spot: Spot, kind: str) -> str | None:
    """What a value of another type is worth; None where a field has words of its own."""
    if isinstance(spot.field, EncodingField):
        return None
    expected, value = expected_of(spot), VALUES[kind]
    if isinstance(spot.field, EnumField) and kind == "string":
        return f"Invalid enum value. Expected {expected}, received '{value}'"
    return f"Expected {expected}, received {received(value)}"


def check(answer: HttpResponse, wrong: list[Spot], kind: str) -> None:
    """All of `wrong` are named, each with its one message."""
    found = problems_of(answer)
    assert found, f"{kind}: {answer.content!r}"
    for spot in wrong:
        said = [message for field, message in found if field == str(spot)]
        assert len(said) == 1, f"{kind} in {spot}: {said}"
        assert message_about(spot, kind) in (None, said[0]), f"{kind} in {spot}"


def in_all(wrong: list[Spot], value: Any) -> Any:
    body: Any = {}
    for spot in wrong:
        body = body_with(spot.path, value, body)
    return body


def test_what_is_read_is_what_is_tested(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests look at the source for what a method reads; here it is asked."""
    seen: list[type[ObjectSerializer]] = []
    read = ApiView.body

    def noting(view: ApiView, serializer_class: type[ObjectSerializer], **context: Any) -> Any:
        seen.append(serializer_class)
        return read(view, serializer_class, **context)

    monkeypatch.setattr(ApiView, "body", noting)
    for operation in OPERATIONS:
        seen.clear()
        answer = caller.send(operation, [] if operation.changes else None)
        assert answer.status_code not in (401, 403), f"{operation}: {content(answer)}"
        assert seen == ([operation.body] if operation.body else []), str(operation)


@every_body
def test_another_type_than_that_of_the_field(caller: Caller, operation: Operation) -> None:
    with caller.changes_nothing():
        for kind, value in VALUES.items():
            wrong = [spot for spot in spots_of(operation) if refuses(spot, kind)]
            leaves = [spot for spot in wrong if spot.is_leaf]
            check(caller.send(operation, in_all(leaves, value)), leaves, kind)
            for spot in wrong:
                if not spot.is_leaf:
                    check(caller.send(operation, body_with(spot.path, value)), [spot], kind)


@every_body
def test_a_body_that_is_no_object(caller: Caller, operation: Operation) -> None:
    with caller.changes_nothing():
        for kind in ("array", "string", "number", "boolean"):
            value = VALUES[kind]
            found = problems_of(caller.send(operation, value))
            assert found == [("", f"Expected object, received {received(value)}")]
        assert problems_of(caller.send(operation, b"null")) == [("", "Expected object, received null")]
        assert problems_of(caller.send(operation, b"")) == [("", "Required")]


@every_body
def test_a_field_that_is_missing(caller: Caller, operation: Operation) -> None:
    with caller.changes_nothing():
        for spot in spots_of(operation):
            if not spot.is_required:
                continue
            found = problems_of(caller.send(operation, body_with(spot.path[:-1], {})))
            assert (str(spot), "Required") in (found or []), f"{spot}: {found}"


@every_body
def test_keys_that_nobody_knows_count_for_nothing(caller: Caller, operation: Operation) -> None:
    unknown = {"nonsense": [1, {"a": None}], "__proto__": {"admin": True}, "id": 1, "pk": 1, "": "", "a.b": 1}
    plain, more = caller.send(operation, {}), caller.send(operation, unknown)
    assert more.status_code == plain.status_code
    assert problems_of(more) == problems_of(plain)


def named(answer: HttpResponse) -> set[str]:
    return {field for field, _message in problems_of(answer) or []}


def texts_of(operation: Operation) -> list[Spot]:
    return [spot for spot in spots_of(operation) if isinstance(spot.field, StringField | EnumField)]


@every_body
def test_a_text_far_too_long(caller: Caller, operation: Operation) -> None:
    """Where there is no limit at the door, nothing further behind may break."""
    texts = texts_of(operation)
    limited = [spot for spot in texts if isinstance(spot.field, EnumField) or spot.field.maximum]
    with caller.changes_nothing():
        if limited:
            assert named(caller.send(operation, in_all(limited, LONG))) >= {str(spot) for spot in limited}
        for spot in texts:
            answer = caller.send(operation, body_with(spot.path, LONG, whole_body(operation)))
            assert is_sound(answer), f"{spot}: {answer.content!r}"


@every_body
def test_a_text_with_what_no_text_has(caller: Caller, operation: Operation) -> None:
    texts = texts_of(operation)
    body = in_all(texts, "a\0b-c")
    with caller.changes_nothing():
        assert named(caller.send(operation, body)) >= {str(spot) for spot in texts}
        for spot in texts:
            whole = body_with(spot.path, "a\0b-c", whole_body(operation))
            assert str(spot) in named(caller.send(operation, whole)), str(spot)
            for half in (b"\\ud800", b"\\udc00\\ud83d"):
                answer = caller.send(operation, json.dumps(whole).encode().replace(b"a\\u0000b-c", half))
                assert (answer.status_code, content(answer)) == (400, MALFORMED), f"{spot} with half a character"


MALFORMED = {"error": "Bad Request", "message": "Malformed body"}
BEYOND = [b"1e400", b"-1e400", b"1" + b"0" * 400, b"-1" + b"0" * 400]
EXTREME = [b"1e308", b"-1e308", b"1e-320", b"-0", b"9" * 300, b"9" * 19, b"8.64e15", b"-62135596800001"]


@every_body
def test_a_number_beyond_all_numbers(caller: Caller, operation: Operation) -> None:
    leaves = [spot for spot in spots_of(operation) if spot.is_leaf]
    body = json.dumps(in_all(leaves, "@number")).encode()
    with caller.changes_nothing():
        for number in BEYOND:
            answer = caller.send(operation, body.replace(b'"@number"', number))
            assert named(answer) >= {str(spot) for spot in leaves}, f"{number[:9]!r}: {answer.content!r}"


@every_body
def test_a_number_as_large_as_numbers_are(caller: Caller, operation: Operation) -> None:
    numbers = [spot for spot in spots_of(operation) if isinstance(spot.field, NumberField)]
    with caller.changes_nothing():
        for spot in numbers:
            body = json.dumps(body_with(spot.path, "@number", whole_body(operation))).encode()
            for number in EXTREME:
                answer = caller.send(operation, body.replace(b'"@number"', number))
                assert is_sound(answer), f"{spot} = {number[:9]!r}: {answer.content!r}"


# -- A body that is right --------------------------------------------------------------------------------------------


def whole_body(operation: Operation) -> Any:
    """What the endpoint would take, as far as that can be told from its fields."""
    assert operation.body
    return operation.example if operation.example is not None else _whole(operation.body())


def _whole(serializer: ObjectSerializer) -> dict[str, Any]:
    return {name: _value(field) for name, field in serializer.fields.items() if field.required}


def _value(field: Any) -> Any:
    match field:
        case ObjectSerializer():
            return _whole(field)
        case ObjectsField():
            return [_whole(field.item())]
        case EnumField():
            return field.values[-1]
        case StringField():
            return "https://example.org/" if "url" in str(field.field_name) else "a" * 12
        case BooleanField():
            return True
        case NumberField():
            return clock.to_ms(clock.now()) + 100_000_000
        case PermissionsField():
            return {}
    return []

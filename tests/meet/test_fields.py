"""Strict fields: a wrong type is named in zod's wording and nothing is converted (decisions.md 16)."""

import math
import re
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from meet.api.fields import (
    MISSING,
    BooleanField,
    EnumField,
    IdsField,
    NameField,
    NumberField,
    ObjectSerializer,
    StringField,
    parsed,
    parsed_query,
    received,
)
from meet.errors import InvalidRequest, Issue


class Inner(ObjectSerializer):
    flag = BooleanField()


class Body(ObjectSerializer):
    text = StringField(
        required=False,
        minimum=(2, "text is too short"),
        maximum=(4, "text is too long"),
        pattern=(re.compile(r"^[a-z]*\Z"), "text is not plain"),
    )
    flag = BooleanField(required=False)
    number = NumberField(required=False, positive="number must be positive")
    choice = EnumField(("a", "b"), required=False)
    inner = Inner(required=False)
    nullable = StringField(required=False, allow_null=True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def problems(body: Any, kind: type[ObjectSerializer] = Body) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as raised:
        parsed(kind, body)
    return [(issue.field, issue.message) for issue in raised.value.issues]


def issues_of(body: Any) -> tuple[Issue, ...] | None:
    try:
        parsed(Body, body)
    except InvalidRequest as error:
        return error.issues
    return None


def without_inner(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "inner"}


WRONG: dict[str, tuple[Any, str]] = {
    "string": ("x", "string"),
    "number": (5, "number"),
    "float": (0.5, "number"),
    "boolean": (True, "boolean"),
    "null": (None, "null"),
    "array": ([], "array"),
    "object": ({}, "object"),
    "nan": (math.nan, "nan"),
}
EXPECTED = {
    "text": ("string", {"string"}),
    "flag": ("boolean", {"boolean"}),
    "number": ("number", {"number", "float"}),
    "choice": ("'a' | 'b'", {"string"}),
    "inner": ("object", {"object"}),
}
CASES = [
    (field, value, f"Expected {expected}, received {name}")
    for field, (expected, fine) in EXPECTED.items()
    for kind, (value, name) in WRONG.items()
    if kind not in fine
]


@pytest.mark.parametrize(("field", "value", "message"), CASES, ids=[f"{field} {value!r}" for field, value, _ in CASES])
def test_a_wrong_type_yields_the_type_issue_only(field: str, value: Any, message: str) -> None:
    assert problems({field: value}) == [(field, message)]


@pytest.mark.parametrize("value", [math.inf, -math.inf, 10**400, -(10**400)], ids=["∞", "-∞", "huge", "-huge"])
def test_an_infinite_number_is_none(value: float) -> None:
    assert problems({"number": value}) == [("number", "Expected number, received number")]


def test_several_broken_rules_of_one_field_are_all_told() -> None:
    assert problems({"text": "ÄÄÄÄÄ"}) == [("text", "text is too long"), ("text", "text is not plain")]
    assert problems({"text": "Ä"}) == [("text", "text is too short"), ("text", "text is not plain")]


def test_rules_of_all_fields_are_told_at_once_with_their_paths() -> None:
    found = problems({"flag": 1, "choice": "c", "inner": {"flag": "x"}, "number": -1})
    assert found == [
        ("flag", "Expected boolean, received number"),
        ("number", "number must be positive"),
        ("choice", "Invalid enum value. Expected 'a' | 'b', received 'c'"),
        ("inner.flag", "Expected boolean, received string"),
    ]


def test_what_is_required_and_missing_is_told() -> None:
    assert problems({"inner": {}}) == [("inner.flag", "Required")]
    assert problems({}, Inner) == [("flag", "Required")]


def test_null_is_a_value_only_where_it_is_allowed() -> None:
    assert parsed(Body, {"nullable": None}) == {"nullable": None}
    assert problems({"text": None}) == [("text", "Expected string, received null")]


def test_unknown_keys_are_dropped() -> None:
    assert parsed(Body, {"text": "abc", "other": 1, "inner": {"flag": True, "x": 2}}) == {
        "text": "abc",
        "inner": {"flag": True},
    }


def test_nothing_is_trimmed_or_converted() -> None:
    class Loose(ObjectSerializer):
        text = StringField()
        number = NumberField()

    assert parsed(Loose, {"text": "  x ", "number": 1.5}) == {"text": "  x ", "number": 1.5}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (MISSING, "Required"),
        (None, "Expected object, received null"),
        ([], "Expected object, received array"),
        ("x", "Expected object, received string"),
        (5, "Expected object, received number"),
        (False, "Expected object, received boolean"),
    ],
)
def test_a_body_must_be_an_object(body: Any, message: str) -> None:
    assert problems(body) == [("", message)]


@given(JSON)
def test_whatever_json_comes_it_is_accepted_or_refused_with_issues(body: Any) -> None:
    issues = issues_of(body)
    assert issues is None or issues
    assert all(isinstance(issue.field, str) and issue.message for issue in issues or [])


@given(st.dictionaries(st.sampled_from(["text", "flag", "number", "choice", "inner", "nullable"]), JSON))
def test_whatever_stands_in_a_field_it_is_accepted_or_refused_with_issues(body: Any) -> None:
    issues = issues_of(body)
    if issues is None:
        assert without_inner(parsed(Body, body)) == without_inner(body)
    else:
        assert {issue.field.split(".")[0] for issue in issues} <= set(body)


@given(st.text())
def test_null_characters_are_refused_and_all_other_text_is_kept(text: str) -> None:
    class Free(ObjectSerializer):
        text = StringField()

    if "\0" in text:
        assert problems({"text": text}, Free) == [("text", "String must not contain the null character")]
    else:
        assert parsed(Free, {"text": text}) == {"text": text}


class Lists(ObjectSerializer):
    ids = IdsField("At least one", clean=lambda text: text.strip(" !"))
    name = NameField(longest=5, empty="no name", required=False)


def test_a_list_of_ids_has_each_once_as_it_is_cleaned() -> None:
    assert parsed_query(Lists, QueryDict("ids=b, a!,b,,!,a")) == {"ids": ["b", "a"]}


@pytest.mark.parametrize("query", ["", "ids=", "ids=,+,!"])
def test_a_list_without_ids_is_refused_as_a_missing_one(query: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parsed_query(Lists, QueryDict(query))
    assert raised.value.issues == (Issue("ids", "At least one"),)


@pytest.mark.parametrize(
    ("name", "message"), [("", "no name"), (" \t", "no name"), ("x" * 6, "name cannot exceed 5 characters")]
)
def test_a_name_can_be_read(name: str, message: str) -> None:
    assert problems({"ids": "a", "name": name}, Lists) == [("name", message)]


def test_a_query_parameter_given_twice_is_an_array() -> None:
    class Query(ObjectSerializer):
        text = StringField(required=False)

    assert parsed_query(Query, QueryDict("text=a")) == {"text": "a"}
    with pytest.raises(InvalidRequest) as raised:
        parsed_query(Query, QueryDict("text=a&text=b"))
    assert raised.value.issues[0].message == "Expected string, received array"


@pytest.mark.parametrize(("value", "name"), WRONG.values(), ids=WRONG.keys())
def test_types_have_javascripts_names(value: Any, name: str) -> None:
    assert received(value) == name

"""Text filters: every mode finds on both databases what it says, and no pattern holds the server."""

import time
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from accounts.models import User
from meet.api.fields import ObjectSerializer, parsed_query
from meet.api.matching import match_fields, text_match
from meet.errors import InvalidRequest
from tests.factories import make_user

NAMES = ["Anna", "anna", "Annabel", "Joanna", "50% off", "5000", "Straße", "Élodie", "ﬁnn", "a_b", "(Ann)", "ab\\c"]


class Query(ObjectSerializer):
    def get_fields(self) -> dict[str, Any]:
        return match_fields("name")


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    for number, name in enumerate(NAMES):
        make_user(f"user_{number}", name=name)


def found(**query: str) -> set[str]:
    asked = QueryDict(mutable=True)
    asked.update(query)
    match = text_match(parsed_query(Query, asked), "name")
    with match.bounded():
        return {user.name for user in User.objects.filter(match.on("name", key="name_key"))}


def problem(**query: str) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        found(**query)
    (issue,) = caught.value.issues
    return issue.field, issue.message


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        ("exact", "anna", {"anna"}),
        ("exact", "ann", set()),
        ("exact", "strasse", set()),
        ("prefix", "Ann", {"Anna", "Annabel"}),
        ("prefix", "50%", {"50% off"}),
        ("prefix", "é", set()),
        ("partial", "Ann", {"Anna", "Annabel", "(Ann)"}),
        ("partial", "%", {"50% off"}),
        ("partial", "_", {"a_b"}),
        ("partial", "\\", {"ab\\c"}),
        ("partial", "n.a", set()),
        ("regex", "^A.*a$", {"Anna"}),
        ("regex", "^A", {"Anna", "Annabel"}),
        ("regex", r"\bAnn\b", {"(Ann)"}),
        ("regex", r"\Banna\z", {"Joanna"}),
        ("regex", r"^\d+$", {"5000"}),
        ("regex", "ann|É", {"anna", "Joanna", "Élodie"}),
    ],
)
def test_upper_and_lower_case_are_told_apart(mode: str, text: str, expected: set[str]) -> None:
    assert found(name=text, nameMatchMode=mode) == expected


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        ("exact", "ANNA", {"Anna", "anna"}),
        ("exact", "STRASSE", {"Straße"}),
        ("exact", "FINN", {"ﬁnn"}),
        ("prefix", "ann", {"Anna", "anna", "Annabel"}),
        ("prefix", "é", {"Élodie"}),
        ("partial", "ANN", {"Anna", "anna", "Annabel", "Joanna", "(Ann)"}),
        ("partial", "A_", {"a_b"}),
        ("regex", "^ANN[A-B]$", {"Anna", "anna"}),
        ("regex", "^ÉL", {"Élodie"}),
        ("regex", "aßE$", {"Straße"}),
        ("regex", r"^\W", {"(Ann)", "Élodie"}),
        ("regex", "(?i)^ann.$", {"Anna", "anna"}),
        ("regex", r"^A\S{3}$", {"Anna", "anna", "ab\\c"}),
    ],
)
def test_case_is_ignored_on_request(mode: str, text: str, expected: set[str]) -> None:
    names = found(name=text, nameMatchMode=mode, nameCaseInsensitive="TRUE")
    assert names == expected


def test_exact_and_case_sensitive_are_the_default_and_no_text_is_no_filter() -> None:
    assert found(name="anna") == {"anna"}
    assert found() == found(name="") == found(name="", nameMatchMode="regex") == set(NAMES)


@pytest.mark.parametrize("text", ["", "1", "yes", "0", "truefalse"])
def test_case_sensitivity_is_true_or_false(text: str) -> None:
    expected = ("nameCaseInsensitive", "Expected boolean, received string")
    assert problem(name="x", nameCaseInsensitive=text) == expected


def test_a_mode_is_one_of_four() -> None:
    message = "Invalid enum value. Expected 'exact' | 'prefix' | 'partial' | 'regex', received 'fuzzy'"
    assert problem(name="x", nameMatchMode="fuzzy") == ("nameMatchMode", message)


@pytest.mark.parametrize("case", ["true", "false"])
@pytest.mark.parametrize(
    "pattern",
    ["(", "[a", "*", "a**", r"\Q", "(?=a)", r"(a)\1", "a" * 101, "((a{999}){999}){999}", "***:a", "[z-a]", "\\"],
)
def test_a_pattern_that_does_not_compile_is_refused(pattern: str, case: str) -> None:
    expected = ("name", "Invalid regular expression pattern")
    assert problem(name=pattern, nameMatchMode="regex", nameCaseInsensitive=case) == expected


@pytest.mark.parametrize("case", ["true", "false"])
@pytest.mark.parametrize(
    "pattern",
    [
        r"\pL", r"\p{Greek}", r"\PN", r"\Qa.b\E", "(?P<n>a)", "(?P=n)", "(?<n>a)", "a(?i)b", "(?i:a)", "(?-i)a",
        "(?s).", "(?m)^a", "(?U)a", r"\C", r"\x41", r"\x{41}", r"\07", r"\123", r"\y", r"\m", r"\Z", r"\K", r"\G",
        r"\h", r"\é", "[[:alpha:]]", "[[=a=]]", "[[.a.]]", "[a-c-e]", r"[\d-z]", r"[a-\d]", r"[\D]", r"[\W]", r"[\S]",
        r"[\b]", r"[\pL]", "a**", "a+*", "a{2}{3}", "^*a", "a$+", r"\b*", "a{256}", "a{2,999}", "a{1001}", "(?=a)",
        "(?<!a)b", "(?#a)b",
    ],
)  # fmt: skip
def test_what_the_two_matchers_do_not_share_is_refused_on_either_database(pattern: str, case: str) -> None:
    expected = ("name", "Invalid regular expression pattern")
    assert problem(name=pattern, nameMatchMode="regex", nameCaseInsensitive=case) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(?:Jo|^A)nn?a", {"Anna", "Annabel"}),
        ("^(A|a)n{2}a(bel)??$", {"Anna", "anna", "Annabel"}),
        ("^5{1}0{1,}$", {"5000"}),
        ("^.{4}$", {"Anna", "anna", "5000", "ab\\c"}),
        (r"^\w+$", {"Anna", "anna", "Annabel", "Joanna", "5000", "a_b"}),
        (r"^\W", {"(Ann)", "Élodie", "ﬁnn"}),
        (r"\bl", {"Élodie"}),
        (r"\Bl", {"Annabel"}),
        (r"e\b", {"Élodie", "Straße"}),
        (r"[\s%]o", {"50% off"}),
        (r"\So", {"Joanna", "Élodie"}),
        (r"\D\d|^[^\w]A", {"(Ann)"}),
        (r"\Aa.b\z", {"a_b"}),
        (r"\(", {"(Ann)"}),
        ("[(?:]", {"(Ann)"}),
        ("[]%]", {"50% off"}),
        ("[^]A-Za-z0-9]$", {"(Ann)"}),
        (r"[\\]c", {"ab\\c"}),
        ("[x_-]", {"a_b"}),
        ("[-_]", {"a_b"}),
        ("[É-Ü]", {"Élodie"}),
        ("[!-)]", {"50% off", "(Ann)"}),
        ("a{|x{,2}|_b", {"a_b"}),
        ("()5|", set(NAMES)),
        ("A^n|n$A", set()),
        (r"\t|\n|\a|[\f\v\r]", set()),
        ("(?i)É", {"Élodie"}),
        ("(?i)", set(NAMES)),
    ],
)
def test_a_pattern_finds_the_same_on_either_database(pattern: str, expected: set[str]) -> None:
    assert found(name=pattern, nameMatchMode="regex") == expected


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^a]$"])
def test_no_pattern_holds_the_server(pattern: str) -> None:
    make_user("aaaaa", name="a" * 49 + "!")
    began = time.monotonic()
    found(name=pattern, nameMatchMode="regex")
    assert time.monotonic() - began < 2.5


def test_long_texts_find_nothing() -> None:
    for mode in ("exact", "prefix", "partial"):
        for case in ("true", "false"):
            assert found(name="a" * 60_000, nameMatchMode=mode, nameCaseInsensitive=case) == set()


def test_a_query_that_takes_too_long_is_the_patterns_fault() -> None:
    """PostgreSQL's matcher is given a time, as no query of a test could be slow enough for sure."""
    match = text_match({"name": "a", "nameMatchMode": "regex", "nameCaseInsensitive": False}, "name")
    if connection.vendor == "postgresql":
        limit, slow, expected = "SHOW statement_timeout", "SET LOCAL statement_timeout = 10; SELECT pg_sleep(5)", True
    else:
        limit, slow, expected = "SELECT '2s'", "SELECT 1", False
    with pytest.raises(InvalidRequest) if expected else nullcontext(), match.bounded(), connection.cursor() as cursor:
        cursor.execute(limit)
        assert cursor.fetchone() == ("2s",)
        cursor.execute(slow)

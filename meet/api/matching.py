"""Searching lists by text: the triple `<x>`, `<x>MatchMode`, `<x>CaseInsensitive` (rest-api.md 0.5).

A door merges `match_fields("name")` into the fields of its query, makes a `TextMatch` with `text_match`, filters with
`match.on(…)` and fetches the rows inside `match.bounded()`. All of that does nothing when no text was given.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import re2
from django.db import DataError, OperationalError, connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import Exact, GreaterThan
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from meet.api.fields import EnumField, StrictField, StringField, received
from meet.api.patterns import NotShared, for_postgresql
from meet.db import regular_expression
from meet.errors import InvalidRequest, Issue
from meet.names import name_key

_LONGEST_PATTERN = 100
_LAST_CHARACTER = "\U0010ffff"
# PostgreSQL's code for a statement that has run into its time-out.
_QUERY_CANCELED = "57014"
# The one inline flag there is: what the parameter says as well.
_IGNORING_CASE = "(?i)"


class MatchMode(StrEnum):
    EXACT = "exact"
    PREFIX = "prefix"
    PARTIAL = "partial"
    REGEX = "regex"


class BooleanTextField(StrictField):
    """`true` or `false` in any case, as query strings say it."""

    expected = "boolean"

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, str) or data.lower() not in ("true", "false"):
            raise ValidationError(f"Expected boolean, received {received(data)}")
        return data.lower() == "true"


def match_fields(name: str) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {
        name: StringField(default="", help_text=f"Only those whose `{name}` matches this; empty for all"),
        f"{name}MatchMode": EnumField(
            MatchMode,
            default=MatchMode.EXACT.value,
            help_text=f"Where `{name}` matches: as a whole, at the beginning, anywhere, or as a regular expression in "
            f"the syntax of RE2, of {_LONGEST_PATTERN} characters at most",
        ),
        f"{name}CaseInsensitive": BooleanTextField(
            default=False, help_text=f"Whether `{name}` matches in upper and lower case alike"
        ),
    }


@dataclass(frozen=True)
class TextMatch:
    """`parameter` is the one to blame for a pattern that does not work out."""

    parameter: str
    text: str
    mode: MatchMode
    ignores_case: bool

    def __bool__(self) -> bool:
        """Whether there is anything to match; an empty text counts as none."""
        return bool(self.text)

    def on(self, column: str, *, key: str) -> Q:
        """The condition on `column`, a text, and `key`, its `name_key` in a `KeyField`."""
        if not self.text:
            return Q()
        field, wanted = (key, name_key(self.text)) if self.ignores_case else (column, self.text)
        if self.mode is MatchMode.REGEX:
            pattern = _folded_pattern(self.text) if self.ignores_case else self.text
            return Q(**{f"{field}__regex": for_postgresql(pattern) if connection.vendor == "postgresql" else pattern})
        if self.mode is MatchMode.EXACT:
            # The key goes with it because it is what the index has.
            return Q(**{field: wanted, key: name_key(self.text)})
        if self.mode is MatchMode.PREFIX and self.ignores_case:
            return Q(**{f"{key}__gte": wanted, f"{key}__lt": wanted + _LAST_CHARACTER})
        # Not LIKE, which tells no case from another on SQLite.
        found_at = StrIndex(F(field), Value(wanted))
        return Q(Exact(found_at, 1) if self.mode is MatchMode.PREFIX else GreaterThan(found_at, 0))

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Where the rows are fetched: a pattern may hold the database for two seconds and no longer. On SQLite the
        matcher itself takes time in proportion to the text, whatever the pattern (decisions.md 15)."""
        if not self.text or self.mode is not MatchMode.REGEX or connection.vendor != "postgresql":
            yield
            return
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL statement_timeout = '2s'")
                yield
        except DataError as error:
            raise _bad_pattern(self.parameter) from error
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _QUERY_CANCELED:
                raise
            raise _bad_pattern(self.parameter) from error


def text_match(query: Mapping[str, Any], name: str) -> TextMatch:
    """What the validated `query` asks of `name`. Patterns are those of RE2 that mean the same on every database; 422
    for others."""
    match = TextMatch(name, query[name], MatchMode(query[f"{name}MatchMode"]), query[f"{name}CaseInsensitive"])
    if match.mode is MatchMode.REGEX:
        try:
            if len(match.text) > _LONGEST_PATTERN:
                raise _bad_pattern(name)
            if match.text.startswith(_IGNORING_CASE):
                match = replace(match, text=match.text.removeprefix(_IGNORING_CASE), ignores_case=True)
            _expect_shared(match.text)
            _expect_shared(_folded_pattern(match.text))
        except (re2.error, NotShared) as error:
            raise _bad_pattern(name) from error
    return match


def _expect_shared(pattern: str) -> None:
    regular_expression(pattern)
    for_postgresql(pattern)


def _bad_pattern(parameter: str) -> InvalidRequest:
    return InvalidRequest(Issue(parameter, "Invalid regular expression pattern"))


# An escape or one character.
_PIECE = re.compile(r"\\.|.", re.DOTALL)


def _folded_pattern(pattern: str) -> str:
    """`pattern` with its letters as `name_key` has them, and everything that is not a letter as it was."""

    def fold(piece: re.Match[str]) -> str:
        text = piece[0]
        if text.startswith("\\"):
            return text
        return text.lower() if text.isascii() else re.escape(name_key(text))

    return _PIECE.sub(fold, pattern)

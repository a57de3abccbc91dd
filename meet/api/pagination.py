"""Lists by key, never by offset: page 10,000 costs what page 1 costs (rest-api.md 0.5, decisions.md 13).

A list is a union of scopes («my rooms», «rooms I am a member of», …). One OR over them defeats every index; so each
scope is asked for its next page by itself, and the pages are merged.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from meet import clock
from meet.api.fields import EnumField, StrictField, StringField
from meet.errors import InvalidRequest, Issue

Row = TypeVar("Row", bound=Model)

_DEFAULT_ITEMS = 10
_MOST_ITEMS = 100
# Whole numbers that no column holds.
_BEYOND = 2**63


# What JavaScript's Number() reads as decimal; Python's float() takes «1_000» and «inf» as well.
_NUMBER = re.compile(r"[+-]?(Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)|", re.ASCII)


class MaxItemsField(StrictField):
    """Coerced like JavaScript's Number(), floored, capped."""

    expected = "number"

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, list) or not _NUMBER.fullmatch(data.strip()):
            raise ValidationError("Expected number, received nan")
        number = float(data.strip() or 0)
        if number < 1:
            raise ValidationError("maxItems must be a positive number")
        return int(min(number, _MOST_ITEMS))


def page_fields(sort_fields: Sequence[str]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """The four paging parameters of a list; the first of `sort_fields` is the default."""
    return {
        "maxItems": MaxItemsField(default=_DEFAULT_ITEMS, help_text=f"Items of a page; {_MOST_ITEMS} at most"),
        "nextPageToken": StringField(default="", help_text="From the page before; it is not to be taken apart"),
        "sortField": EnumField(sort_fields, default=sort_fields[0]),
        "sortOrder": EnumField(("asc", "desc"), default="desc"),
    }


@dataclass(frozen=True)
class Sort:
    """A column to sort by; `kind` is datetime, str, int or float."""

    column: str
    kind: type
    nullable: bool = False


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    next_token: str | None
    max_items: int

    def envelope(self, name: str, represent: Callable[[Row], Mapping[str, Any]]) -> dict[str, Any]:
        pagination: dict[str, Any] = {"isTruncated": self.next_token is not None, "maxItems": self.max_items}
        if self.next_token is not None:
            pagination["nextPageToken"] = self.next_token
        return {name: [represent(row) for row in self.rows], "pagination": pagination}


def page(
    scopes: Sequence[QuerySet[Row]],
    *,
    sorts: Mapping[str, Sort],
    query: Mapping[str, Any],
    whole: Callable[[Any], QuerySet[Row]] = lambda rows: rows,
) -> Page[Row]:
    """The page that the validated `query` asks for; `sorts` maps the names of sort fields to columns. `whole` adds to a
    query what is shown of a row, for the rows of the page only. Several scopes are asked for keys first.

    Ties are broken by primary key. Rows without a value come first in ascending, last in descending order. A row in
    several scopes comes once.
    """
    sort = sorts[query["sortField"]]
    descending = query["sortOrder"] == "desc"
    size = query["maxItems"]
    ranges = _behind(sort, query["nextPageToken"], descending=descending)
    order = _order(sort, descending=descending)
    found = [[(scope.filter(one) if one else scope).order_by(*order) for one in ranges] for scope in scopes]
    if len(found) == 1:
        rows = _first([whole(part) for part in found[0]], size + 1)
    else:
        keys = _all([part.values_list(sort.column, "pk")[: size + 1] for one in found for part in one])
        ordered = sorted(keys, key=lambda key: _sort_key(*key), reverse=descending)
        pks = [pk for _value, pk in ordered[: size + 1]]
        by_pk = whole(scopes[0].model._default_manager.all()).in_bulk(pks)
        rows = [by_pk[pk] for pk in pks if pk in by_pk]
    has_more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _token(rows[-1], sort.column) if has_more else None, size)


def _first(ranges: Iterable[QuerySet[Any, Any]], count: int) -> list[Any]:
    """The first `count` rows; `ranges` follow one another."""
    rows: list[Any] = []
    for one in ranges:
        rows += one[: count - len(rows)]
        if len(rows) == count:
            break
    return rows


def _all(parts: Sequence[QuerySet[Any, Any]]) -> set[Any]:
    """The rows of all `parts`, asked for at once where the database has limits in unions; SQLite has no such thing, and
    no way to it that would be worth saving."""
    if not connection.features.supports_slicing_ordering_in_compound:
        return {row for part in parts for row in part}
    first, *others = parts
    return set(first.union(*others, all=True))


def _order(sort: Sort, *, descending: bool) -> tuple[OrderBy, str]:
    value = F(sort.column)
    nulls = True if sort.nullable else None
    if descending:
        return value.desc(nulls_last=nulls), "-pk"
    return value.asc(nulls_first=nulls), "pk"


def _sort_key(value: Any, pk: Any) -> tuple[bool, Any, Any]:
    # False sorts before True: rows without a value are the smallest.
    return (value is not None, 0 if value is None else value, pk)


def _token(row: Model, column: str) -> str:
    value = getattr(row, column)
    plain = clock.to_ms(value) if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps({"fieldValue": plain, "id": row.pk}).encode()).decode()


def _position(sort: Sort, token: str) -> tuple[Any, int]:
    """The value and primary key that `token` stands for."""
    try:
        position = json.loads(base64.b64decode(token.encode(), altchars=b"-_", validate=True))
        value, row_id = position["fieldValue"], position["id"]
        if type(row_id) is not int or abs(row_id) >= _BEYOND or (value is None and not sort.nullable):
            raise ValueError(token)
        if value is not None:
            value = clock.from_ms(_typed(value, int)) if sort.kind is datetime else _typed(value, sort.kind)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidRequest(Issue("nextPageToken", "Invalid page token")) from error
    return value, row_id


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool) or "\0" in str(value):
        raise ValueError(value)
    if isinstance(value, int) and abs(value) >= _BEYOND:
        raise ValueError(value)
    return value


def _behind(sort: Sort, token: str, *, descending: bool) -> list[Q]:
    """What lies behind the row of `token`, as ranges of the index, in order. Rows without a value are a range of their
    own: one OR with the others defeats the index. So does «behind it, or at it with a later id»; «at or behind the
    value, and not one of its first rows» keeps to one range."""
    if not token:
        return [Q()]
    value, row_id = _position(sort, token)
    column = sort.column
    ids = Q(pk__lt=row_id) if descending else Q(pk__gt=row_id)
    without_value = Q(**{f"{column}__isnull": True})
    if value is None:
        return [without_value & ids] if descending else [without_value & ids, ~without_value]
    if not descending:
        return [Q(**{f"{column}__gte": value}) & (Q(**{f"{column}__gt": value}) | ids)]
    behind = Q(**{f"{column}__lte": value}) & (Q(**{f"{column}__lt": value}) | ids)
    return [behind, without_value] if sort.nullable else [behind]

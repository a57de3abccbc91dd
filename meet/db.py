"""Column and index types and a lookup of our own, safe regular expressions, and what becomes of a connection."""

from datetime import UTC, datetime
from typing import Any

import re2
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class KeyField(models.CharField[str, str]):
    """Text compared and sorted by code point on every database, whatever the locale it was made with."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class NullsFirstIndex(models.Index):
    """An index whose columns, but for the key at its end, have their nulls before all values, so that it serves
    «ascending, nulls first» forwards and «descending, nulls last» backwards. SQLite orders so by itself and has no
    words for it in an index."""

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any
    ) -> Statement:
        index = models.Index(*self.expressions, fields=self.fields, name=self.name, condition=self.condition)
        if schema_editor.connection.vendor == "postgresql":
            *others, key = index.fields_orders
            index.fields_orders = [*((name, "ASC NULLS FIRST") for name, _order in others), key]
        return index.create_sql(model, schema_editor, using, **kwargs)


@models.PositiveIntegerField.register_lookup
class HasAny(models.Lookup[int]):
    """`mask__has_any=bits`. PostgreSQL takes a comparison with zero to hold for a third of the rows, an equality for
    hardly any: with that it chose plans that took five times as long."""

    lookup_name = "has_any"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        mask, mask_params = self.process_lhs(compiler, connection)
        bits, bits_params = self.process_rhs(compiler, connection)
        return f"({mask} & {bits}) > 0", (*mask_params, *bits_params)


def regular_expression(pattern: str) -> Any:
    """Compiled by RE2, which no pattern can hold for long; `re2.error` for what it does not take (decisions.md 15)."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)


def match_with_re2(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Has a new connection to SQLite match `__regex` by RE2 instead of by Python."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("regexp", 2, _matches, deterministic=True)


def _matches(pattern: str | None, text: str | None) -> bool | None:
    return None if pattern is None or text is None else bool(regular_expression(pattern).search(text))


class _TimeLoader(TimestamptzLoader):
    """Times in UTC, which is what Django has PostgreSQL send, in a tenth of the time: a page of a list has a hundred
    of them, and Django's own loader reads each with a regular expression."""

    timezone = UTC  # Django compares it with its own

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)


def read_times_fast(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if connection.vendor == "postgresql":
        connection.connection.adapters.register_loader("timestamptz", _TimeLoader)


def release_connection() -> None:
    """Gives the connection back to the pool before a wait that has nothing to do with the database: sixteen requests
    waiting for a silent LiveKit would else keep all others from it. The next query takes another one."""
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()

"""Column and index types of our own."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement


class KeyField(models.CharField[str, str]):
    """Text compared and sorted by code point on every database, whatever the locale it was made with."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class NullsFirstIndex(models.Index):
    """An index whose first column has its nulls before all values, so that it serves «ascending, nulls first» forwards
    and «descending, nulls last» backwards. SQLite orders so by itself and has no words for it in an index."""

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any
    ) -> Statement:
        index = models.Index(*self.expressions, fields=self.fields, name=self.name, condition=self.condition)
        if schema_editor.connection.vendor == "postgresql":
            (first, _order), *others = index.fields_orders
            index.fields_orders = [(first, "ASC NULLS FIRST"), *others]
        return index.create_sql(model, schema_editor, using, **kwargs)

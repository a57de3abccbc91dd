"""Strict fields as JSON Schema."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from meet.api.fields import BooleanField, EnumField, NumberField, ObjectsField, StrictField, StringField
from meet.api.pagination import MaxItemsField


class StrictFieldExtension(OpenApiSerializerFieldExtension):
    target_class = StrictField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        field: Any = self.target
        own = getattr(field, "json_schema", None)
        schema: dict[str, Any] = auto_schema.resolved(own() if own else _schema_of(field))
        return schema


def _schema_of(field: StrictField) -> dict[str, Any]:
    match field:
        case EnumField():
            return {"type": "string", "enum": list(field.values)}
        case StringField():
            return _string(field)
        case MaxItemsField():
            return {"type": "integer", "minimum": 1}
        case NumberField():
            return {"type": "number", **({"exclusiveMinimum": 0} if field.positive else {})}
        case BooleanField():
            return {"type": "boolean"}
        case ObjectsField():
            return {"type": "array", "items": field.item}
    return {"type": field.expected}


def _string(field: StringField) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if field.minimum:
        schema["minLength"] = field.minimum[0]
    if field.maximum:
        schema["maxLength"] = field.maximum[0]
    if field.pattern:
        # JavaScript's regular expressions, which JSON Schema speaks, know no other end of the text.
        schema["pattern"] = re.sub(r"\\Z\Z", "$", field.pattern[0].pattern)
    return schema

"""Strict input fields that speak the contract's language: zod-3 wording, a wrong type yields only the type issue, all
issues of a body at once (rest-api.md 0.3, decisions.md 16)."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from meet.errors import InvalidRequest, Issue
from meet.names import tidy

_ROOT = "non_field_errors"

# The body of a request that has none, told apart from null and from {}.
MISSING: Any = object()


def received(value: Any) -> str:
    """The name that JavaScript has for the type of `value`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


class StrictField(serializers.Field[Any, Any, Any, Any]):
    """Refuses values of another type instead of converting them."""

    expected: str

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        if data is serializers.empty and self.required and not self.root.partial:
            raise ValidationError("Required")
        if data is None and not self.allow_null:
            raise self.wrong_type(data)
        return super().validate_empty_values(data)

    def wrong_type(self, data: Any) -> ValidationError:
        return ValidationError(f"Expected {self.expected}, received {received(data)}")

    def to_representation(self, value: Any) -> Any:
        return value


class StringField(StrictField):
    """`minimum` and `maximum` are pairs of a length and the message; `pattern` one of a compiled pattern and one."""

    expected = "string"

    def __init__(self, **options: Any) -> None:
        self.minimum = options.pop("minimum", None)
        self.maximum = options.pop("maximum", None)
        self.pattern = options.pop("pattern", None)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise self.wrong_type(data)
        problems = []
        if self.minimum and len(data) < self.minimum[0]:
            problems.append(self.minimum[1])
        if self.maximum and len(data) > self.maximum[0]:
            problems.append(self.maximum[1])
        if self.pattern and not self.pattern[0].search(data):
            problems.append(self.pattern[1])
        if "\0" in data:
            problems.append("String must not contain the null character")
        if problems:
            raise ValidationError(problems)
        return data


class NameField(StringField):
    """What people are called; `empty` is the message for what nobody could read."""

    def __init__(self, *, longest: int, empty: str, **options: Any) -> None:
        self.longest = longest
        self.empty = empty
        super().__init__(maximum=(longest, f"name cannot exceed {longest} characters"), **options)

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if not tidy(name):
            raise ValidationError(self.empty)
        return name

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": r"\S"}


class IdsField(StringField):
    """Ids with commas between them as a list, each once and as `clean` makes it; `message` where none is left."""

    def __init__(self, message: str, *, clean: Callable[[str], str] = str.strip, **options: Any) -> None:
        self.message = message
        self.clean = clean
        super().__init__(**{"help_text": "Ids with commas between them", **options})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values("" if data is serializers.empty else data)

    def to_internal_value(self, data: Any) -> Any:
        cleaned = [self.clean(part) for part in super().to_internal_value(data).split(",")]
        ids = list(dict.fromkeys(one for one in cleaned if one))
        if not ids:
            raise ValidationError(self.message)
        return ids


class BooleanField(StrictField):
    expected = "boolean"

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise self.wrong_type(data)
        return data


class NumberField(StrictField):
    """Any finite JSON number. `positive` is the message for what is not above zero."""

    expected = "number"

    def __init__(self, **options: Any) -> None:
        self.positive = options.pop("positive", None)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int | float:
        if isinstance(data, bool) or not isinstance(data, int | float) or not _is_finite(data):
            raise self.wrong_type(data)
        problems = self.problems(data)
        if problems:
            raise ValidationError(problems)
        return data

    def problems(self, number: float) -> list[str]:
        return [self.positive] if self.positive and number <= 0 else []


def _is_finite(number: float) -> bool:
    """As JavaScript counts: a whole number too large for its numbers is infinite, however exactly it was written."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


class EnumField(StrictField):
    def __init__(self, values: Iterable[str], **options: Any) -> None:
        self.values = tuple(values)
        self.expected = " | ".join(f"'{value}'" for value in self.values)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise self.wrong_type(data)
        if data not in self.values:
            raise ValidationError(f"Invalid enum value. Expected {self.expected}, received '{data}'")
        return data


class ObjectSerializer(serializers.Serializer[Any]):
    """An object with known keys; unknown ones are dropped."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        if data is serializers.empty and self.required and not getattr(self.root, "partial", False):
            raise ValidationError("Required")
        if data is None and not self.allow_null:
            raise ValidationError({_ROOT: ["Expected object, received null"]})
        return super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError({_ROOT: [f"Expected object, received {received(data)}"]})
        return super().to_internal_value(data)


class ObjectsField(StrictField):
    """An array of objects, each as `item` takes it."""

    expected = "array"

    def __init__(self, item: type[ObjectSerializer], **options: Any) -> None:
        self.item = item
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            raise self.wrong_type(data)
        problems: dict[str, Any] = {}
        if of_the_whole := self.problems(data):
            problems[_ROOT] = of_the_whole
        objects = []
        for index, one in enumerate(data):
            try:
                objects.append(self.item().run_validation(one))
            except ValidationError as error:
                problems[str(index)] = error.detail
        if problems:
            raise ValidationError(problems)
        return objects

    def problems(self, objects: list[Any]) -> list[str]:
        """What is wrong with the array as a whole."""
        return []


def parsed(serializer_class: type[ObjectSerializer], data: Any, **context: Any) -> dict[str, Any]:
    """The validated keys of a body; `InvalidRequest` with every issue."""
    if data is MISSING:
        raise InvalidRequest(Issue("", "Required"))
    if data is None:
        raise InvalidRequest(Issue("", "Expected object, received null"))
    serializer = serializer_class(data=data, context=context)
    if not serializer.is_valid():
        raise InvalidRequest(*issues(serializer.errors))
    validated: dict[str, Any] = serializer.validated_data
    return validated


def parsed_query(serializer_class: type[ObjectSerializer], query: QueryDict, **context: Any) -> dict[str, Any]:
    """As `parsed`, for a query string; a parameter given twice counts as an array."""
    data = {name: values[0] if len(values) == 1 else values for name, values in query.lists()}
    return parsed(serializer_class, data, **context)


def issues(errors: Any, path: str = "") -> Sequence[Issue]:
    """DRF's nested errors as the contract's flat list."""
    if isinstance(errors, Mapping):
        return [
            issue
            for name, inner in errors.items()
            for issue in issues(inner, path if name == _ROOT else f"{path}.{name}" if path else str(name))
        ]
    if isinstance(errors, list | tuple):
        return [issue for inner in errors for issue in issues(inner, path)]
    return [Issue(path, str(errors))]

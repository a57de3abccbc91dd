"""Every method of every endpoint, as the URLconf has them, and what each reads: whoever adds one is in these tests."""

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from django.urls import get_resolver
from rest_framework.views import APIView

from meet.api.describing import description_of
from meet.api.fields import BooleanField, ObjectSerializer, ObjectsField
from rooms.api.permission_bodies import PermissionsField
from tests.openapi.test_document import _METHODS, endpoints

Serializer = type[ObjectSerializer]
Path = tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    method: str
    template: str
    parameters: tuple[str, ...]
    body: Serializer | None
    query: Serializer | None
    example: Any

    def __str__(self) -> str:
        return f"{self.method} {self.template}"

    def path(self, values: Mapping[str, str]) -> str:
        """`values` are quoted already; what nobody gives is the id of nothing."""
        return self.template.format_map({name: values.get(name, "nothing-1") for name in self.parameters})

    @property
    def changes(self) -> bool:
        return self.method != "GET"


def _operation(method: str, pattern: str, view: type[APIView]) -> Operation:
    template = re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", r"{\1\2}", pattern)
    template = "/" + re.sub(r"\^|/\?\$|\$|\\", "", template)
    told = description_of(view, method)
    body, query = (_read(view, method, name) or getattr(told, name, None) for name in ("body", "query"))
    parameters = tuple(re.findall(r"{(\w+)}", template))
    return Operation(method.upper(), template, parameters, body, query, told.body_example if told else None)


def _read(view: type[APIView], method: str, reader: str) -> Serializer | None:
    """What the method hands to `self.body` or `self.query`: also where nobody has described it yet."""
    function = getattr(view, method)
    found = re.search(rf"self\.{reader}\((\w+)", inspect.getsource(function))
    return cast("Serializer", function.__globals__[found[1]]) if found else None


def _operations() -> list[Operation]:
    """A view with two addresses counts once."""
    found: dict[tuple[type[APIView], str], Operation] = {}
    for pattern, view in endpoints(get_resolver().url_patterns):
        for method in _METHODS:
            if hasattr(view, method):
                found.setdefault((view, method), _operation(method, pattern, view))
    return list(found.values())


OPERATIONS = _operations()


# -- Fields ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A field of a body, and the way to it."""

    path: Path
    field: Any
    is_required: bool

    @property
    def is_leaf(self) -> bool:
        return not isinstance(self.field, ObjectSerializer | ObjectsField | PermissionsField)

    def __str__(self) -> str:
        return ".".join(self.path)


def spots(serializer: ObjectSerializer, path: Path = ()) -> Iterator[Spot]:
    """Every field, those inside of objects and arrays too."""
    for name, field in serializer.fields.items():
        here = (*path, name)
        yield Spot(here, field, field.required)
        if isinstance(field, ObjectSerializer):
            yield from spots(field, here)
        elif isinstance(field, ObjectsField):
            yield from spots(field.item(), (*here, "0"))
        elif isinstance(field, PermissionsField):
            for permission in field.json_schema()["properties"]:
                yield Spot((*here, permission), BooleanField(), is_required=False)


def body_with(path: Path, value: Any, rest: Any = None) -> Any:
    """`value` at the end of `path` in the least that can hold it, or in a copy of `rest`."""
    if not path:
        return value
    first, *inner = path
    if first == "0":
        items = rest if isinstance(rest, list) else []
        return [body_with(tuple(inner), value, items[0] if items else None), *items[1:]]
    known = rest if isinstance(rest, dict) else {}
    return {**known, first: body_with(tuple(inner), value, known.get(first))}


def quoted(value: str) -> str:
    return quote(value, safe="")

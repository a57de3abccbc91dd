"""What an endpoint says of itself. The OpenAPI document is made of these descriptions (`meet.openapi`).

Every method of every view under /api/v1 and /internal-api/v1 carries one; tests/openapi fails for a method without:

    @describes("getRoom", "Get a room", answers={200: ROOM}, selects=ROOM_FIELDS, errors=[RoomNotFound(ROOM_ID)])
    def get(self, request: Request, room_id: str) -> Response: ...

    @describes("createRoom", "Create a room", answers={201: ROOM}, body=NewRoomBody, selects=ROOM_FIELDS)
    def post(self, request: Request) -> Response: ...

- `answers`: status -> `Component`, plain JSON Schema, or an `Answer` where there is more to say (a file, a text).
- `body`, `query`: the serializers that the method hands to `self.body` and `self.query`. Strict fields describe
  themselves; one that the generator cannot know has a method `json_schema()`. `help_text` becomes the description.
- `selects`: what `fields`, `extraFields` and their headers may name.
- `errors`: domain errors as they are raised, for example `RoomNotFound("weekly-…")`; each is shown as an example.
  What follows from the rest comes by itself: 401 and 403 from the view's credentials, 400 and 413 from a body, 422 from
  whatever is validated, 429 from the limiter, 409 of Idempotency-Key, and the headers of all of these.
- Path parameters are explained once for all in `meet.openapi.parts`.
- `security`: only where the method reads credentials itself; None among them stands for «none needed».

After a change run `manage.py openapi`, which writes docs/openapi.json; `bin/test openapi` fails as long as it differs.
Components of an app stand in one module of it, for example `rooms.api.schema`; `shape` makes them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar, Unpack

from meet.api.fields import ObjectSerializer
from meet.errors import DomainError

Method = TypeVar("Method", bound=Callable[..., Any])
# JSON Schema whose parts may be components and serializer classes.
JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Component:
    """A schema with a name, told once and referred to; `example` is a whole, real one."""

    name: str
    schema: JsonSchema
    example: Any = None


# What may stand inside of a schema.
Part = Component | JsonSchema | type[ObjectSerializer]


@dataclass(frozen=True)
class Answer:
    schema: Component | JsonSchema
    media_type: str = "application/json"
    text: str = ""


@dataclass(frozen=True)
class Fields:
    """The names that `fields` and `extraFields` know."""

    base: Collection[str]
    extra: Collection[str] = ()


@dataclass(frozen=True)
class Description:
    """`operation_id` is what generated clients call the method; `headers` are those of a successful answer beside
    Location (with 201) and the rate limit; `parameters` are OpenAPI's own, for what no serializer reads. What is
    `reshaped` has another answer altogether in an older dialect: `text` tells of it, and generated clients, which have
    one type for an answer, do not offer to ask for it."""

    operation_id: str
    summary: str
    answers: Mapping[int, Answer]
    text: str = ""
    body: type[ObjectSerializer] | None = None
    body_example: Any = None
    query: type[ObjectSerializer] | None = None
    selects: Fields | None = None
    headers: Sequence[str] = ()
    errors: Sequence[DomainError] = ()
    parameters: Sequence[JsonSchema] = ()
    security: Sequence[str | None] | None = None
    reshaped: bool = False


class _More(TypedDict, total=False):
    """What may be said beside, as `Description` explains it."""

    text: str
    body: type[ObjectSerializer]
    body_example: Any
    query: type[ObjectSerializer]
    selects: Fields
    headers: Sequence[str]
    errors: Sequence[DomainError]
    parameters: Sequence[JsonSchema]
    security: Sequence[str | None]
    reshaped: bool


def describes(
    operation_id: str,
    summary: str,
    *,
    answers: Mapping[int, Answer | Component | JsonSchema],
    **more: Unpack[_More],
) -> Callable[[Method], Method]:
    whole = {status: one if isinstance(one, Answer) else Answer(one) for status, one in answers.items()}
    description = Description(operation_id, summary, whole, **more)

    def attach(method: Method) -> Method:
        method.description = description  # type: ignore[attr-defined]
        return method

    return attach


def description_of(view: object, method: str) -> Description | None:
    """What `view`, a class or an instance, says of its method."""
    return getattr(getattr(view, method.lower(), None), "description", None)


# -- Parts of schemas ------------------------------------------------------------------------------------------------

TEXT: JsonSchema = {"type": "string"}
URL: JsonSchema = {"type": "string", "format": "uri"}
FLAG: JsonSchema = {"type": "boolean"}
COUNT: JsonSchema = {"type": "integer", "minimum": 0}
MOMENT: JsonSchema = {"type": "integer", "description": "Milliseconds since the Unix epoch"}


def one_of(values: Collection[str]) -> JsonSchema:
    return {"type": "string", "enum": list(values)}


def array_of(item: Part, **more: Any) -> JsonSchema:
    return {"type": "array", "items": item, **more}


def shape(
    name: str,
    properties: Mapping[str, Part],
    *,
    text: str = "",
    required: Collection[str] | None = None,
    example: Any = None,
) -> Component:
    """An object; all its keys are required unless `required` says which. Of what `fields` can narrow, none is."""
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties)}
    names = list(properties if required is None else required)
    if names:
        schema["required"] = names
    if text:
        schema["description"] = text
    return Component(name, schema, example)


MESSAGE = shape("Message", {"message": TEXT}, example={"message": "Logout successful"})
ERROR = shape(
    "Error",
    {"error": {**TEXT, "description": "A category or a code to tell errors apart"}, "message": TEXT},
    text="Every refusal; 422 adds `details`.",
    example={"error": "Room Error", "message": "Room 'weekly-1' does not exist"},
)
VALIDATION_ERROR = shape(
    "ValidationError",
    {
        "error": {"const": "Unprocessable Entity"},
        "message": {"const": "Invalid request"},
        "details": array_of(
            shape(
                "ValidationIssue",
                {
                    "field": {**TEXT, "description": "Dotted path; empty for the body as a whole"},
                    "message": TEXT,
                },
                example={"field": "roomName", "message": "Expected string, received number"},
            ),
            minItems=1,
        ),
    },
    text="All that is wrong with a request, at once.",
    example={
        "error": "Unprocessable Entity",
        "message": "Invalid request",
        "details": [{"field": "roomName", "message": "Expected string, received number"}],
    },
)
PAGINATION = shape(
    "Pagination",
    {
        "isTruncated": {**FLAG, "description": "Whether there is another page"},
        "maxItems": {"type": "integer", "minimum": 1, "maximum": 100},
        "nextPageToken": {**TEXT, "description": "What the next page is asked for with; absent on the last one"},
    },
    required=("isTruncated", "maxItems"),
    example={"isTruncated": False, "maxItems": 10},
)


def page_of(key: str, item: Component, *, extra_fields: Collection[str] = ()) -> Component:
    """A list's answer: the items below `key`, `pagination`, and `_extraFields` where items have such."""
    properties: dict[str, Any] = {key: array_of(item), "pagination": PAGINATION}
    example: dict[str, Any] = {key: [item.example], "pagination": PAGINATION.example}
    if extra_fields:
        properties["_extraFields"] = array_of(one_of(extra_fields))
        example[key] = [{name: value for name, value in item.example.items() if name != "_extraFields"}]
        example["_extraFields"] = list(extra_fields)
    return shape(f"{item.name}Page", properties, example=example)

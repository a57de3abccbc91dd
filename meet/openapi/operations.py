"""One operation of the document, from the description of a view's method and from the view itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ComponentRegistry, ResolvedComponent
from rest_framework.permissions import SAFE_METHODS
from rest_framework.serializers import Serializer

from meet.api import exceptions
from meet.api.describing import ERROR, VALIDATION_ERROR, Answer, Component, Description, Fields, description_of
from meet.errors import DomainError, TooManyRequests
from meet.limits import API
from meet.openapi import fields as _fields  # noqa: F401 (registers the extension)
from meet.openapi.parts import COMMON_HEADERS, PATH_PARAMETERS, header, parameter
from meet.openapi.refusals import COMMON, refusal

# Paths whose ids are cleaned and measured before they are looked for.
_VALIDATED_IDS = ("{roomId}", "{recordingId}")


class Schema(AutoSchema):
    """Replaces drf-spectacular's guesses: a method without a description is not in the document."""

    view: Any

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        self.registry, self.path, self.path_regex, self.path_prefix = registry, path, path_regex, path_prefix
        self.method = method.upper()
        told = description_of(self.view, method)
        if told is None:
            return None
        operation: dict[str, Any] = {"operationId": told.operation_id, "summary": told.summary, "tags": [self._tag()]}
        if told.text:
            operation["description"] = told.text
        operation["security"] = self._security(told)
        if parameters := self._parameters(told):
            operation["parameters"] = parameters
        if told.body:
            operation["requestBody"] = self._body(told)
        operation["responses"] = {**self._answers(told), **self._refusals(told)}
        return operation

    def resolved(self, schema: Any) -> Any:
        """`schema` with references in place of components and serializers, which are added to the document."""
        if isinstance(schema, Component):
            resolved = ResolvedComponent(
                name=schema.name, type=ResolvedComponent.SCHEMA, object=ComponentIdentity(schema)
            )
            if resolved not in self.registry:
                self.registry.register(resolved)
                resolved.schema = self.resolved(schema.schema)
                if schema.example is not None:
                    resolved.schema = {**resolved.schema, "examples": [schema.example]}
            return {"$ref": f"#/components/schemas/{schema.name}"}
        if isinstance(schema, type) and issubclass(schema, Serializer):
            return self.resolve_serializer(schema, "request").ref
        if isinstance(schema, Mapping):
            return {key: self.resolved(value) for key, value in schema.items()}
        if isinstance(schema, list | tuple):
            return [self.resolved(item) for item in schema]
        return schema

    # -- What is sent ------------------------------------------------------------------------------------------------

    def _tag(self) -> str:
        segments = self.path.strip("/").split("/")
        name = segments[2] if len(segments) > 2 and "." not in segments[2] else "api"
        return f"internal: {name}" if segments[0] == "internal-api" else name

    def _is_public(self) -> bool:
        return self.path.startswith("/api/v1")

    def _takes_keys(self) -> bool:
        is_api_keys = self.path.startswith("/api/v1/api-keys")
        return self._is_public() and not is_api_keys and self.method not in SAFE_METHODS

    def _security(self, told: Description) -> list[dict[str, list[str]]]:
        if told.security is not None:
            return [{name: []} if name else {} for name in told.security]
        return [{kind.scheme: []} for kind in self.view.get_authenticators()]

    def _parameters(self, told: Description) -> list[Any]:
        found: list[Any] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **PATH_PARAMETERS[name]}
            for name in re.findall(r"{(\w+)}", self.path)
        ]
        if told.query:
            found += self._query(told.query)
        if told.selects:
            found += _selection(told.selects)
        found += [self.resolved(one) for one in told.parameters]
        if self._takes_keys():
            found.append(parameter("IdempotencyKey"))
        if self._is_public() and self.view.has_dialects and not told.reshaped:
            found.append(parameter("MeetDialect"))
        return found

    def _query(self, serializer_class: type[Serializer[Any]]) -> Iterable[dict[str, Any]]:
        mapped = self._map_serializer(serializer_class(), "request")
        for name, schema in mapped["properties"].items():
            plain = {key: value for key, value in schema.items() if key != "description"}
            one: dict[str, Any] = {"name": name, "in": "query", "schema": plain}
            if "description" in schema:
                one["description"] = schema["description"]
            if name in mapped.get("required", ()):
                one["required"] = True
            yield one

    def _body(self, told: Description) -> dict[str, Any]:
        content: dict[str, Any] = {"schema": self.resolved(told.body)}
        if told.body_example is not None:
            content["example"] = told.body_example
        return {"required": True, "content": {"application/json": content}}

    # -- What is answered --------------------------------------------------------------------------------------------

    def _answers(self, told: Description) -> dict[str, Any]:
        return {str(status): self._answer(status, answer, told) for status, answer in told.answers.items()}

    def _answer(self, status: int, answer: Answer, told: Description) -> dict[str, Any]:
        names = [*told.headers, *COMMON_HEADERS]
        if status == HTTPStatus.CREATED and self._is_public():
            names.insert(0, "Location")
        if self._takes_keys():
            names.append("Idempotency-Replayed")
        content: dict[str, Any] = {"schema": self.resolved(answer.schema)}
        if isinstance(answer.schema, Component) and answer.schema.example is not None:
            content["example"] = answer.schema.example
        return {
            "description": answer.text or HTTPStatus(status).phrase,
            "headers": {name: header(name) for name in names},
            "content": {answer.media_type: content},
        }

    def _refusals(self, told: Description) -> dict[str, Any]:
        """What the method raises by itself, and what follows from the way it is asked."""
        own: dict[int, list[DomainError]] = {}
        for error in told.errors:
            own.setdefault(error.status, []).append(error)
        limiter = self.view.limiter
        if limiter and limiter is not API:
            own[HTTPStatus.TOO_MANY_REQUESTS] = [TooManyRequests(limiter.message, headers={})]
        common = self._common_statuses(told)
        self.resolved(ERROR)
        return {str(status): self._refusal(status, own.get(status, ()), common) for status in sorted({*own, *common})}

    def _refusal(self, status: int, own: Sequence[DomainError], common: set[int]) -> dict[str, Any]:
        if not own:
            return {"$ref": f"#/components/responses/{COMMON[status][0]}"}
        bodies = [exceptions.body(error) for error in own]
        shared = COMMON[status][1] if status in common and status in COMMON else ()
        return refusal(status, [*bodies, *(one for one in shared if one not in bodies)])

    def _common_statuses(self, told: Description) -> set[int]:
        statuses: set[int] = set()
        if told.security is None and self.view.get_authenticators():
            statuses |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if told.body:
            statuses |= {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
        has_validated_id = any(name in self.path for name in _VALIDATED_IDS)
        if told.body or told.query or told.selects or has_validated_id or self._takes_keys():
            self.resolved(VALIDATION_ERROR)
            statuses.add(HTTPStatus.UNPROCESSABLE_ENTITY)
        if self._takes_keys():
            statuses.add(HTTPStatus.CONFLICT)
        if self.view.limiter:
            statuses.add(HTTPStatus.TOO_MANY_REQUESTS)
        return statuses


def _selection(selects: Fields) -> list[dict[str, Any]]:
    """The two parameters and their headers; what both name adds up. No examples: Swagger UI would send them."""
    asked = [("fields", "X-Fields", "Only these keys", selects.base)]
    if selects.extra:
        asked.append(("extraFields", "X-ExtraFields", "These keys as well", selects.extra))
    return [
        {"name": name, "in": place, "description": f"{text}, separated by commas: {', '.join(sorted(known))}",
         "schema": {"type": "string"}}
        for query, header_name, text, known in asked
        for name, place in ((query, "query"), (header_name, "header"))
    ]  # fmt: skip

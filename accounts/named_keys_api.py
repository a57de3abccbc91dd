"""Named API keys at `/api/v1/api-keys`: as many as there are programs, each for its scopes only (decisions.md 7)."""

from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import keys, schema
from accounts.authentication import API_KEY_OR_USER
from accounts.endpoint import UserEndpoint
from accounts.keys import KeyNotFound
from accounts.models import ApiKey, Scope
from accounts.permissions import IsAdmin
from accounts.user_bodies import name_field
from meet import clock
from meet.api.describing import MOMENT, JsonSchema, array_of, describes, one_of
from meet.api.fields import EnumField, NumberField, ObjectSerializer, StrictField
from meet.limits import SENSITIVE
from meet.links import base_of


def named_key_object(key: ApiKey) -> dict[str, Any]:
    """Everything but the key itself, of which only the beginning is known."""
    answer: dict[str, Any] = {
        "keyId": str(key.pk),
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "creationDate": clock.to_ms(key.created_at),
    }
    if key.created_by:
        answer["createdBy"] = key.created_by.user_id
    if key.expires_at:
        answer["expiresAt"] = clock.to_ms(key.expires_at)
    if key.last_used_at:
        answer["lastUsedAt"] = clock.to_ms(key.last_used_at)
    return answer


class ScopesField(StrictField):
    """A list of scopes, of each one once in the order of `Scope`."""

    expected = "array"

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list):
            raise self.wrong_type(data)
        if not data:
            raise ValidationError("At least one scope is required")
        scope = EnumField(Scope.values)
        problems = {}
        for index, value in enumerate(data):
            try:
                scope.run_validation(value)
            except ValidationError as error:
                problems[str(index)] = error.detail
        if problems:
            raise ValidationError(problems)
        return keys.in_order(data)

    def json_schema(self) -> JsonSchema:
        return array_of(one_of(Scope.values), minItems=1)


class ExpiryField(NumberField):
    def problems(self, number: float) -> list[str]:
        try:
            moment = clock.from_ms(int(number))
        except OverflowError:
            return ["expiresAt is out of range"]
        return [] if keys.may_end(moment, now=clock.now()) else ["expiresAt must be in the future"]

    def json_schema(self) -> JsonSchema:
        return {**MOMENT, "type": "number"}


_EXPIRY = "Milliseconds since the Unix epoch, in the future; without it the key does not expire"


class NewKeyBody(ObjectSerializer):
    name = name_field()
    scopes = ScopesField()
    expiresAt = ExpiryField(required=False, help_text=_EXPIRY)


class KeyChangesBody(ObjectSerializer):
    name = name_field(required=False)
    scopes = ScopesField(required=False)


class NamedKeysEndpoint(UserEndpoint):
    """For administrators, and for keys with the scope `admin`, which is what a view without `scopes` needs."""

    authentication_classes = API_KEY_OR_USER
    permission_classes = (IsAdmin,)
    limiter = SENSITIVE
    operation = "managing API keys"


_NOT_FOUND = KeyNotFound(schema.KEY_ID)


class NamedKeysView(NamedKeysEndpoint):
    @describes(
        "createNamedKey",
        "Create an API key",
        answers={201: schema.NEW_NAMED_KEY},
        body=NewKeyBody,
        body_example={"name": "Timetable", "scopes": ["rooms:read", "rooms:write"]},
        text="This answer is the only one that has the key itself. Writing does not include reading; `admin` is "
        "everything.",
    )
    def post(self, request: Request) -> Response:
        """The one answer that has the key in it."""
        body = self.body(NewKeyBody)
        expires_at = clock.from_ms(int(body["expiresAt"])) if "expiresAt" in body else None
        key, text = ApiKey.issue(
            name=body["name"], scopes=body["scopes"], by=self.actor.user, now=clock.now(), expires_at=expires_at
        )
        location = f"{base_of(request._request)}/api/v1/api-keys/{key.pk}"
        answer = {**named_key_object(key), "key": text}
        return Response(answer, status=HTTPStatus.CREATED, headers={"Location": location})

    @describes(
        "getNamedKeys",
        "List the API keys",
        answers={200: array_of(schema.NAMED_KEY)},
        text="All of them but the default one, oldest first.",
    )
    def get(self, request: Request) -> Response:
        return Response([named_key_object(key) for key in keys.named()])


class NamedKeyView(NamedKeysEndpoint):
    @describes("getNamedKey", "Get an API key", answers={200: schema.NAMED_KEY}, errors=[_NOT_FOUND])
    def get(self, request: Request, key_id: str) -> Response:
        return Response(named_key_object(keys.named_key(key_id)))

    @describes(
        "updateNamedKey",
        "Rename an API key, or change what it is for",
        answers={200: schema.NAMED_KEY},
        body=KeyChangesBody,
        body_example={"scopes": ["rooms:read"]},
        errors=[_NOT_FOUND],
        text="What is not named stays as it is.",
    )
    def patch(self, request: Request, key_id: str) -> Response:
        changes = self.body(KeyChangesBody)
        return Response(named_key_object(keys.change(keys.named_key(key_id), changes)))

    @describes(
        "deleteNamedKey",
        "Delete an API key",
        answers={200: schema.NAMED_KEY_DELETED},
        errors=[_NOT_FOUND],
        text="It stops working at once.",
    )
    def delete(self, request: Request, key_id: str) -> Response:
        keys.delete(keys.named_key(key_id))
        return Response({"message": f"API key '{key_id}' deleted successfully"})

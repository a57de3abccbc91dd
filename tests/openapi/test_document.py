"""The document says what the code does: every endpoint is in it, and every example is one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator
from pytest_django import Settings
from rest_framework.views import APIView

from meet.api.describing import description_of
from meet.openapi import document

_METHODS = ("get", "post", "put", "patch", "delete")


def endpoints(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, type[APIView]]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
            yield path, pattern.callback.cls


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in document.document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_method_of_every_endpoint_is_described() -> None:
    """Whoever adds one says what it does: `meet.api.describing`."""
    found = list(endpoints(get_resolver().url_patterns))
    silent = [
        f"{method.upper()} {path}"
        for path, view in found
        for method in _METHODS
        if hasattr(view, method) and description_of(view, method) is None
    ]
    assert found
    assert not silent


def test_only_the_two_apis_are_in_it() -> None:
    prefixes = ("/api/v1", "/internal-api/v1")
    assert all(path.startswith(prefixes) and not path.endswith("/") for _method, path, _operation in operations())


def test_what_is_public_is_told_once() -> None:
    """Users have addresses under both prefixes (rest-api.md 9.4)."""
    paths = document.document()["paths"]
    assert "/api/v1/users/{userId}" in paths
    assert "/internal-api/v1/users/{userId}" not in paths
    assert "/internal-api/v1/users/me" in paths


def test_it_is_openapi() -> None:
    assert document.document()["openapi"] == "3.1.0"
    validate_schema(document.document())
    assert not GENERATOR_STATS, "drf-spectacular warns of something; see the output of manage.py openapi"


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _method, _path, operation in operations()]
    assert len(names) == len(set(names))


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            node = list(node.values())
        if isinstance(node, list):
            for item in node:
                yield from references(item)

    found = set(references(document.document()))
    assert found
    for reference in found:
        node = document.document()
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document.document()["components"]})


def closed(node: Any) -> Any:
    """The schema without room for keys that it does not name."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: closed(value) for key, value in node.items()}
    return {**result, "additionalProperties": False} if "properties" in result and "type" in result else result


@pytest.mark.parametrize("name", sorted(document.document()["components"]["schemas"]))
def test_examples_of_components_are_whole(name: str) -> None:
    components = closed(document.document()["components"])
    schema = components["schemas"][name]
    for example in schema.get("examples", ()):
        Draft202012Validator({**schema, "components": components}).validate(example)


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for answer in operation["responses"].values():
        yield from answer.get("content", {}).values()


@pytest.mark.parametrize("operation", [pytest.param(one, id=one["operationId"]) for *_where, one in operations()])
def test_examples_of_operations_are_true(operation: dict[str, Any]) -> None:
    for content in contents(operation):
        examples = [one["value"] for one in content.get("examples", {}).values()]
        for example in [*examples, *([content["example"]] if "example" in content else [])]:
            validator(content["schema"]).validate(example)


# -- What is committed -----------------------------------------------------------------------------------------------


def test_the_committed_document_is_what_the_code_says() -> None:
    """If not: `manage.py openapi`, and commit docs/openapi.json with the change."""
    assert json.loads(document.COMMITTED.read_text()) == document.document()
    call_command("openapi", "--check")


def test_the_check_notices_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "COMMITTED", tmp_path / "openapi.json")
    with pytest.raises(CommandError, match="out of date"):
        call_command("openapi", "--check")
    call_command("openapi")
    call_command("openapi", "--check")
    document.COMMITTED.write_text(document.COMMITTED.read_text().replace("createRoom", "makeRoom"))
    with pytest.raises(CommandError, match="out of date"):
        call_command("openapi", "--check")


# -- Samples ---------------------------------------------------------------------------------------------------------


def operation(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = document.document()["paths"][path][method]
    return found


def test_a_body_is_described_by_its_fields() -> None:
    assert operation("post", "/api/v1/rooms")["requestBody"]["required"] is True
    schemas = document.document()["components"]["schemas"]
    body = schemas["NewRoomBody"]["properties"]
    assert body["roomName"] == {"type": "string", "maxLength": 50}
    assert body["autoDeletionDate"]["type"] == "number"
    assert schemas["AutoDeletionPolicyBody"]["properties"]["withMeeting"]["enum"] == ["force", "when_meeting_ends"]
    assert schemas["AutoDeletionPolicyBody"]["required"] == ["withMeeting", "withRecordings"]
    assert schemas["LoginBody"]["properties"]["password"]["minLength"] == 5
    assert schemas["ThemeBody"]["properties"]["name"]["pattern"] == "^[a-zA-Z0-9_-]+$"


def test_a_list_tells_its_parameters() -> None:
    found = {one.get("name", one.get("$ref")): one for one in operation("get", "/api/v1/rooms")["parameters"]}
    assert found["maxItems"]["schema"] == {"type": "integer", "minimum": 1, "default": 10}
    assert found["sortField"]["schema"]["enum"] == ["creationDate", "roomName", "autoDeletionDate"]
    assert {"fields", "extraFields", "X-Fields", "X-ExtraFields"} <= set(found)
    assert "#/components/parameters/IdempotencyKey" not in found


def test_what_changes_something_takes_a_key_but_not_that_of_pages() -> None:
    taken = [
        path
        for _method, path, operation in operations()
        if {"$ref": "#/components/parameters/IdempotencyKey"} in operation.get("parameters", ())
    ]
    assert "/api/v1/rooms" in taken
    assert all(path.startswith("/api/v1/") and not path.startswith("/api/v1/api-keys") for path in taken)


def test_a_dialect_can_be_asked_for_where_the_answer_keeps_its_type() -> None:
    dialect = {"$ref": "#/components/parameters/MeetDialect"}
    assert dialect in operation("get", "/api/v1/rooms/{roomId}/config")["parameters"]
    for method, path in (
        ("delete", "/api/v1/rooms"),
        ("put", "/api/v1/rooms/{roomId}/config"),
        ("put", "/api/v1/rooms/{roomId}/roles"),
        ("put", "/api/v1/rooms/{roomId}/status"),
    ):
        assert dialect not in operation(method, path)["parameters"]
        assert "X-Meet-Dialect" in operation(method, path)["description"]


def test_both_outcomes_of_a_deletion_of_many_are_told() -> None:
    for path in ("/api/v1/rooms", "/api/v1/rooms/{roomId}/members"):
        answers = operation("delete", path)["responses"]
        for status, is_complete in (("200", True), ("400", False)):
            example = answers[status]["content"]["application/json"]["example"]
            assert (example["failed"] == []) is is_complete


def test_credentials_are_those_of_the_method() -> None:
    def names(method: str, path: str) -> list[str]:
        return [name for one in operation(method, path)["security"] for name in one]

    assert names("delete", "/api/v1/rooms/{roomId}") == ["ApiKey", "AccessToken", "Session"]
    assert names("get", "/api/v1/rooms/{roomId}") == ["ApiKey", "RoomMemberToken", "AccessToken", "Session"]
    assert names("delete", "/internal-api/v1/meetings/{roomId}") == ["RoomMemberToken"]
    assert names("get", "/internal-api/v1/config/rooms/appearance") == []
    assert {} in operation("get", "/internal-api/v1/config/security")["security"]
    assert {} in operation("post", "/internal-api/v1/rooms/{roomId}/members/token")["security"]


def test_refusals_are_shown_as_they_are_told() -> None:
    conflict = operation("delete", "/api/v1/rooms/{roomId}")["responses"]["409"]["content"]["application/json"]
    codes = {one["value"]["error"] for one in conflict["examples"].values()}
    assert {"room_has_active_meeting", "room_has_recordings", "Idempotency Error"} <= codes
    login = operation("post", "/internal-api/v1/auth/login")["responses"]
    assert "Too many login attempts" in json.dumps(login["429"])
    assert "Login Error" in json.dumps(login["404"])


@pytest.mark.parametrize("shortest", [5, 12])
def test_it_knows_the_settings(settings: Settings, shortest: int) -> None:
    settings.MEET_PASSWORD_MIN_LENGTH = shortest
    document.document.cache_clear()
    try:
        body = document.document()["components"]["schemas"]["ChangePasswordBody"]
    finally:
        document.document.cache_clear()
    assert body["properties"]["newPassword"]["minLength"] == shortest

"""Requests that the committed document allows, and some that it does not, sent to the application in this process."""

import json
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core import signals
from django.db import transaction
from schemathesis import checks
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import ApiKey, User
from accounts.tokens import TokenType, issue
from meet import clock, http
from meet.openapi import document
from meet.wsgi import application
from tests.livekit.wire import Twirp

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Headers = Callable[[], dict[str, str]]


def closed(node: Any) -> Any:
    """A schema without room for keys that it does not name: what the document does not know must not be answered."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: closed(value) for key, value in node.items()}
    is_object = isinstance(result.get("properties"), dict) and result.get("type") == "object"
    return {**result, "additionalProperties": False} if is_object else result


def committed() -> Any:
    """The document as schemathesis reads it, bound to the application."""
    content = json.loads(document.COMMITTED.read_text())
    schemas = content["components"]["schemas"]
    # Bodies stay open: unknown keys are dropped, and that is worth trying.
    for name in [name for name in schemas if not name.endswith(("Body", "Request"))]:
        schemas[name] = closed(schemas[name])
    schema = schemathesis.openapi.from_dict(content)
    schema.app = application
    return schema


def settings(**more: Any) -> hypothesis.settings:
    return hypothesis.settings(
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
        phases=[hypothesis.Phase.generate],
        **more,
    )


def state_machine(headers: Headers) -> type[APIStateMachine]:
    """Sequences in which one answer's ids become the next request's."""

    class Programs(committed().as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            """Each sequence finds the same world: Hypothesis takes whatever depends on the last one for a fault."""
            self.before = transaction.savepoint()
            self.ticket: dict[str, str] = {}

        def teardown(self) -> None:
            super().teardown()
            transaction.savepoint_rollback(self.before)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {**headers(), **self.ticket}}

        def after_call(self, response: Any, case: Any) -> None:
            super().after_call(response, case)
            if case.operation.definition.raw["operationId"] == "createRoomMemberToken" and response.status_code == 200:
                self.ticket = {"X-Room-Member-Token": f"Bearer {response.json()['token']}"}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **transport: Any) -> None:
            case.validate_response(response, checks=CHECKS, transport_kwargs=transport)

    return Programs


@pytest.fixture
def headers(admin: User, monkeypatch: pytest.MonkeyPatch, twirp: Twirp) -> Headers:
    """The credentials of an administrator and of their program, good whatever has been done to them meanwhile; and a
    LiveKit, and receivers of webhooks, that are content with everything."""
    # The end of a request outside of the test client would end the test's transaction.
    monkeypatch.setattr(signals.request_started, "send", lambda **_named: [])
    monkeypatch.setattr(signals.request_finished, "send", lambda **_named: [])
    monkeypatch.setattr(http, "post", lambda *_request, **_options: http.Outcome(204, "204 No Content"))
    twirp.is_content()

    def fresh() -> dict[str, str]:
        now = clock.now()
        key = ApiKey.objects.default() or ApiKey.replace_default(by=admin, now=now)
        token = issue(admin, TokenType.ACCESS, now=now)
        return {"X-API-KEY": str(key.text), "Authorization": f"Bearer {token}"}

    return fresh

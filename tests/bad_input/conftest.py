"""A caller who may do everything, in an installation where everything is there."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.models import ApiKey, Scope, User
from accounts.tokens import TokenType, issue
from meet import clock, http
from rooms.models import Room
from rooms.permissions import ALL
from tests import jwts
from tests.bad_input.routes import Operation
from tests.factories import make_member, make_recording
from tests.livekit.wire import Twirp
from tests.rooms.live import ANN, in_meeting

# When somebody was last here is no change that anybody asked for.
_PASSING = {"last_used_at", "last_login"}


class Caller:
    """Sends requests of which each, if it succeeds, is undone: the next one finds the same world."""

    def __init__(self, client: Client, *, headers: dict[str, str], values: dict[str, str]) -> None:
        self.headers = headers
        self.values = values
        self._client = client

    def send(self, operation: Operation, body: Any = None, *, query: str = "", **options: Any) -> HttpResponse:
        """`body` is anything for JSON, or bytes as they are; `values` replace ids in the path, quoted; `method` that of
        the operation."""
        path = operation.path({**self.values, **options.get("values", {})})
        if query:
            path = f"{path}?{query}"
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {**self.headers, **options.get("headers", {})}
        content_type = options.get("content_type", "application/json")
        before = transaction.savepoint()
        self._client.cookies.clear()
        method = options.get("method", operation.method)
        answer: Any = self._client.generic(method, path, data, content_type=content_type, headers=headers)
        if answer.status_code < 400:
            transaction.savepoint_rollback(before)
        else:
            transaction.savepoint_commit(before)
        return cast("HttpResponse", answer)

    @contextmanager
    def changes_nothing(self) -> Iterator[None]:
        before = _everything()
        yield
        after = _everything()
        assert {name for name in after if before.get(name) != after[name]} == set()


@cache
def _selects() -> dict[str, str]:
    """One for each table. Put together once: the ORM would do it thousands of times."""
    quote = connection.ops.quote_name
    selects = {}
    for model in apps.get_models():
        columns = [quote(str(field.column)) for field in model._meta.concrete_fields if field.name not in _PASSING]
        order, table = quote(str(model._meta.pk.column)), quote(model._meta.db_table)
        selects[model._meta.label] = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"
    return selects


def _everything() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of what stands in them."""
    tables = {}
    with connection.cursor() as cursor:
        for label, select in _selects().items():
            cursor.execute(select)
            rows = cursor.fetchall()
            tables[label] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return tables


@pytest.fixture(scope="session")
def program() -> Client:
    """One for thousands of requests: each new one would load the middleware anew."""
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def _no_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "post", lambda *_request, **_options: http.Outcome(204, "204 No Content"))


@pytest.fixture
def caller(
    program: Client,
    admin: User,
    max_: User,
    stella: User,
    room: Room,
    api_key: str,
    twirp: Twirp,
    settings: Settings,
) -> Caller:
    """With every kind of credential at once; each endpoint takes the one that it knows."""
    settings.MEET_CAPTIONS_ENABLED = True
    twirp.is_content()
    now = clock.now()
    make_member(room, max_)
    in_meeting(room, base_permissions=int(ALL), permissions=int(ALL))
    key, _text = ApiKey.issue(name="A program", scopes=[Scope.ROOMS_READ.value], by=admin, now=now)
    place = {"room": room.room_id, "roomJoin": True}
    member_token = jwts.craft(jwts.member_metadata(room.room_id, ALL), sub=ANN, video=place)
    headers = {
        "X-API-KEY": api_key,
        "X-Room-Member-Token": f"Bearer {member_token}",
        "Authorization": f"Bearer {issue(admin, TokenType.ACCESS, now=now)}",
        "X-Refresh-Token": f"Bearer {issue(admin, TokenType.REFRESH, now=now)}",
    }
    values = {
        "room_id": room.room_id,
        "user_id": stella.user_id,
        "member_id": max_.user_id,
        "key_id": str(key.pk),
        "identity": ANN,
        "recording_id": str(make_recording(room).recording_id),
    }
    return Caller(program, headers=headers, values=values)


def content(answer: HttpResponse) -> Any:
    return json.loads(answer.content)


def problems_of(answer: HttpResponse) -> list[tuple[str, str]] | None:
    """The details of a 422 in the contract's exact form; None for any other answer."""
    if answer.status_code != 422 or answer["Content-Type"] != "application/json; charset=utf-8":
        return None
    body = content(answer)
    form = {"error": "Unprocessable Entity", "message": "Invalid request", "details": body.get("details")}
    details = body.get("details")
    if list(body) != list(form) or body != form or not details:
        return None
    if any(list(issue) != ["field", "message"] for issue in details):
        return None
    return [(issue["field"], issue["message"]) for issue in details]


def is_refusal(answer: HttpResponse, status: int) -> bool:
    """Whether the answer is an error of the contract's plain form."""
    return answer.status_code == status and list(content(answer)) == ["error", "message"]


def is_sound(answer: HttpResponse) -> bool:
    """No failure of ours, no header from outside, and an error as the contract writes errors."""
    if answer.status_code >= 500 or "Injected" in answer.headers:
        return False
    if any(set("\r\n\0") & set(value) for value in answer.headers.values()):
        return False
    if answer.status_code < 400 or not answer["Content-Type"].startswith("application/json"):
        return True
    body: Mapping[str, Any] = content(answer)
    return {"error", "message"} <= set(body) or {"message", "failed"} <= set(body)

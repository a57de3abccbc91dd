"""Secrets never reach a log line (decisions.md 3, 32)."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts.models import User
from accounts.tokens import TokenType, issue
from meet import clock, ids
from meet.logging import configuration, mask_secrets, masked
from rooms.models import Room
from tests.factories import make_guest, secret_of

HEX = st.text("0123456789abcdef", min_size=32, max_size=32)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/room/x?secret=abc123", "/room/x?secret=***"),
        ("/room/x?a=1&secret=abc123&b=2", "/room/x?a=1&secret=***&b=2"),
        ("?accessToken=a.b.c&roomMemberToken=d", "?accessToken=***&roomMemberToken=***"),
        ("?recordingSecret=abc", "?recordingSecret=***"),
        ("/media?s=abc", "/media?s=***"),
        ("#e2ee-key=abc", "#e2ee-key=***"),
        ("Room member 'guest-0123456789abcdef' not found", "Room member '***' not found"),
        ("key ovmeet-0123456789abcdef0123456789abcdef", "key ***"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.abc_-123", "Bearer ***"),
        ('{"secret": "abc", "name": "x"}', '{"secret": "***", "name": "x"}'),
        ("{'currentPassword': 'a b c'}", "{'currentPassword': '***'}"),
        ("/rooms?status=open&class=abc", "/rooms?status=open&class=abc"),
        ("guests are welcome", "guests are welcome"),
        ("nothing here", "nothing here"),
    ],
)
def test_secrets_in_a_text_are_masked_and_the_rest_stays(text: str, expected: str) -> None:
    assert masked(text) == expected


@given(HEX)
def test_no_secret_survives_in_an_address(secret: str) -> None:
    for text in (f"/room/x?secret={secret}", f"guest-{secret}", f"ovmeet-{secret}", f"?a=b&s={secret}"):
        assert secret not in masked(text)


def test_secrets_in_the_values_of_an_event_are_masked_whatever_their_depth() -> None:
    event = {
        "event": "GET /room/x?secret=abc",
        "password": "hunter2",
        "X-API-KEY": "abc",
        "body": {"participantName": "Ann", "secret": "abc", "deeper": [{"token": "abc"}, "?secret=abc"]},
        "count": 3,
    }
    assert mask_secrets(None, "info", event) == {
        "event": "GET /room/x?secret=***",
        "password": "***",
        "X-API-KEY": "***",
        "body": {"participantName": "Ann", "secret": "***", "deeper": [{"token": "***"}, "?secret=***"]},
        "count": 3,
    }


# -- Through the whole logging ---------------------------------------------------------------------------------------


@pytest.fixture(params=[True, False], ids=["JSON", "terminal"])
def output(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the logs say, in either form."""
    stream = io.StringIO()
    before = structlog.get_config()
    settings = configuration(level="INFO", as_json=request.param)
    # The same again, but the very lists: loggers that were used before keep those, and `capture_logs` changes them.
    structlog.configure(**before)
    settings["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(settings)
    yield stream
    logging.config.dictConfig(django_settings.LOGGING)


def everything_secret(room: Room, olga: User) -> dict[str, str]:
    return {
        "link": secret_of(room),
        "guest": str(make_guest(room).guest_id),
        "key": f"ovmeet-{ids.hex_secret()}",
        "token": issue(olga, TokenType.ACCESS, now=clock.now()),
    }


def test_nothing_secret_comes_out_whichever_way_it_goes_in(output: io.StringIO, room: Room, olga: User) -> None:
    secret = everything_secret(room, olga)
    log = structlog.get_logger("meet.test")
    text = f"/room/x?secret={secret['link']} {secret['guest']} {secret['key']} {secret['token']}"
    log.info("visited", path=text, secret=secret["link"])
    logging.getLogger("django.request").error("Internal Server Error: %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        log.exception("failed")
        logging.getLogger("elsewhere").exception("failed as well")
    lines = output.getvalue()
    assert lines.count("visited") == 1
    assert lines.count("ValueError") >= 2
    for name, value in secret.items():
        assert value not in lines, name


def test_in_production_each_line_is_json(output: io.StringIO, request: pytest.FixtureRequest) -> None:
    structlog.get_logger("meet.test").info("something happened", room_id="weekly-1")
    [line] = output.getvalue().splitlines()
    if "JSON" in request.node.name:
        content: dict[str, Any] = json.loads(line)
        assert (content["event"], content["room_id"], content["level"]) == ("something happened", "weekly-1", "info")
    else:
        assert "something happened" in line
        assert "room_id=weekly-1" in line


@pytest.mark.django_db
@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "198.51.100.1")])
def test_a_request_carries_the_address_that_is_counted_and_not_what_a_header_claims(
    output: io.StringIO, client: Client, settings: Settings, hops: int, address: str
) -> None:
    """Else whoever reads the log to lock somebody out locks out whom they please."""
    settings.SERVER_TRUST_PROXY = hops
    client.get("/api/v1/rooms", headers={"X-Forwarded-For": "10.0.0.1, 198.51.100.1"})
    [line] = [line for line in output.getvalue().splitlines() if "request_finished" in line]
    assert address in line
    assert "10.0.0.1" not in line

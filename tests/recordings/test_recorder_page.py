"""GET /recorder: the page that LiveKit Egress and the embedded recorder open."""

from typing import Any

import pytest
from django.test import Client

from meet import clock
from meet.appearance import themes
from meet.appearance.models import BaseTheme
from meet.appearance.themes import Design
from recordings.recorders.browser import page_url

pytestmark = pytest.mark.django_db


def _open(query: str = "", prefix: str = "") -> Any:
    return Client().get(f"{prefix}/recorder{query}")


def _sources(answer: Any, directive: str) -> set[str]:
    directives = [part.split() for part in answer["Content-Security-Policy"].split(";")]
    return next(set(sources) for name, *sources in directives if name == directive)


@pytest.mark.parametrize("prefix", ["", "/meet"])
def test_anybody_may_open_it_and_nobody_may_frame_or_keep_it(prefix: str) -> None:
    answer = _open("?layout=grid&url=ws://127.0.0.1:7880&token=a.b.c", prefix)
    assert answer.status_code == 200
    assert _sources(answer, "frame-ancestors") == {"'none'"}
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "no-store")
    assert b"a.b.c" not in answer.content


def test_it_may_reach_the_media_server_that_the_recorder_names() -> None:
    allowed = _sources(_open("?url=wss://lk.internal:7880/rtc&layout=grid"), "connect-src")
    assert {"'self'", "wss://lk.internal:7880", "https://lk.internal:7880"} <= allowed


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ws:// *", "ws://*", "%3B script-src *", "file:///etc/passwd", "ws://[::1]:7880"]
)
def test_what_is_no_address_of_a_media_server_allows_nothing(url: str) -> None:
    assert _sources(_open(f"?url={url}"), "connect-src") == _sources(_open(), "connect-src")
    assert "*" not in _open(f"?url={url}")["Content-Security-Policy"]


def test_an_address_ends_where_its_host_does() -> None:
    policy = _open("?url=wss://lk.test%3B%20script-src%20*")["Content-Security-Policy"]
    assert "wss://lk.test" in policy
    assert "*" not in policy


def test_it_is_dark_or_in_the_base_of_the_installation() -> None:
    assert b'data-ov-theme="dark"' in _open().content
    themes.save(Design(enabled=True, base_theme=BaseTheme.LIGHT), now=clock.now())
    assert b'data-ov-theme="light"' in _open().content


def test_its_address_carries_what_egress_would_say() -> None:
    address = page_url("http://h/meet/recorder", layout="grid", livekit_url="ws://l:1", token="a.b")
    assert address == "http://h/meet/recorder?layout=grid&url=ws%3A%2F%2Fl%3A1&token=a.b"

"""The DevTools protocol, with a thread at the browser's end of the pipes."""

from collections.abc import Iterator

import pytest

from recordings.recorders.browser import cdp
from tests.recordings.browser.far_end import FarEnd


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    made = FarEnd()
    yield made
    made.end()


def test_an_answer_goes_to_who_asked_and_events_wait(far_end: FarEnd) -> None:
    far_end.script = lambda command: [
        {"method": "Page.loadEventFired", "params": {"at": 1}},
        {"id": 99, "result": {"to": "somebody else"}},
        {"id": command["id"], "result": {"you said": command["params"]}},
    ]
    assert far_end.connection.call("Some.method", {"a": 1}) == {"you said": {"a": 1}}
    assert list(far_end.connection.events(0)) == [cdp.Event("Page.loadEventFired", {"at": 1})]
    assert list(far_end.connection.events(0)) == []


def test_messages_are_found_however_they_arrive(far_end: FarEnd) -> None:
    far_end.script = lambda command: [
        b'{"method": "A.one", "par', b'ams": {}}\0{"method": "A.two"}\0{"meth', b'od": "A.three"}',
        b'\0{"id": %d, "result": {}}\0' % command["id"],
    ]  # fmt: skip
    far_end.connection.call("Some.method")
    assert [event.method for event in far_end.connection.events(0)] == ["A.one", "A.two", "A.three"]


def test_events_that_nobody_took_are_kept(far_end: FarEnd) -> None:
    far_end.say(b'{"method": "A.one"}\0{"method": "A.two"}\0')
    assert next(far_end.connection.events(1)).method == "A.one"
    assert [event.method for event in far_end.connection.events(0)] == ["A.two"]


def test_an_error_is_raised_with_its_words(far_end: FarEnd) -> None:
    far_end.script = lambda command: [{"id": command["id"], "error": {"code": -32000, "message": "no such thing"}}]
    with pytest.raises(cdp.Refused, match="no such thing"):
        far_end.connection.call("Some.method")


def test_silence_is_not_waited_for_for_ever(far_end: FarEnd) -> None:
    far_end.script = lambda _command: []
    with pytest.raises(cdp.Gone, match=r"no answer to Some\.method"):
        far_end.connection.call("Some.method", timeout=0.1)


def test_what_a_browser_said_before_it_died_is_heard(far_end: FarEnd) -> None:
    far_end.say({"method": "A.last"})
    far_end.die()
    assert [event.method for event in far_end.connection.events(1)] == ["A.last"]
    with pytest.raises(cdp.Gone):
        next(far_end.connection.events(1))
    with pytest.raises(cdp.Gone):
        far_end.connection.call("Some.method")


def test_an_exception_in_the_page_is_a_refusal(far_end: FarEnd) -> None:
    details = {"text": "Uncaught", "exception": {"description": "NotAllowedError: Permission denied"}}
    far_end.script = lambda command: [
        {"id": command["id"], "result": {"result": {"type": "object"}, "exceptionDetails": details}}
    ]
    with pytest.raises(cdp.Refused, match="Permission denied"):
        cdp.Page(far_end.connection, session="s").evaluate("film()")

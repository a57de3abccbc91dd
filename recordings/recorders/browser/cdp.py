"""Chromium's DevTools protocol over a pair of pipes: JSON texts, each ended by a zero byte. Synchronous."""

import json
import os
import select
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

_READ = 1 << 20
# A second of video in base64 has under two million characters: whoever sends more than this does not film.
_LONGEST_MESSAGE = 64 << 20
_PATIENCE = 10.0  # seconds for an answer


class Gone(Exception):
    """The browser has closed the pipe, or does not answer."""


class Refused(Exception):
    """The browser, or the page in it, answered with an error."""


@dataclass(frozen=True)
class Event:
    method: str
    params: dict[str, Any]


class Connection:
    """Answers go to who asked; events wait until somebody asks for them."""

    def __init__(self, *, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._poll = select.poll()
        self._poll.register(reading, select.POLLIN)
        self._numbers = count(1)
        self._buffer = bytearray()
        self._answers: dict[int, dict[str, Any]] = {}
        self._events: deque[Event] = deque()

    def call(
        self, method: str, params: dict[str, Any] | None = None, *, session: str = "", timeout: float = _PATIENCE
    ) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        self._send(json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while number not in self._answers:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise Gone(f"no answer to {method} within {timeout:.0f} s")
            self._receive(remaining)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise Refused(str(answer["error"].get("message", "")))
        result: dict[str, Any] = answer["result"]
        return result

    def events(self, timeout: float) -> Iterator[Event]:
        """What has happened since; waits up to `timeout` seconds for something to happen. What is not taken stays."""
        if not self._events:
            self._receive(timeout)
        while self._events:
            yield self._events.popleft()

    def close(self) -> None:
        """Chromium ends itself when its pipe does."""
        os.close(self._writing)
        os.close(self._reading)

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._writing, view) :]
        except BrokenPipeError as error:
            raise Gone("the browser has closed the pipe") from error

    def _receive(self, timeout: float) -> None:
        if not self._poll.poll(max(timeout, 0) * 1000):
            return
        data = os.read(self._reading, _READ)
        if not data or len(self._buffer) > _LONGEST_MESSAGE:
            raise Gone("the browser has closed the pipe")
        # Only what is new can hold the end of a message.
        searched = len(self._buffer)
        self._buffer += data
        while (end := self._buffer.find(b"\0", searched)) >= 0:
            self._sort(json.loads(bytes(self._buffer[:end])))
            del self._buffer[: end + 1]
            searched = 0

    def _sort(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
        else:
            self._events.append(Event(message["method"], message.get("params", {})))


class Page:
    """The one tab of a browser that was started for it."""

    def __init__(self, connection: Connection, *, session: str) -> None:
        self._connection = connection
        self._session = session

    def call(self, method: str, params: dict[str, Any] | None = None, *, timeout: float = _PATIENCE) -> dict[str, Any]:
        return self._connection.call(method, params, session=self._session, timeout=timeout)

    def evaluate(self, expression: str, *, timeout: float = _PATIENCE, as_user: bool = False) -> Any:
        """The value that `expression`, or the promise it gives, comes to. `as_user`: as if somebody had pressed a key,
        without which browsers film no tabs."""
        params = {
            "expression": expression,
            "awaitPromise": True,
            "returnByValue": True,
            "userGesture": as_user,
        }
        answer = self.call("Runtime.evaluate", params, timeout=timeout)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise Refused(str(details.get("exception", {}).get("description") or details.get("text", "")))
        return answer["result"].get("value")

    def events(self, timeout: float) -> Iterator[Event]:
        return self._connection.events(timeout)


def first_page(connection: Connection, *, timeout: float) -> Page:
    """The tab that a browser opens by itself when it starts, as soon as it has."""
    deadline = time.monotonic() + timeout
    while (remaining := deadline - time.monotonic()) > 0:
        targets = connection.call("Target.getTargets", timeout=remaining)["targetInfos"]
        tab = next((target for target in targets if target["type"] == "page"), None)
        if tab:
            attached = connection.call("Target.attachToTarget", {"targetId": tab["targetId"], "flatten": True})
            return Page(connection, session=attached["sessionId"])
        time.sleep(0.02)
    raise Gone("the browser opened no tab")

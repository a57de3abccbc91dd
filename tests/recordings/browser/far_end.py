import json
import os
import threading
from collections.abc import Callable
from typing import Any

from recordings.recorders.browser import cdp

Script = Callable[[dict[str, Any]], list[Any]]


class FarEnd:
    """Answers every command by `script`: messages, or bytes to write as they are."""

    def __init__(self) -> None:
        self.commands, to_browser = os.pipe()
        from_browser, self.answers = os.pipe()
        self.connection = cdp.Connection(reading=from_browser, writing=to_browser)
        self.script: Script = lambda command: [{"id": command["id"], "result": {}}]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with os.fdopen(self.commands, "rb") as commands:
            buffer = b""
            while data := commands.read1():
                *whole, buffer = (buffer + data).split(b"\0")
                for text in whole:
                    for answer in self.script(json.loads(text)):
                        self.say(answer)
        self.die()

    def say(self, answer: Any) -> None:
        if self.answers >= 0:
            os.write(self.answers, answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\0")

    def die(self) -> None:
        if self.answers >= 0:
            os.close(self.answers)
            self.answers = -1

    def end(self) -> None:
        self.connection.close()
        self._thread.join(5)

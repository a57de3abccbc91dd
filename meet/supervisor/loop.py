"""Watching the parts: their lines, their crashes, and their end within five seconds."""

import signal
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from meet.supervisor.child import Child
from meet.supervisor.guardian import Guardian
from meet.supervisor.programs import Program

NAME = "meet"
RESTARTS_PER_MINUTE = 5
FIRST_DELAY = 0.5  # doubled at each crash within a minute
# Seconds after the wish to stop; until KILL at the latest.
INSIST_AFTER, KILL_AFTER = 2.0, 4.0

Event = Callable[[], None]


class Supervisor:
    """Everything happens in the main thread: threads and signal handlers only put what is to be done into the queue."""

    def __init__(self, programs: Iterable[Program], *, printer: Printer) -> None:
        self._programs = list(programs)
        self._printer = printer
        self._printer.width = max(len(name) for name in (NAME, *(program.name for program in self._programs)))
        self._colours = dict(zip((program.name for program in self._programs), get_colours(), strict=False))
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._children: dict[str, Child] = {}
        self._starts: dict[str, float] = {}  # when a crashed program is due again
        self._crashes: dict[str, deque[float]] = defaultdict(deque)
        self._steps: deque[tuple[float, Callable[[], None]]] = deque()
        self._stopping = False
        self._exit_code = 0

    def run(self) -> int:
        """Returns the exit code when no child is left."""
        with closing(Guardian(insist_after=INSIST_AFTER, kill_after=KILL_AFTER)) as self._guardian:
            return self._run()

    def _run(self) -> int:
        for program in self._programs:
            if not program.comes_later:
                self._start(program)
        while self._children or not self._stopping:
            with suppress(Empty):
                self._events.get(timeout=0.05)()
            self._do_what_is_due()
        while not self._events.empty():
            self._events.get()()
        return self._exit_code

    def say(self, text: str) -> None:
        self._print(NAME, text)

    def start_the_rest(self) -> None:
        for program in self._programs:
            if program.comes_later and not self._stopping:
                self._start(program)

    def later(self, event: Event) -> None:
        """Has `event` run by the main thread; for other threads and for signal handlers."""
        self._events.put(event)

    def stop(self, reason: str, exit_code: int = 0) -> None:
        if self._stopping:  # asked twice: at once
            self._kill_all()
            return
        self._stopping, self._exit_code = True, exit_code
        self.say(f"{reason}; stopping")
        self._starts.clear()
        now = time.monotonic()
        self._steps.extend([(now + INSIST_AFTER, self._insist), (now + KILL_AFTER, self._kill_all)])
        for child in self._children.values():
            child.send(signal.SIGTERM)

    def _start(self, program: Program) -> None:
        child = Child(
            program,
            on_line=lambda name, line: self.later(lambda: self._print(name, line)),
            on_end=lambda child, code: self.later(lambda: self._ended(child, code)),
        )
        self._guardian.watch(child.pid, program.insist)
        self._children[program.name] = child

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        while self._steps and self._steps[0][0] <= now:
            self._steps.popleft()[1]()
        for program in self._programs:
            if self._starts.get(program.name, now + 1) <= now:
                del self._starts[program.name]
                self._start(program)

    def _ended(self, child: Child, code: int) -> None:
        name = child.program.name
        del self._children[name]
        self._guardian.forget(child.pid)
        if self._stopping:
            return
        now = time.monotonic()
        crashes = self._crashes[name]
        while crashes and crashes[0] < now - 60:
            crashes.popleft()
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        if len(crashes) == RESTARTS_PER_MINUTE:
            self.say(f"{name} ended unexpectedly ({how}) for the {len(crashes) + 1}th time in a minute")
            self.stop(f"{name} does not stay up", exit_code=1)
            return
        delay = FIRST_DELAY * 2 ** len(crashes)
        crashes.append(now)
        self._starts[name] = now + delay
        self.say(f"{name} ended unexpectedly ({how}); starting it again in {delay:g} s")

    def _insist(self) -> None:
        for child in self._children.values():
            child.send(child.program.insist)

    def _kill_all(self) -> None:
        for child in self._children.values():
            self.say(f"{child.program.name} does not end; killed")
            child.kill()

    def _print(self, name: str, data: str | bytes) -> None:
        with suppress(OSError, ValueError):  # the terminal is gone, which is no reason to leave the children alone
            self._printer.write(Message("line", data, datetime.now(UTC).astimezone(), name, self._colours.get(name)))

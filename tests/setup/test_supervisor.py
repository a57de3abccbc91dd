"""Stand-in programs under the real supervisor: their lines, their crashes, their end."""

import io
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from honcho.printer import Printer

from meet.supervisor.loop import Supervisor
from meet.supervisor.programs import Program
from tests.setup.processes import all_gone

STUBBORN = """
import os, signal, sys, time
# Whoever is started in the background of a script inherits an ignored SIGQUIT.
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
for name in {ignored!r}:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
print("here", os.getpid(), flush=True)
time.sleep(60)
"""


def stand_in(name: str, code: str, insist: signal.Signals = signal.SIGQUIT) -> Program:
    return Program(name, (sys.executable, "-c", code), insist=insist)


def run(*programs: Program, seconds: float) -> tuple[int, str, float]:
    """Exit code, everything printed, and how long stopping took; stopped after `seconds`."""
    printed = io.StringIO()
    supervisor = Supervisor(programs, printer=Printer(printed))
    asked: list[float] = []

    def stop() -> None:
        asked.append(time.monotonic())
        supervisor.stop("SIGINT")

    timer = threading.Timer(seconds, supervisor.later, [stop])
    timer.start()
    code = supervisor.run()
    timer.cancel()
    return code, printed.getvalue(), time.monotonic() - asked[0] if asked else 0.0


def pids(printed: str) -> list[int]:
    return [int(line.split("here ")[1]) for line in printed.splitlines() if "here " in line]


def test_polite_programs_stop_at_once() -> None:
    code, printed, took = run(stand_in("web", STUBBORN.format(ignored=[])), seconds=0.5)

    assert code == 0
    assert took < 1
    assert "SIGINT; stopping" in printed
    assert all_gone(pids(printed))


def test_a_program_that_ignores_term_gets_its_second_signal_after_two_seconds() -> None:
    _, printed, took = run(stand_in("worker", STUBBORN.format(ignored=["SIGTERM"])), seconds=0.5)

    assert "does not end; killed" not in printed
    assert 1.5 < took < 3


def test_everything_is_gone_within_five_seconds_whatever_it_ignores() -> None:
    grandchild = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {code!r}])\n"
    stubborn = STUBBORN.format(ignored=["SIGTERM", "SIGQUIT"])
    programs = [
        stand_in("worker", stubborn),
        stand_in("recorder", grandchild.format(code=stubborn) + stubborn),
        stand_in("media", stubborn, insist=signal.SIGTERM),
    ]

    _, printed, took = run(*programs, seconds=1)

    assert took < 5
    assert "worker does not end; killed" in printed.replace("  ", " ")
    assert len(pids(printed)) == 4
    assert all_gone(pids(printed))


def test_asking_twice_stops_at_once() -> None:
    printed = io.StringIO()
    supervisor = Supervisor(
        [stand_in("worker", STUBBORN.format(ignored=["SIGTERM", "SIGQUIT"]))], printer=Printer(printed)
    )
    for seconds in (0.5, 0.7):
        threading.Timer(seconds, supervisor.later, [lambda: supervisor.stop("SIGINT")]).start()

    started = time.monotonic()
    supervisor.run()

    assert time.monotonic() - started < 1.5


def test_lines_carry_the_name_of_their_program() -> None:
    _, printed, _ = run(stand_in("web", "print('hello\\nworld', flush=True); import time; time.sleep(60)"), seconds=0.5)

    assert [line.split(" ", 1)[1] for line in printed.splitlines()[:2]] == ["web  | hello", "web  | world"]


def test_a_crashed_program_is_said_in_one_line_and_started_again(tmp_path: Path) -> None:
    once = f"""
import pathlib, sys, time
mark = pathlib.Path({str(tmp_path / "mark")!r})
if not mark.exists():
    mark.touch()
    sys.exit(3)
print("second life", flush=True)
time.sleep(60)
"""
    code, printed, _ = run(stand_in("worker", once), seconds=2)

    assert code == 0
    assert printed.count("worker ended unexpectedly (exit code 3); starting it again in 0.5 s") == 1
    assert "second life" in printed


def test_what_a_crashed_program_started_does_not_outlive_it() -> None:
    parent = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, '-c', {STUBBORN.format(ignored=["SIGTERM"])!r}])
time.sleep(0.5)
os.abort()
"""

    _, printed, _ = run(stand_in("recorder", parent), seconds=0.9)

    assert "recorder ended unexpectedly (SIGABRT)" in printed
    assert pids(printed)
    assert all_gone(pids(printed))


def test_a_program_that_keeps_crashing_stops_everything_with_an_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meet.supervisor.loop.FIRST_DELAY", 0.01)

    code, printed, _ = run(
        stand_in("worker", "raise SystemExit('broken')"), stand_in("web", STUBBORN.format(ignored=[])), seconds=30
    )

    assert code == 1
    assert printed.count("broken") == 6
    assert "worker does not stay up; stopping" in printed
    assert all_gone(pids(printed))


def test_some_programs_wait_until_the_console_serves() -> None:
    printed = io.StringIO()
    waiting = Program("worker", (sys.executable, "-c", STUBBORN.format(ignored=[])), comes_later=True)
    supervisor = Supervisor([stand_in("web", STUBBORN.format(ignored=[])), waiting], printer=Printer(printed))
    before: list[str] = []
    for seconds, event in (
        (0.5, lambda: before.append(printed.getvalue())),
        (0.6, supervisor.start_the_rest),
        (1.2, lambda: supervisor.stop("SIGINT")),
    ):
        threading.Timer(seconds, supervisor.later, [event]).start()

    supervisor.run()

    assert len(pids(before[0])) == 1
    assert len(pids(printed.getvalue())) == 2


def test_a_terminal_that_is_gone_does_not_keep_children_alive() -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    supervisor = Supervisor([stand_in("web", STUBBORN.format(ignored=[]))], printer=Printer(Gone()))
    threading.Timer(0.5, supervisor.later, [lambda: supervisor.stop("SIGHUP")]).start()

    assert supervisor.run() == 0


def killed_supervisor(code: str, *, parts: int) -> list[int]:
    """The processes that printed «here» below a supervisor that has just been killed."""
    driver = (
        "import sys\n"
        "from honcho.printer import Printer\n"
        "from meet.supervisor.loop import Supervisor\n"
        "from meet.supervisor.programs import Program\n"
        f"Supervisor([Program('web', (sys.executable, '-c', {code!r}))], printer=Printer(sys.stdout)).run()\n"
    )
    with subprocess.Popen([sys.executable, "-c", driver], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        left = pids("".join(supervisor.stdout.readline() for _ in range(parts)))
        supervisor.kill()
    return left


def test_children_end_when_the_supervisor_is_killed() -> None:
    left = killed_supervisor(STUBBORN.format(ignored=[]), parts=1)

    assert len(left) == 1
    assert all_gone(left, within=1.5)


def test_children_of_a_killed_supervisor_are_insisted_upon_as_it_would_have_done() -> None:
    left = killed_supervisor(STUBBORN.format(ignored=["SIGTERM"]), parts=1)

    assert not all_gone(left, within=1.5)
    assert all_gone(left, within=1.5)


def test_nothing_outlives_a_killed_supervisor_whatever_it_ignores() -> None:
    stubborn = STUBBORN.format(ignored=["SIGTERM", "SIGQUIT"])
    grandchild = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {stubborn!r}])\n"

    left = killed_supervisor(grandchild + stubborn, parts=2)

    assert len(left) == 2
    assert all_gone(left, within=6)

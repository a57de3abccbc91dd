"""bin/test: what is counted, what counts as failed, what is left behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rings import catalog
from rings.catalog import Ring
from rings.counting import Outcome, count_check, count_suite, last_line
from rings.running import Runner
from tests.setup.processes import all_gone

REPORT = """<testsuites><testsuite>
  <testcase classname="tests.rooms" name="test_it_works"/>
  <testcase classname="tests.rooms" name="test_known_bug"><skipped type="pytest.xfail" message="later"/></testcase>
  {more}
</testsuite></testsuites>"""


def count(tmp_path: Path, more: str, exit_code: int) -> Outcome:
    report = tmp_path / "report.xml"
    report.write_text(REPORT.format(more=more))
    outcome = Outcome("unit", 1.0, "")
    count_suite(outcome, exit_code=exit_code, report=report)
    return outcome


def run(tmp_path: Path, *rings: Ring) -> list[Outcome]:
    outcomes: list[Outcome] = []
    Runner(tmp_path, live=False).run(rings, on_start=lambda _ring: None, on_end=outcomes.append)
    return outcomes


def script(name: str, code: str) -> Ring:
    return Ring(name, (sys.executable, "-c", code))


def test_tests_are_counted_from_the_report(tmp_path: Path) -> None:
    outcome = count(tmp_path, '<testcase name="test_broken" classname="tests.x"><failure/></testcase>', exit_code=1)

    assert (outcome.passed, outcome.failures) == (2, ["tests.x::test_broken"])


def test_a_skipped_test_is_a_failed_test(tmp_path: Path) -> None:
    outcome = count(tmp_path, '<testcase name="t" classname="c"><skipped message="no server"/></testcase>', exit_code=0)

    assert outcome.failures == ["c::t (skipped: no server)"]


def test_a_ring_that_crashed_after_its_tests_has_failed(tmp_path: Path) -> None:
    assert count(tmp_path, "", exit_code=139).failures == ["exit code 139 although no test failed"]


def test_a_ring_without_report_or_without_tests_has_failed(tmp_path: Path) -> None:
    missing, empty = Outcome("media", 1.0, ""), Outcome("media", 1.0, "")
    count_suite(missing, exit_code=4, report=tmp_path / "none.xml")
    (tmp_path / "empty.xml").write_text("<testsuites><testsuite/></testsuites>")
    count_suite(empty, exit_code=5, report=tmp_path / "empty.xml")

    assert missing.failures == ["no result (exit code 4)"]
    assert empty.failures == ["collected no tests"]


def test_the_last_line_sums_everything() -> None:
    tests, good, bad = (
        Outcome("unit", 1, "", passed=40, failures=["x"]),
        Outcome("lint", 1, ""),
        Outcome("types", 1, ""),
    )
    count_check(good, exit_code=0)
    count_check(bad, exit_code=1)

    assert last_line([tests, good, bad]) == "41 passed, 2 failed"


def test_each_ring_is_run_and_its_output_kept(tmp_path: Path) -> None:
    outcomes = run(tmp_path, script("good", "print('fine')"), script("bad", "print('oh'); raise SystemExit(3)"))

    by_name = {outcome.ring: outcome for outcome in outcomes}
    assert (by_name["good"].passed, by_name["good"].output) == (1, "fine\n")
    assert (by_name["bad"].failures, by_name["bad"].output) == (["exit code 3"], "oh\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of other processes")
def test_a_ring_that_leaves_processes_behind_has_failed_and_they_are_gone(tmp_path: Path) -> None:
    sleeper = "[sys.executable, '-c', 'import time; time.sleep(77)']"
    code = f"import subprocess, sys\nprint(subprocess.Popen({sleeper}, start_new_session=True).pid)"

    [outcome] = run(tmp_path, script("leaky", code))

    assert len(outcome.failures) == 1
    assert "time.sleep(77)" in outcome.failures[0]
    assert all_gone([int(outcome.output)])


def test_settings_of_the_developer_do_not_reach_a_ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://precious")
    monkeypatch.setenv("MEET_PORT", "1")
    monkeypatch.setenv("MEET_LIVEKIT_SERVER", "/some/livekit-server")

    environment = catalog.environment(catalog.UNIT, data=tmp_path)

    assert "DATABASE_URL" not in environment
    assert "MEET_PORT" not in environment
    assert environment["MEET_LIVEKIT_SERVER"] == "/some/livekit-server"
    assert environment["MEET_DATA_DIR"] == str(tmp_path)


def test_every_ring_is_run_by_default_and_servers_run_alone() -> None:
    names = [ring.name for ring in catalog.chosen([])]

    assert names == [
        "unit", "types", "static", "lint", "format", "templates", "imports", "migrations", "openapi", "translations",
        "vitest", "postgres", "workers", "media", "browser", "recorder",
    ]  # fmt: skip
    assert [ring.name for ring in catalog.ALL if ring.alone] == ["workers", "media", "browser", "recorder"]


def test_ctrl_c_ends_the_rings_and_what_they_started(tmp_path: Path) -> None:
    """The runner as a program, with a stand-in ring whose child lives in a session of its own."""
    pid_file = tmp_path / "pid"
    ring = f"""
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)
pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))
time.sleep(60)
"""
    driver = f"""
import sys
sys.path.insert(0, {str(catalog.ROOT / "bin")!r})
from rings import __main__, catalog
catalog.ALL[:] = [catalog.Ring("slow", (sys.executable, "-c", {ring!r}))]
sys.exit(__main__.main([]))
"""
    runner = subprocess.Popen([sys.executable, "-c", driver], stdout=subprocess.PIPE, text=True)
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.05)
    runner.send_signal(signal.SIGINT)
    printed, _ = runner.communicate(timeout=15)

    assert runner.returncode == 130
    assert "interrupted" in printed
    assert all_gone([int(pid_file.read_text())])

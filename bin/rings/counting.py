"""What a ring's outcome counts for."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass
class Outcome:
    ring: str
    seconds: float
    output: str
    passed: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return len(self.failures)


def count_check(outcome: Outcome, *, exit_code: int) -> None:
    if exit_code == 0:
        outcome.passed = 1
    else:
        outcome.failures.append(f"exit code {exit_code}")


def count_suite(outcome: Outcome, *, exit_code: int, report: Path) -> None:
    """A skipped test is a failed one: nothing is skipped here, a missing server is a failure."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  our own tools wrote it
    except (OSError, ElementTree.ParseError):
        outcome.failures.append(f"no result (exit code {exit_code})")
        return
    for case in cases:
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failures.append(name)
        elif (skipped := case.find("skipped")) is not None and skipped.get("type") != "pytest.xfail":
            outcome.failures.append(f"{name} (skipped: {skipped.get('message', 'no reason')})")
        else:
            outcome.passed += 1
    if not cases:
        outcome.failures.append("collected no tests")
    elif exit_code != 0 and not outcome.failures:
        outcome.failures.append(f"exit code {exit_code} although no test failed")


def last_line(outcomes: list[Outcome]) -> str:
    passed = sum(outcome.passed for outcome in outcomes)
    failed = sum(outcome.failed for outcome in outcomes)
    return f"{passed} passed, {failed} failed"

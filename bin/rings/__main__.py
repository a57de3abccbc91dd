import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from rings import catalog
from rings.catalog import Ring
from rings.counting import Outcome, last_line
from rings.running import Runner

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(names: list[str]) -> int:
    try:
        rings = catalog.chosen(names)
    except KeyError as unknown:
        known = [*catalog.GROUPS, *(ring.name for ring in [*catalog.ALL, catalog.NIGHTLY])]
        print(f"bin/test: there is no ring {unknown}. Known: {', '.join(known)}", file=sys.stderr)
        return 2
    for number in _SIGNALS:
        signal.signal(number, _interrupt)
    os.chdir(catalog.ROOT)
    outcomes: list[Outcome] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="meet-test-", ignore_cleanup_errors=True) as scratch:
        runner = Runner(Path(scratch), live=len(rings) == 1)
        try:
            runner.run(rings, on_start=_announce, on_end=lambda outcome: _report(outcome, outcomes))
        except KeyboardInterrupt:
            return 130
    return _summary(outcomes, time.monotonic() - started)


def _announce(ring: Ring) -> None:
    print(f"… {ring.name}", flush=True)


def _report(outcome: Outcome, outcomes: list[Outcome]) -> None:
    outcomes.append(outcome)
    verdict = "FAILED" if outcome.failures else "ok"
    print(f"=== {outcome.ring}: {verdict} ({last_line([outcome])}, {outcome.seconds:.0f} s)", flush=True)
    # A passed check has nothing to say; a passed suite may have measured something.
    if outcome.failures or outcome.passed > 1:
        print(outcome.output.rstrip(), flush=True)


def _summary(outcomes: list[Outcome], seconds: float) -> int:
    failures = [f"{outcome.ring}: {failure}" for outcome in outcomes for failure in outcome.failures]
    print(f"\n{len(outcomes)} rings in {seconds:.0f} s")
    for failure in failures:
        print(f"FAILED {failure}")
    print(last_line(outcomes), flush=True)
    return 1 if failures else 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # once is enough; what follows is orderly and short
    print("\nbin/test: interrupted, stopping what runs", flush=True)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

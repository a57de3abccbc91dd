import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

_WARM_UP = 20


@dataclass(frozen=True)
class Figures:
    """Milliseconds from request to whole answer, on one connection."""

    p50: float
    p95: float
    p99: float


def measure(call: Callable[[], httpx.Response], *, times: int) -> Figures:
    """Calls one after the other; a refusal ends the benchmark, for it would be measured as a quick success."""
    durations = []
    for number in range(_WARM_UP + times):
        began = time.perf_counter()
        answer = call()
        took = (time.perf_counter() - began) * 1000
        if not answer.is_success:
            raise RuntimeError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")
        if number >= _WARM_UP:
            durations.append(took)
    cuts = statistics.quantiles(durations, n=100)
    return Figures(statistics.median(durations), cuts[94], cuts[98])


def table(figures: Mapping[str, Figures], *, wanted: Mapping[str, float]) -> None:
    """Prints what docs/performance.md shows; `wanted` is a p50."""
    print("| request | wanted p50 | p50 | p95 | p99 | |\n|---|---|---|---|---|---|")
    for name, figure in figures.items():
        verdict = "✓" if figure.p50 <= wanted[name] else "✗"
        print(f"| `{name}` | {wanted[name]} | {figure.p50:.1f} | {figure.p95:.1f} | {figure.p99:.1f} | {verdict} |")

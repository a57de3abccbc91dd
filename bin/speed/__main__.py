"""`bin/bench`: starts what it needs, measures, prints a table as docs/performance.md shows it."""

import argparse
import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from speed.measuring import Figures, measure
from speed.requests import Requests
from tests import servers

# What the issue asks for, p50 in milliseconds.
_WANTED = {
    "GET /api/v1/rooms?maxItems=20": 10,
    "GET /api/v1/rooms/{id}": 6,
    "POST /api/v1/rooms": 9,
    "POST …/members/token (joining)": 12,
    "POST /livekit/webhook": 4,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=500, help="requests per figure (500)")
    parser.add_argument("--rooms", type=int, default=1000, help="rooms in the database before (1000)")
    parser.add_argument("--url", help="measure this running installation instead of one of its own")
    parser.add_argument("--key", help="the API key of --url")
    options = parser.parse_args()
    print(f"{datetime.now(UTC).date()}, {_machine()}, {options.rooms} rooms, {options.requests} requests each\n")
    with _installation(options.url, options.key) as (client, secret):
        requests = Requests(client, livekit_secret=secret)
        requests.fill(options.rooms)
        _table(
            {name: measure(call, times=options.requests) for name, call in _calls(requests).items()},
        )


def _calls(requests: Requests) -> dict[str, Callable[[], httpx.Response]]:
    calls = (requests.list_rooms, requests.get_room, requests.create_room, requests.join, requests.webhook)
    return dict(zip(_WANTED, calls, strict=True))


@contextmanager
def _installation(url: str | None, key: str | None) -> Iterator[tuple[httpx.Client, tuple[str, str]]]:
    """A client with an API key, and key and secret of LiveKit's webhooks."""
    if url:
        secrets = (os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"])
        with httpx.Client(base_url=url, headers={"X-API-KEY": key or ""}, trust_env=False, timeout=10) as client:
            yield client, secrets
        return
    with tempfile.TemporaryDirectory(prefix="meet-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        livekit = {
            "LIVEKIT_API_KEY": "benchkey",
            "LIVEKIT_API_SECRET": "a LiveKit secret for the benchmark, long enough",
        }
        with servers.postgres(folder / "postgres") as database:
            env = {**livekit, "DATABASE_URL": database, "MEETING_EMPTY_TIMEOUT": "600s"}
            with servers.installation(folder / "installation", env) as running, running.api() as client:
                yield client, (livekit["LIVEKIT_API_KEY"], livekit["LIVEKIT_API_SECRET"])


def _table(figures: dict[str, Figures]) -> None:
    print("| request | wanted p50 | p50 | p95 | p99 | |\n|---|---|---|---|---|---|")
    for name, figure in figures.items():
        verdict = "✓" if figure.p50 <= _WANTED[name] else "✗"
        print(f"| `{name}` | {_WANTED[name]} | {figure.p50:.1f} | {figure.p95:.1f} | {figure.p99:.1f} | {verdict} |")


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()

"""`bin/bench`: starts what it needs, measures, prints a table as docs/performance.md shows it."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import django
import httpx

from speed import big, media, recordings
from speed.machine import condition
from speed.measuring import measure, table
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
    kinds = ["requests", "seed", "big", "plans", "media", "recorder", "recordings"]
    parser.add_argument("what", nargs="?", choices=kinds, default="requests")
    parser.add_argument("--requests", type=int, default=500, help="requests per figure (500)")
    parser.add_argument(
        "--rooms", type=int, help="rooms in the database before (1,000; seed, big and plans: 1,000,000)"
    )
    parser.add_argument("--users", type=int, default=5000, help="users that seed, big and plans make (5,000)")
    parser.add_argument("--seconds", type=int, default=40, help="how long recorder films (40)")
    parser.add_argument("--height", type=int, default=720, help="of the recorder's picture (720)")
    parser.add_argument("--sqlite", action="store_true", help="measure on SQLite")
    options = parser.parse_args()
    if options.what == "seed":
        _seed(rooms=options.rooms or 1_000_000, users=options.users)
        return
    print(f"{datetime.now(UTC).date()}, {_machine()}; now: {condition()}\n", flush=True)
    _measure(options)
    print(f"\nAfterwards: {condition()}")


def _measure(options: argparse.Namespace) -> None:
    if options.what == "media":
        media.run()
        return
    with _installation(is_sqlite=options.sqlite) as (running, secrets):
        if options.what == "recorder":
            _recorder(running, seconds=options.seconds, height=options.height)
        elif options.what == "recordings":
            recordings.run(running)
        elif options.what == "big":
            _seed_from_outside(running, rooms=options.rooms or 1_000_000, users=options.users)
            big.run(running, times=options.requests)
        elif options.what == "plans":
            _seed_from_outside(running, rooms=options.rooms or 1_000_000, users=options.users)
            _plans(running)
        else:
            _ordinary(running, secrets, rooms=options.rooms or 1000, times=options.requests)


def _seed(*, rooms: int, users: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meet.settings")
    django.setup()
    from speed.seeding import seed  # noqa: PLC0415 (models need Django set up)

    seed(rooms=rooms, users=users)


def _seed_from_outside(running: servers.Installation, *, rooms: int, users: int) -> None:
    command = [sys.executable, "-m", "speed", "seed", f"--rooms={rooms}", f"--users={users}"]
    subprocess.run(command, env={**os.environ, **running.env}, check=True, cwd=servers.ROOT)


def _plans(running: servers.Installation) -> None:
    _join(running)
    from speed import plans  # noqa: PLC0415 (models need Django set up)

    plans.run()


def _join(running: servers.Installation) -> None:
    """This process becomes one of the installation's."""
    os.environ.update({**running.env, "DJANGO_SETTINGS_MODULE": "meet.settings"})
    django.setup()


def _recorder(running: servers.Installation, *, seconds: int, height: int) -> None:
    _join(running)
    from speed import recorder  # noqa: PLC0415 (as above)

    print(f"{height * 16 // 9}×{height}, {seconds} s\n", flush=True)
    recorder.run(running, seconds=seconds, height=height)


def _ordinary(running: servers.Installation, secrets: tuple[str, str], *, rooms: int, times: int) -> None:
    print(f"{rooms} rooms, {times} requests each\n")
    with running.api() as client:
        requests = Requests(client, livekit_secret=secrets)
        requests.fill(rooms)
        table({name: measure(call, times=times) for name, call in _calls(requests).items()}, wanted=_WANTED)


def _calls(requests: Requests) -> dict[str, Callable[[], httpx.Response]]:
    calls = (requests.list_rooms, requests.get_room, requests.create_room, requests.join, requests.webhook)
    return dict(zip(_WANTED, calls, strict=True))


@contextmanager
def _installation(*, is_sqlite: bool) -> Iterator[tuple[servers.Installation, tuple[str, str]]]:
    """A running installation, and key and secret of LiveKit's webhooks."""
    with tempfile.TemporaryDirectory(prefix="meet-bench-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        secrets = ("benchkey", "a LiveKit secret for the benchmark, long enough")
        env = {"LIVEKIT_API_KEY": secrets[0], "LIVEKIT_API_SECRET": secrets[1], "MEETING_EMPTY_TIMEOUT": "600s"}
        if not is_sqlite:
            env["DATABASE_URL"] = stack.enter_context(servers.postgres(folder / "postgres"))
        yield stack.enter_context(servers.installation(folder / "installation", env)), secrets


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()

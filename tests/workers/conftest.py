"""Installations with real workers on either broker; LiveKit's part is played by signed webhooks."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import servers
from tests.workers import livekit_webhooks
from tests.workers.receiver import Receiver, receiving

_NO_LIVEKIT = {
    "LIVEKIT_URL": "ws://127.0.0.1:9",
    "LIVEKIT_API_KEY": livekit_webhooks.KEY,
    "LIVEKIT_API_SECRET": livekit_webhooks.SECRET,
}


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    with receiving() as this:
        yield this


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Iterator[str]:
    with servers.postgres(servers_folder / "postgres") as url:
        yield url


@pytest.fixture(scope="session", params=["filesystem broker, SQLite", "Redis, PostgreSQL"])
def installation(
    request: pytest.FixtureRequest, servers_folder: Path, receiver: Receiver
) -> Iterator[servers.Installation]:
    env = {**_NO_LIVEKIT, "MEET_INITIAL_WEBHOOK_ENABLED": "true", "MEET_INITIAL_WEBHOOK_URL": receiver.url}
    if request.param.startswith("filesystem"):
        with servers.installation(servers_folder / "embedded", env, status="degraded") as running:
            yield running
        return
    database = request.getfixturevalue("postgres")
    with servers.redis(servers_folder / "redis") as redis_url:
        env |= {"REDIS_URL": redis_url, "DATABASE_URL": database}
        with servers.installation(servers_folder / "redis", env, status="degraded") as running:
            yield running


@pytest.fixture
def program(installation: servers.Installation) -> Iterator[httpx.Client]:
    with installation.api() as client:
        yield client


@pytest.fixture
def room_id(program: httpx.Client) -> str:
    return str(program.post("/api/v1/rooms", json={"roomName": "Workers"}).json()["roomId"])

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import servers


@pytest.fixture(scope="session")
def installation(servers_folder: Path) -> Iterator[servers.Installation]:
    """What `make run` starts, with its real livekit-server."""
    with servers.installation(servers_folder / "installation") as running:
        yield running


@pytest.fixture(scope="session")
def program(installation: servers.Installation) -> Iterator[httpx.Client]:
    """An integrator's program with the API key."""
    with installation.api() as client:
        yield client

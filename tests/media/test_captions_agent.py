"""Agent dispatch on a real livekit-server, which takes dispatches whether or not a worker is there to serve them."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from meet.livekit import gateway
from meet.livekit.gateway import NotFound
from rooms.captions import AGENT
from tests.servers import Installation

ROOM = "captions-on-a-real-server"


@pytest.fixture(autouse=True)
def _gateway(installation: Installation, settings: Settings) -> Iterator[None]:
    """Ours, speaking to the media server of the installation with its own keys."""
    secrets = installation.folder / "data" / "secrets"
    settings.LIVEKIT_HTTP_URL = f"http://127.0.0.1:{installation.port + 1800}"
    settings.LIVEKIT_API_KEY = (secrets / "livekit_api_key").read_text().strip()
    settings.LIVEKIT_API_SECRET = (secrets / "livekit_api_secret").read_text().strip()
    yield
    gateway._client(settings.LIVEKIT_HTTP_URL).close()
    gateway._client.cache_clear()


def test_an_agent_is_dispatched_found_and_withdrawn() -> None:
    gateway.ensure_room(ROOM, metadata={})
    try:
        made = gateway.dispatch_agent(ROOM, agent=AGENT)
        assert (made.agent_name, made.room) == (AGENT, ROOM)
        assert [found.id for found in gateway.agent_dispatches(ROOM) if found.agent_name == AGENT] == [made.id]
        gateway.delete_dispatch(ROOM, made.id)
        assert AGENT not in [found.agent_name for found in gateway.agent_dispatches(ROOM)]
        with pytest.raises(NotFound):
            gateway.delete_dispatch(ROOM, made.id)
    finally:
        gateway.delete_room(ROOM)


def test_a_dispatch_ends_with_its_meeting() -> None:
    """So that a new run of the room begins without the agent of the last one."""
    gateway.ensure_room(ROOM, metadata={})
    gateway.dispatch_agent(ROOM, agent=AGENT)
    gateway.delete_room(ROOM)
    assert not gateway.rooms([ROOM])
    gateway.ensure_room(ROOM, metadata={})
    try:
        assert AGENT not in [found.agent_name for found in gateway.agent_dispatches(ROOM)]
    finally:
        gateway.delete_room(ROOM)

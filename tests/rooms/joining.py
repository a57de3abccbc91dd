"""Going into a meeting, as its page does it."""

from typing import Any

from rooms.models import Room
from tests import jwts
from tests.conftest import Api


def join(api: Api, room: Room, **body: Any) -> Any:
    """The answer to «I want to join»."""
    return api.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", {"joinMeeting": True, **body})


def joined(api: Api, room: Room, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Claims and metadata of the token of somebody who was let in."""
    answer = join(api, room, **body)
    assert answer.status_code == 200, answer.content
    return jwts.read(answer.json()["token"])


def holder(token: str) -> Api:
    """Whoever shows `token` as a room member token."""
    return Api({"X-Room-Member-Token": f"Bearer {token}"})

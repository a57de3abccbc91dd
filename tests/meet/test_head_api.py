"""HEAD is GET without the body, whoever asks."""

from typing import Any

import pytest

from accounts.models import ApiKey, Scope, User
from meet import clock
from rooms.models import Room
from rooms.permissions import ALL
from tests import jwts
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_guest, make_meeting, make_recording
from tests.rooms.joining import holder

PATHS = [
    "/api/v1/",
    "/api/v1/openapi.json",
    "/api/v1/rooms",
    "/api/v1/rooms/{room}",
    "/api/v1/rooms/nowhere",
    "/api/v1/rooms/{room}/config",
    "/api/v1/rooms/{room}/members",
    "/api/v1/rooms/{room}/members/max__",
    "/api/v1/rooms/{room}/members/{guest}",
    "/api/v1/rooms/{room}/meetings",
    "/api/v1/meetings",
    "/api/v1/recordings",
    "/api/v1/recordings/{recording}",
    "/api/v1/recordings/{recording}/url",
    "/api/v1/recordings/x",
    "/api/v1/users",
    "/api/v1/users/max__",
    "/api/v1/api-keys",
    "/internal-api/v1/api-keys",
    "/internal-api/v1/analytics",
    "/internal-api/v1/users/me",
    "/internal-api/v1/config/security",
    "/internal-api/v1/config/captions",
    "/internal-api/v1/config/rooms/appearance",
    "/internal-api/v1/config/webhooks",
]


class Browser:
    """Signed in, with what a page sends along."""

    def __init__(self, client: Any) -> None:
        headers = with_csrf_token(client)
        self.get = lambda path: client.get(path, headers=headers)
        self.head = lambda path: client.head(path, headers=headers)


@pytest.fixture
def callers(
    anonymous: Api, api: Api, as_user: AsUser, console: Console, room: Room, max_: User, stella: User
) -> dict[str, Any]:
    guest, admin = make_guest(room), User.objects.root()
    keys = {
        f"a key for {scope}": Api({"X-API-KEY": ApiKey.issue(name="k", scopes=[scope], by=admin, now=clock.now())[1]})
        for scope in Scope
    }
    metadata = jwts.member_metadata(room.room_id, ALL)
    return {
        "nobody": anonymous,
        "the default key": api,
        **keys,
        **{str(user.user_id): as_user(user) for user in (admin, room.owner, max_, stella)},
        "the console": Browser(console(room.owner)),
        "somebody in the meeting": holder(jwts.craft(metadata)),
        "the guest": holder(jwts.craft({**metadata, "memberId": guest.guest_id})),
        "a broken token": Api({"Authorization": "Bearer broken"}),
    }


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_as_get(callers: dict[str, Any], room: Room, path: str) -> None:
    make_meeting(room)
    guest = room.members.get()
    address = path.format(room=room.room_id, guest=guest.guest_id, recording=make_recording(room).recording_id)
    got = {name: _told(caller.get(address)) for name, caller in callers.items()}
    asked = {name: caller.head(address) for name, caller in callers.items()}
    assert {name: _told(answer) for name, answer in asked.items()} == got
    assert not any(answer.content for answer in asked.values())
    assert {status for status, _headers in got.values()} - {401, 403} or path.endswith("nowhere")


def _told(answer: Any) -> tuple[int, dict[str, str]]:
    return answer.status_code, {name: answer.headers.get(name) for name in ("Content-Type", "Deprecation", "Location")}

"""Who may do what: the rows of rest-api.md 8.2 that exist, as one table."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role, User
from meet import clock
from meet.appearance.models import Theme
from recordings.models import RecordingStatus
from rooms.models import Room
from tests import jwts
from tests.conftest import Api, AsUser
from tests.factories import make_member, make_recording, make_room, make_user, secret_of
from tests.recordings.doors import body_of

COLUMNS = (
    "nobody", "key", "admin", "owner", "manager member", "manager stranger", "member", "stranger", "token",
    "other token",
)  # fmt: skip
NEW_THEME = {"appearance": {"themes": [{"name": "x", "enabled": True, "baseTheme": "dark"}]}}
GUEST = {"name": "Gwen", "baseRole": "speaker"}
UPGRADE = {"action": "upgrade"}
BY_LINK = {"secret": ...}
IN_ROOM = {"roomId": ...}
PASSWORDS = {"currentPassword": "not the current one", "newPassword": "a new password"}

MANAGERS_ONLY = (401, 200, 200, 200, 403, 403, 403, 403, 401, 401)
PLAYERS = (401, 200, 200, 200, 200, 403, 200, 403, 200, 403)

# method, path, body → the status for each column; 400 of change-password: the caller was let in.
TABLE: list[tuple[str, str, Any, tuple[int, ...]]] = [
    ("post", "/api/v1/rooms", {}, (401, 201, 201, 201, 201, 201, 403, 403, 401, 401)),
    ("get", "/api/v1/rooms", None, (401, 200, 200, 200, 200, 200, 200, 200, 401, 401)),
    ("get", "/api/v1/rooms/{room}", None, (401, 200, 200, 200, 200, 403, 200, 403, 200, 403)),
    ("delete", "/api/v1/rooms/{room}", None, MANAGERS_ONLY),
    # Of a room that is not theirs, managers learn so in the report.
    ("delete", "/api/v1/rooms?roomIds={room}", None, (401, 200, 200, 200, 400, 400, 403, 403, 401, 401)),
    ("patch", "/api/v1/rooms/{room}", {}, MANAGERS_ONLY),
    ("get", "/api/v1/rooms/{room}/config", None, (401, 200, 200, 200, 200, 403, 200, 403, 200, 403)),
    ("put", "/api/v1/rooms/{room}/config", {"config": {}}, MANAGERS_ONLY),
    ("put", "/api/v1/rooms/{room}/status", {"status": "closed"}, MANAGERS_ONLY),
    ("put", "/api/v1/rooms/{room}/roles", {"roles": {}}, MANAGERS_ONLY),
    ("put", "/api/v1/rooms/{room}/access", {"access": {}}, MANAGERS_ONLY),
    ("put", "/api/v1/rooms/{room}/anonymous", {"anonymous": {}}, MANAGERS_ONLY),
    ("put", "/api/v1/rooms/by-external-id/x", {}, (401, 201, 201, 201, 201, 201, 403, 403, 401, 401)),
    ("post", "/api/v1/rooms/{room}/members", GUEST, (401, 201, 201, 201, 403, 403, 403, 403, 401, 401)),
    ("get", "/api/v1/rooms/{room}/members", None, (401, 200, 200, 200, 403, 403, 403, 403, 401, 401)),
    ("delete", "/api/v1/rooms/{room}/members?memberIds=a", None, (401, 400, 400, 400, 403, 403, 403, 403, 401, 401)),
    ("get", "/api/v1/rooms/{room}/members/somebody", None, (401, 404, 404, 404, 200, 404, 403, 403, 404, 404)),
    ("get", "/api/v1/rooms/{room}/members/known", None, (401, 200, 200, 200, 403, 403, 403, 403, 403, 403)),
    ("put", "/api/v1/rooms/{room}/members/known", {}, (401, 200, 200, 200, 403, 403, 403, 403, 401, 401)),
    ("delete", "/api/v1/rooms/{room}/members/known", None, (401, 200, 200, 200, 403, 403, 403, 403, 401, 401)),
    ("get", "/api/v1/rooms/{room}/meetings", None, (401, 200, 200, 200, 403, 403, 403, 403, 401, 401)),
    ("get", "/api/v1/meetings", None, (401, 200, 200, 200, 200, 200, 403, 403, 401, 401)),
    ("get", "/api/v1/meetings/{room}", None, (401, 404, 404, 404, 403, 403, 403, 403, 401, 401)),
    ("delete", "/internal-api/v1/meetings/{room}", None, (401,) * 8 + (403, 403)),
    ("delete", "/internal-api/v1/meetings/{room}/participants/a", None, (401,) * 8 + (403, 403)),
    ("put", "/internal-api/v1/meetings/{room}/participants/a/role", UPGRADE, (401,) * 8 + (403, 403)),
    # 409: the caller was let in, and the room is recorded already, or the recording over.
    ("post", "/api/v1/recordings", IN_ROOM, (401, 409, *(401,) * 6, 403, 403)),
    ("post", "{recording}/stop", None, (401, 409, *(401,) * 6, 403, 403)),
    ("get", "/api/v1/recordings", None, (401, *(200,) * 9)),
    ("get", "{recording}", None, PLAYERS),
    ("get", "{recording}/url", None, PLAYERS),
    # 404: there is no file.
    ("get", "{recording}/media", None, (401, 404, 404, 404, 404, 403, 404, 403, 404, 403)),
    ("get", "{recording}/download", None, (401, 404, 404, 404, 404, 403, 404, 403, 404, 403)),
    ("delete", "{recording}", None, (401, 200, 200, 200, 403, 403, 403, 403, 403, 403)),
    (
        "delete",
        "/api/v1/recordings?recordingIds={recording_id}",
        None,
        (401, 200, 200, 200, 400, 400, 400, 400, 400, 400),
    ),
    (
        "get",
        "/api/v1/recordings/download?recordingIds={recording_id}",
        None,
        (401, 200, 200, 200, 200, 400, 200, 400, 200, 400),
    ),
    ("post", "{member}/token", {}, (401, 401, 200, 200, 200, 403, 200, 403, 401, 401)),
    ("post", "{member}/token", BY_LINK, (200,) * 10),
    ("get", "/internal-api/v1/users/me", None, (401, 401, 200, 200, 200, 200, 200, 200, 401, 401)),
    (
        "post",
        "/internal-api/v1/users/change-password",
        PASSWORDS,
        (401, 401, 400, 400, 400, 400, 400, 400, 401, 401),
    ),
    ("get", "/internal-api/v1/api-keys", None, (401, 401, 200, 403, 403, 403, 403, 403, 401, 401)),
    ("post", "/internal-api/v1/api-keys", None, (401, 401, 201, 403, 403, 403, 403, 403, 401, 401)),
    ("delete", "/internal-api/v1/api-keys", None, (401, 401, 200, 403, 403, 403, 403, 403, 401, 401)),
    ("get", "/internal-api/v1/config/rooms/appearance", None, (200,) * 10),
    (
        "put",
        "/internal-api/v1/config/rooms/appearance",
        NEW_THEME,
        (401, 401, 200, 403, 403, 403, 403, 403, 401, 401),
    ),
    ("get", "/internal-api/v1/config/webhooks", None, (401, 401, 200, 403, 403, 403, 403, 403, 401, 401)),
    (
        "put",
        "/internal-api/v1/config/webhooks",
        {"enabled": False},
        (401, 401, 200, 403, 403, 403, 403, 403, 401, 401),
    ),
    # 422: let in, and told what an address is.
    ("post", "/internal-api/v1/config/webhooks/test", {}, (422,) * 10),
    ("get", "/internal-api/v1/config/security", None, (200,) * 10),
    (
        "put",
        "/internal-api/v1/config/security",
        {"authentication": {"oauthProviders": []}},
        (401, 401, 200, 403, 403, 403, 403, 403, 401, 401),
    ),
    ("get", "/internal-api/v1/config/captions", None, (200,) * 10),
    ("get", "/internal-api/v1/analytics", None, (401, 401, 200, 403, 403, 403, 403, 403, 401, 401)),
    # Neither token was issued for joining.
    (
        "post",
        "/internal-api/v1/ai/assistants",
        {"capabilities": [{"name": "live_captions"}]},
        (401, 401, 401, 401, 401, 401, 401, 401, 403, 403),
    ),
    (
        "delete",
        "/internal-api/v1/ai/assistants/AD_1",
        None,
        (401, 401, 401, 401, 401, 401, 401, 401, 403, 403),
    ),
    ("get", "/info", None, (401, 200, 401, 401, 401, 401, 401, 401, 401, 401)),
    ("get", "/health", None, (200,) * 10),
]
CASES = [
    pytest.param(method, path, body, column, status, id=f"{method} {path} {sorted(body or ())} as {column}")
    for method, path, body, statuses in TABLE
    for column, status in zip(COLUMNS, statuses, strict=True)
]  # fmt: skip


@pytest.fixture
def caller(room: Room, admin: User, olga: User, api: Api, as_user: AsUser) -> Callable[[str], Api]:
    """`caller("owner")`: an API client with the credential of that column."""

    def user(role: Role, *, is_invited: bool) -> Api:
        somebody = make_user("somebody", role=role)
        if is_invited:
            make_member(room, somebody)
        return as_user(somebody)

    def holder(of: Room) -> Api:
        return Api({"X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(of.room_id))}"})

    makers: dict[str, Callable[[], Api]] = {
        "nobody": lambda: Api({}),
        "key": lambda: api,
        "admin": lambda: as_user(admin),
        "owner": lambda: as_user(olga),
        "manager member": lambda: user(Role.ROOM_MANAGER, is_invited=True),
        "manager stranger": lambda: user(Role.ROOM_MANAGER, is_invited=False),
        "member": lambda: user(Role.ROOM_MEMBER, is_invited=True),
        "stranger": lambda: user(Role.ROOM_MEMBER, is_invited=False),
        "token": lambda: holder(room),
        "other token": lambda: holder(make_room(olga, "Another room")),
    }
    return lambda column: makers[column]()


@pytest.mark.parametrize(("method", "path", "body", "column", "status"), CASES)
def test_each_caller_gets_the_status_of_the_contract(
    caller: Callable[[str], Api], room: Room, method: str, path: str, body: Any, column: str, status: int
) -> None:
    make_member(room, make_user("known", name="Known"))
    if body == BY_LINK:
        body = {"secret": secret_of(room)}
    if body == IN_ROOM:
        make_recording(room, status=RecordingStatus.ACTIVE)
        body = {"roomId": room.room_id}
    recording_id = make_recording(room).recording_id if "{recording" in path else ""
    address = path.format(
        room=room.room_id,
        member=f"/internal-api/v1/rooms/{room.room_id}/members",
        recording=f"/api/v1/recordings/{recording_id}",
        recording_id=recording_id,
    )
    answer = getattr(caller(column), method)(address, body)
    assert answer.status_code == status, body_of(answer)
    body_of(answer)
    if status == 401:
        assert answer.json() == {"error": "Authentication Error", "message": "Unauthorized"}
    if status == 403:
        message = "Insufficient permissions to access this resource"
        assert answer.json() == {"error": "Authorization Error", "message": message}


@pytest.mark.parametrize("column", ["manager stranger", "stranger"])
def test_a_room_open_to_all_accounts_is_open_to_strangers(
    caller: Callable[[str], Api], room: Room, column: str
) -> None:
    Room.objects.update(user_access=True)
    stranger = caller(column)
    assert stranger.get(f"/api/v1/rooms/{room.room_id}").status_code == 200
    assert stranger.get(f"/api/v1/rooms/{room.room_id}/config").status_code == 200
    assert stranger.post(f"/internal-api/v1/rooms/{room.room_id}/members/token", {}).status_code == 200
    assert stranger.delete(f"/api/v1/rooms/{room.room_id}").status_code == 403


@pytest.mark.parametrize("column", ["nobody", "stranger", "other token"])
def test_what_is_refused_changes_nothing(caller: Callable[[str], Api], room: Room, column: str) -> None:
    client = caller(column)
    before = Room.objects.count()
    client.post("/api/v1/rooms", {})
    client.delete(f"/api/v1/rooms/{room.room_id}")
    client.put("/internal-api/v1/config/rooms/appearance", NEW_THEME)
    assert Room.objects.count() == before
    assert not Theme.objects.exists()


@pytest.mark.parametrize(("column", "status"), [("nobody", 401), ("member", 403), ("stranger", 403), ("token", 401)])
def test_a_role_is_refused_before_a_body_is_read_or_a_room_is_looked_for(
    caller: Callable[[str], Api], column: str, status: int
) -> None:
    client = caller(column)
    assert client.post("/api/v1/rooms", {"roomName": 5}).status_code == status
    assert client.delete("/api/v1/rooms/nowhere-1").status_code == status


def test_a_room_that_nobody_knows_is_404_for_whoever_may_ask(caller: Callable[[str], Api]) -> None:
    for column in ("key", "admin", "owner", "stranger", "other token"):
        assert caller(column).get("/api/v1/rooms/nowhere-1").status_code == 404


def test_a_token_outlives_neither_its_rooms_links_nor_its_room(caller: Callable[[str], Api], room: Room) -> None:
    holder = caller("token")
    Room.objects.update(roles_updated_at=clock.now() + clock.MILLISECOND * 1000)
    assert holder.get(f"/api/v1/rooms/{room.room_id}").status_code == 401

"""Who may do what: rest-api.md 8.2 for every operation of the API, and for the page that does the same where there is
one, as one table. What a room's settings change for recordings: tests/recordings/test_permission_table.py."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from accounts.models import Role, User
from meet import clock
from meet.appearance.models import Theme
from meet.openapi import document
from recordings.models import RecordingStatus
from rooms.models import Room
from tests import jwts
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_member, make_recording, make_room, make_user, secret_of
from tests.recordings.doors import body_of

COLUMNS = (
    "nobody", "key", "admin", "owner", "manager member", "manager stranger", "member", "stranger", "token",
    "other token",
)  # fmt: skip
# Pages know sessions only.
PAGE_COLUMNS = ("nobody", "admin", "owner", "manager member", "manager stranger", "member", "stranger")


class Door(NamedTuple):
    """A request, and the status for each column."""

    method: str
    path: str
    body: Any
    statuses: tuple[int, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS if len(self.statuses) == len(COLUMNS) else PAGE_COLUMNS


def get(path: str, *statuses: int) -> Door:
    return Door("get", path, None, statuses)


def post(path: str, body: Any, *statuses: int) -> Door:
    return Door("post", path, body, statuses)


def put(path: str, body: Any, *statuses: int) -> Door:
    return Door("put", path, body, statuses)


def patch(path: str, body: Any, *statuses: int) -> Door:
    return Door("patch", path, body, statuses)


def delete(path: str, *statuses: int) -> Door:
    return Door("delete", path, None, statuses)


THEME = {"appearance": {"themes": [{"name": "x", "enabled": True, "baseTheme": "dark"}]}}
GUEST = {"name": "Gwen", "baseRole": "speaker"}
UPGRADE = {"action": "upgrade"}
BY_LINK = {"secret": ...}
IN_ROOM = {"roomId": ...}
PASSWORDS = {"currentPassword": "not the current one", "newPassword": "a new password"}
PASSWORD = {"newPassword": "12345678"}
NEWCOMER = {"userId": "newcomer", "name": "New", "role": "room_member", "password": "12345678"}
KEY = {"name": "CI", "scopes": ["rooms:read"]}
CAPTIONS = {"capabilities": [{"name": "live_captions"}]}

ALL = (200,) * 10
MANAGERS = (401, 200, 200, 200, 403, 403, 403, 403, 401, 401)
PLAYERS = (401, 200, 200, 200, 200, 403, 200, 403, 200, 403)
ADMINS = (401, 401, 200, 403, 403, 403, 403, 403, 401, 401)
ADMINS_AND_KEYS = (401, 200, 200, 403, 403, 403, 403, 403, 401, 401)
IN_THE_MEETING = (401,) * 8 + (403, 403)
# 302 for nobody leads to the login page.
VISIBLE_PAGE = (302, 200, 200, 200, 403, 200, 403)
MANAGERS_PAGE = (302, 200, 200, 403, 403, 403, 403)
ADMINS_PAGE = (302, 200, 403, 403, 403, 403, 403)
EVERYBODYS_PAGE = (302, *(200,) * 6)

R, M, L = "/api/v1/rooms/{room}", "/internal-api/v1/rooms/{room}/members", "/internal-api/v1/meetings/{room}"
SETTINGS = "/internal-api/v1/config"

TABLE: dict[str, tuple[Door, ...]] = {
    # -- Rooms
    "create a room": (
        post("/api/v1/rooms", {}, 401, 201, 201, 201, 201, 201, 403, 403, 401, 401),
        get("/rooms/new", 302, 200, 200, 200, 200, 403, 403),
        post("/rooms/new", {"name": "Another"}, 302, 302, 302, 302, 302, 403, 403),
    ),
    "list rooms": (
        get("/api/v1/rooms", 401, 200, 200, 200, 200, 200, 200, 200, 401, 401),
        get("/rooms", *EVERYBODYS_PAGE),
        get("/rooms/statuses", *EVERYBODYS_PAGE),
    ),
    "see a room": (get(R, *PLAYERS), get("/rooms/{room}", *VISIBLE_PAGE), get("/rooms/{room}/share", *VISIBLE_PAGE)),
    "see its links": (
        get("/rooms/{room}/links/moderator.svg", *MANAGERS_PAGE),
        get("/rooms/{room}/links/speaker.svg", *MANAGERS_PAGE),
    ),
    "delete a room": (
        delete(R, *MANAGERS),
        get("/rooms/{room}/delete", *MANAGERS_PAGE),
        post("/rooms/{room}/delete", {}, 302, 302, 302, 403, 403, 403, 403),
    ),
    # Of a room that is not theirs, managers learn so in the report.
    "delete rooms": (delete("/api/v1/rooms?roomIds={room}", 401, 200, 200, 200, 400, 400, 403, 403, 401, 401),),
    "change a room": (patch(R, {}, *MANAGERS),),
    "see its configuration": (get(R + "/config", *PLAYERS),),
    "configure it": (put(R + "/config", {"config": {}}, *MANAGERS),),
    # 422: let in, and asked for how long.
    "say how long its recordings stay": (
        post("/rooms/{room}/recording-settings", {}, 302, 422, 422, 403, 403, 403, 403),
    ),
    "open and close it": (put(R + "/status", {"status": "closed"}, *MANAGERS),),
    "change its roles": (put(R + "/roles", {"roles": {}}, *MANAGERS),),
    "change who comes in": (put(R + "/access", {"access": {}}, *MANAGERS),),
    "the same, in the older words": (put(R + "/anonymous", {"anonymous": {}}, *MANAGERS),),
    "a room by the caller's own name": (
        put("/api/v1/rooms/by-external-id/x", {}, 401, 201, 201, 201, 201, 201, 403, 403, 401, 401),
    ),
    # -- Members
    "invite": (post(R + "/members", GUEST, 401, 201, 201, 201, 403, 403, 403, 403, 401, 401),),
    "list members": (get(R + "/members", *MANAGERS),),
    "delete members": (delete(R + "/members?memberIds=a", 401, 400, 400, 400, 403, 403, 403, 403, 401, 401),),
    "see oneself": (get(R + "/members/somebody", 401, 404, 404, 404, 200, 404, 403, 403, 404, 404),),
    "see a member": (get(R + "/members/known", 401, 200, 200, 200, 403, 403, 403, 403, 403, 403),),
    "change a member": (put(R + "/members/known", {}, *MANAGERS),),
    "delete a member": (delete(R + "/members/known", *MANAGERS),),
    "join by account": (
        post(M + "/token", {}, 401, 401, 200, 200, 200, 403, 200, 403, 401, 401),
        # It asks for the token by itself, and says why there is none.
        get("/room/{room}", *(200,) * 7),
    ),
    "join by link": (post(M + "/token", BY_LINK, *ALL),),
    # Neither token was issued for joining.
    "renew the token of a meeting": (post(M + "/token/refresh", None, *(401,) * 10),),
    # -- Meetings
    "past meetings": (get(R + "/meetings", *MANAGERS),),
    "live meetings": (get("/api/v1/meetings", 401, 200, 200, 200, 200, 200, 403, 403, 401, 401),),
    "a live meeting": (get("/api/v1/meetings/{room}", 401, 404, 404, 404, 403, 403, 403, 403, 401, 401),),
    "end it": (delete(L, *IN_THE_MEETING),),
    "send somebody out": (delete(L + "/participants/a", *IN_THE_MEETING),),
    "make somebody a moderator": (put(L + "/participants/a/role", UPGRADE, *IN_THE_MEETING),),
    "see whether it is recorded": (get(L + "/recording", *(401,) * 8, 200, 403),),
    "start an assistant": (post("/internal-api/v1/ai/assistants", CAPTIONS, *IN_THE_MEETING),),
    "stop an assistant": (delete("/internal-api/v1/ai/assistants/AD_1", *IN_THE_MEETING),),
    # -- Recordings. 409: let in, and the room is recorded already, or the recording over.
    "start a recording": (post("/api/v1/recordings", IN_ROOM, 401, 409, *(401,) * 6, 403, 403),),
    "stop a recording": (post("{recording}/stop", None, 401, 409, *(401,) * 6, 403, 403),),
    "list recordings": (
        get("/api/v1/recordings", 401, *(200,) * 9),
        get("/recordings", *EVERYBODYS_PAGE),
        get("/recordings/statuses", *EVERYBODYS_PAGE),
        get("/room/{room}/recordings", 200, 200, 200, 200, 403, 200, 403),
    ),
    "see a recording": (
        get("{recording}", *PLAYERS),
        get("/recordings/{recording_id}", *VISIBLE_PAGE),
        # To nobody it shows a login.
        get("/recording/{recording_id}", 200, 200, 200, 200, 403, 200, 403),
    ),
    "share a recording": (
        get("{recording}/url", *PLAYERS),
        get("/recordings/{recording_id}/share", *VISIBLE_PAGE),
        post("/recording/{recording_id}/share", {}, 401, 200, 200, 200, 403, 200, 403),
    ),
    "switch and replace its links": (
        post("/recordings/{recording_id}/share/switch", {}, 302, 302, 302, 403, 403, 403, 403),
        post("/recordings/{recording_id}/share/rotate", {}, 302, 302, 302, 403, 403, 403, 403),
    ),
    # 404: there is no file.
    "play a recording": (get("{recording}/media", 401, 404, 404, 404, 404, 403, 404, 403, 404, 403),),
    "save a recording": (
        get("{recording}/download", 401, 404, 404, 404, 404, 403, 404, 403, 404, 403),
        # On to the file, by an address for whoever asked.
        get("/recordings/{recording_id}/download", 302, 302, 302, 302, 403, 302, 403),
    ),
    "delete a recording": (
        delete("{recording}", 401, 200, 200, 200, 403, 403, 403, 403, 403, 403),
        get("/recordings/{recording_id}/delete", *MANAGERS_PAGE),
        post("/recordings/{recording_id}/delete", {}, 302, 302, 302, 403, 403, 403, 403),
        post("/recording/{recording_id}/delete", {}, 401, 204, 204, 403, 403, 403, 403),
    ),
    "delete recordings": (
        delete("/api/v1/recordings?recordingIds={recording_id}", 401, 200, 200, 200, *(400,) * 6),
    ),
    "save recordings": (
        get(
            "/api/v1/recordings/download?recordingIds={recording_id}",
            401, 200, 200, 200, 200, 400, 200, 400, 200, 400,
        ),
        # Back to the list, and told that there is nothing to save.
        post("/recordings/zip", {"recordingIds": "{recording_id}"}, 302, 200, 200, 200, 302, 200, 302),
    ),
    "receipts of deletions": (get("/api/v1/deletion-receipts", *ADMINS_AND_KEYS),),
    # -- Users. Roles are judged before bodies, and before anybody is looked for.
    "create a user": (
        post("/api/v1/users", NEWCOMER, 401, 201, 201, *(403,) * 5, 401, 401),
        post("/api/v1/users", {}, 401, 422, 422, *(403,) * 5, 401, 401),
    ),
    "list users": (get("/api/v1/users", 401, 200, 200, 200, 200, 200, 403, 403, 401, 401),),
    "see a user": (
        get("/api/v1/users/known", 401, 200, 200, 200, 200, 200, 403, 403, 401, 401),
        get("/api/v1/users/unknown", 401, 404, 404, 404, 404, 404, 403, 403, 401, 401),
    ),
    "set a password": (
        put("/api/v1/users/known/password", PASSWORD, *ADMINS_AND_KEYS),
        put("/api/v1/users/unknown/password", {}, 401, 422, 422, *(403,) * 5, 401, 401),
    ),
    "set a role": (put("/api/v1/users/known/role", {"role": "room_manager"}, *ADMINS_AND_KEYS),),
    "delete a user": (
        delete("/api/v1/users/known", *ADMINS_AND_KEYS),
        delete("/api/v1/users/unknown", 401, 404, 404, *(403,) * 5, 401, 401),
    ),
    "delete users": (delete("/api/v1/users?userIds=known", *ADMINS_AND_KEYS),),
    # -- Oneself. 400: let in, and the current password is another.
    "who one is": (
        get("/internal-api/v1/users/me", 401, 401, *(200,) * 6, 401, 401),
        get("/profile", *EVERYBODYS_PAGE),
    ),
    "change one's password": (
        post("/internal-api/v1/users/change-password", PASSWORDS, 401, 401, *(400,) * 6, 401, 401),
        # Nobody here has to.
        get("/change-password-required", *(302,) * 7),
    ),
    "sign in": (
        post("/internal-api/v1/auth/login", {}, *(422,) * 10),
        get("/login", 200, *(302,) * 6),
    ),
    "sign in again": (post("/internal-api/v1/auth/refresh", {}, *(400,) * 10),),
    "sign out": (post("/internal-api/v1/auth/logout", {}, *ALL), post("/logout", {}, *(302,) * 7)),
    # -- API keys
    "the key of the contract": (
        get("/internal-api/v1/api-keys", *ADMINS),
        post("/api-keys/default/show", {}, *ADMINS_PAGE),
    ),
    "replace it": (
        post("/internal-api/v1/api-keys", None, 401, 401, 201, *(403,) * 5, 401, 401),
        post("/api-keys/default/replace", {}, 302, 302, *(403,) * 5),
    ),
    "delete it": (
        delete("/internal-api/v1/api-keys", *ADMINS),
        post("/api-keys/default/delete", {}, 302, 302, *(403,) * 5),
    ),
    "list named keys": (get("/api/v1/api-keys", *ADMINS_AND_KEYS), get("/api-keys", *ADMINS_PAGE)),
    "create a named key": (
        post("/api/v1/api-keys", KEY, 401, 201, 201, *(403,) * 5, 401, 401),
        get("/api-keys/new", *ADMINS_PAGE),
        post("/api-keys/new", KEY, 302, 201, *(403,) * 5),
    ),
    "see a named key": (get("/api/v1/api-keys/1", 401, 404, 404, *(403,) * 5, 401, 401),),
    "change a named key": (patch("/api/v1/api-keys/1", KEY, 401, 404, 404, *(403,) * 5, 401, 401),),
    "delete a named key": (
        delete("/api/v1/api-keys/1", 401, 404, 404, *(403,) * 5, 401, 401),
        post("/api-keys/1/delete", {}, 302, 404, *(403,) * 5),
    ),
    # -- Configuration
    "see the theme": (get(SETTINGS + "/rooms/appearance", *ALL),),
    "change the theme": (
        put(SETTINGS + "/rooms/appearance", THEME, *ADMINS),
        get("/config", *ADMINS_PAGE),
        post("/config", {}, *ADMINS_PAGE),
        post("/config/reset", {}, 302, 302, *(403,) * 5),
    ),
    "see the webhook": (get(SETTINGS + "/webhooks", *ADMINS), get("/config/webhooks", *ADMINS_PAGE)),
    "change the webhook": (
        put(SETTINGS + "/webhooks", {"enabled": False}, *ADMINS),
        post("/config/webhooks", {}, 302, 302, *(403,) * 5),
    ),
    # 422: let in, and told what an address is.
    "try an address": (
        post(SETTINGS + "/webhooks/test", {}, *(422,) * 10),
        post("/config/webhooks/test", {}, *ADMINS_PAGE),
    ),
    "see who signs in how": (get(SETTINGS + "/security", *ALL),),
    "change who signs in how": (put(SETTINGS + "/security", {"authentication": {"oauthProviders": []}}, *ADMINS),),
    "see whether there are captions": (get(SETTINGS + "/captions", *ALL),),
    # -- The installation
    "count what there is": (get("/internal-api/v1/analytics", *ADMINS),),
    "what version it is": (get("/info", 401, 200, *(401,) * 8),),
    "whether it is well": (get("/health", *ALL),),
    "what the API is": (get("/api/v1", *ALL), get("/api/v1/openapi.json", *ALL)),
}  # fmt: skip
# Users have twins for an older dialect.
TWINS = [
    door._replace(path=door.path.replace("/api/", "/internal-api/"))
    for doors in TABLE.values()
    for door in doors
    if door.path.startswith("/api/v1/users")
]
DOORS = [*((what, door) for what, doors in TABLE.items() for door in doors), *(("twin", door) for door in TWINS)]
CASES = [
    pytest.param(door, column, status, id=f"{what}: {door.method} {door.path} {sorted(door.body or ())} as {column}")
    for what, door in DOORS
    for column, status in zip(door.columns, door.statuses, strict=True)
]


@pytest.fixture
def person(room: Room, admin: User, olga: User) -> Callable[[str], User]:
    """`person("owner")`: whoever stands in that column."""

    def user(role: Role, *, is_invited: bool) -> User:
        somebody = make_user("somebody", role=role)
        if is_invited:
            make_member(room, somebody)
        return somebody

    makers: dict[str, Callable[[], User]] = {
        "admin": lambda: admin,
        "owner": lambda: olga,
        "manager member": lambda: user(Role.ROOM_MANAGER, is_invited=True),
        "manager stranger": lambda: user(Role.ROOM_MANAGER, is_invited=False),
        "member": lambda: user(Role.ROOM_MEMBER, is_invited=True),
        "stranger": lambda: user(Role.ROOM_MEMBER, is_invited=False),
    }
    return lambda column: makers[column]()


@pytest.fixture
def caller(room: Room, olga: User, api: Api, as_user: AsUser, person: Callable[[str], User]) -> Callable[[str], Api]:
    """`caller("owner")`: an API client with the credential of that column."""

    def holder(of: Room) -> Api:
        return Api({"X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(of.room_id))}"})

    others: dict[str, Callable[[], Api]] = {
        "nobody": lambda: Api({}),
        "key": lambda: api,
        "token": lambda: holder(room),
        "other token": lambda: holder(make_room(olga, "Another room")),
    }
    return lambda column: others[column]() if column in others else as_user(person(column))


@pytest.fixture
def visitor(console: Console, person: Callable[[str], User]) -> Callable[[str], Client]:
    """`visitor("owner")`: the browser of that column, signed in."""
    return lambda column: Client(enforce_csrf_checks=True) if column == "nobody" else console(person(column))


@pytest.mark.parametrize(("door", "column", "status"), CASES)
def test_each_caller_gets_the_status_of_the_contract(
    caller: Callable[[str], Api], visitor: Callable[[str], Client], room: Room, door: Door, column: str, status: int
) -> None:
    make_user("known", name="Known")
    make_member(room, User.objects.get(user_id="known"))
    recording_id = make_recording(room).recording_id if "{recording" in f"{door.path}{door.body}" else ""
    words = {
        "room": room.room_id, "recording": f"/api/v1/recordings/{recording_id}", "recording_id": recording_id,
    }  # fmt: skip
    body = door.body
    if body == BY_LINK:
        body = {"secret": secret_of(room)}
    elif body == IN_ROOM:
        make_recording(room, status=RecordingStatus.ACTIVE)
        body = {"roomId": room.room_id}
    path = door.path.format(**words)
    users = User.objects.order_by("pk").values_list("user_id", "role", "password")
    before = list(users)
    if door.columns is PAGE_COLUMNS:
        browser = visitor(column)
        form = {
            name: value.format(**words) if isinstance(value, str) else value for name, value in (body or {}).items()
        }
        answer = getattr(browser, door.method)(path, form, headers=with_csrf_token(browser))
    else:
        answer = getattr(caller(column), door.method)(path, body)
    content = body_of(answer)
    assert answer.status_code == status, content
    if door.columns is COLUMNS and status == 401:
        is_spent = door.path.endswith("/refresh") and "token" in column
        message = "Invalid token" if is_spent else "Unauthorized"
        assert answer.json() == {"error": "Authentication Error", "message": message}
    if door.columns is COLUMNS and status == 403:
        message = "Insufficient permissions to access this resource"
        assert answer.json() == {"error": "Authorization Error", "message": message}
    if door.columns is PAGE_COLUMNS and (column, status) == ("nobody", 302):
        assert answer.headers["Location"].startswith(("/login", "/rooms"))
    if status >= 400:
        assert [row for row in users if row[0] != "somebody"] == before


# -- That none is missing --------------------------------------------------------------------------------------------

OPERATIONS = {
    (method, resolve(path.replace("{keyId}", "1").replace("{", "").replace("}", "")).route)
    for path, methods in json.loads(document.COMMITTED.read_text())["paths"].items()
    for method in methods
    if method in {"get", "post", "put", "patch", "delete"}
}
# Open to whoever comes; and the library's own pages for a second factor, behind the profile.
OPEN_PAGES = {"", "recorder", "theme.css", "profile/reauthenticate"}


def _known() -> set[tuple[str, str]]:
    words = {"room": "a", "recording": "/api/v1/recordings/a--EG_a--a", "recording_id": "a--EG_a--a"}
    return {(door.method, resolve(door.path.format(**words).partition("?")[0]).route) for _what, door in DOORS}


def test_every_operation_of_the_api_has_a_row() -> None:
    assert _known() >= OPERATIONS


def test_every_page_has_a_row() -> None:
    routes = {route for _method, route in _known()}
    assert routes >= set(_pages()) - OPEN_PAGES


def _pages() -> Iterator[str]:
    for included in get_resolver().url_patterns:
        if isinstance(included, URLResolver) and str(included.pattern) == "":
            yield from (str(page.pattern) for page in included.url_patterns if isinstance(page, URLPattern))


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
    client.put("/internal-api/v1/config/rooms/appearance", THEME)
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

"""What an API key may do is what its scopes say: one table of scopes and routes (decisions.md 7)."""

from typing import Any

import pytest

from accounts.models import ApiKey, Role, Scope, User
from meet import clock
from rooms.models import Room
from tests.conftest import Api
from tests.factories import PASSWORD, make_guest, make_user

NEW_USER = {"userId": "newcomer", "name": "New", "role": "room_member", "password": "12345678"}
ROUTES: list[tuple[str, str, Any, Scope]] = [
    ("get", "/api/v1/rooms", None, Scope.ROOMS_READ),
    ("head", "/api/v1/rooms", None, Scope.ROOMS_READ),
    ("get", "/api/v1/rooms/{room}", None, Scope.ROOMS_READ),
    ("post", "/api/v1/rooms", {}, Scope.ROOMS_WRITE),
    ("delete", "/api/v1/rooms/{room}", None, Scope.ROOMS_WRITE),
    ("get", "/api/v1/rooms/{room}/members", None, Scope.ROOMS_WRITE),
    ("head", "/api/v1/rooms/{room}/members", None, Scope.ROOMS_WRITE),
    ("get", "/api/v1/rooms/{room}/members/{guest}", None, Scope.ROOMS_WRITE),
    ("head", "/api/v1/rooms/{room}/members/{guest}", None, Scope.ROOMS_WRITE),
    ("get", "/api/v1/users", None, Scope.USERS_READ),
    ("get", "/internal-api/v1/users/max__", None, Scope.USERS_READ),
    ("post", "/api/v1/users", NEW_USER, Scope.USERS_WRITE),
    ("put", "/api/v1/users/max__/role", {"role": "room_manager"}, Scope.USERS_WRITE),
    ("put", "/api/v1/users/max__/password", {"newPassword": "12345678"}, Scope.USERS_WRITE),
    ("delete", "/api/v1/users/max__", None, Scope.USERS_WRITE),
    ("delete", "/api/v1/users?userIds=max__", None, Scope.USERS_WRITE),
    ("get", "/api/v1/api-keys", None, Scope.ADMIN),
    ("post", "/api/v1/api-keys", {"name": "x", "scopes": ["admin"]}, Scope.ADMIN),
    ("patch", "/api/v1/api-keys/{key}", {"scopes": ["admin"]}, Scope.ADMIN),
    ("delete", "/api/v1/api-keys/{key}", None, Scope.ADMIN),
]


def key_for(admin: User, *scopes: Scope) -> Api:
    _key, text = ApiKey.issue(name="test", scopes=scopes, by=admin, now=clock.now())
    return Api({"X-API-KEY": text})


@pytest.mark.parametrize("scope", Scope)
@pytest.mark.parametrize(("method", "path", "body", "needed"), ROUTES)
def test_a_key_does_what_its_scope_says_and_nothing_else(
    admin: User, max_: User, room: Room, method: str, path: str, body: Any, needed: Scope, scope: Scope
) -> None:
    client = key_for(admin, scope)
    address = path.format(room=room.room_id, key=ApiKey.objects.get().pk, guest=make_guest(room).public_id)
    answer = getattr(client, method)(address, body)
    if scope in (needed, Scope.ADMIN):
        assert answer.status_code in (200, 201), answer.content
        return
    assert answer.status_code == 403
    if method != "head":
        assert answer.json() == {
            "error": "Authorization Error",
            "message": "Insufficient permissions to access this resource",
        }


def test_scopes_add_up(admin: User, room: Room) -> None:
    client = key_for(admin, Scope.ROOMS_READ, Scope.USERS_READ)
    assert client.get("/api/v1/rooms").status_code == client.get("/api/v1/users").status_code == 200
    assert client.post("/api/v1/rooms", {}).status_code == 403


def test_a_key_that_only_reads_rooms_becomes_nobodys_moderator(admin: User, room: Room) -> None:
    """Whoever reads the secret of a link may enter by it."""
    reader, writer = key_for(admin, Scope.ROOMS_READ), key_for(admin, Scope.ROOMS_READ, Scope.ROOMS_WRITE)
    one = f"/api/v1/rooms/{room.room_id}"
    for path in ("/api/v1/rooms", one, f"{one}?fields=access,moderatorUrl,anonymous", f"{one}/config"):
        text = reader.get(path).content.decode()
        assert "secret" not in text
        assert not [link.secret for link in room.links.all() if link.secret in text]
    shown = reader.get(one).json()
    assert shown["accessUrl"].endswith(room.room_id)
    assert "moderatorUrl" not in shown
    assert "secret=" in writer.get(one).json()["moderatorUrl"]
    assert "secret=" in writer.get("/api/v1/rooms").json()["rooms"][0]["moderatorUrl"]


def test_a_key_without_scopes_opens_nothing(admin: User, api: Api) -> None:
    ApiKey.objects.update(scopes=[])
    assert api.get("/api/v1/rooms").status_code == 403


def test_a_key_for_users_cannot_make_itself_an_administrator(admin: User, max_: User) -> None:
    """Nor take over one by a new password."""
    make_user("deputy", role=Role.ADMIN)
    client = key_for(admin, Scope.USERS_WRITE)
    for method, path, body in (
        ("post", "/api/v1/users", {**NEW_USER, "role": "admin"}),
        ("put", "/api/v1/users/max__/role", {"role": "admin"}),
        ("put", "/api/v1/users/deputy/role", {"role": "room_member"}),
        ("put", "/api/v1/users/deputy/password", {"newPassword": "12345678"}),
        ("delete", "/api/v1/users/deputy", None),
    ):
        answer = getattr(client, method)(path, body)
        assert answer.status_code == 403
        assert answer.json()["error"] == "Authorization Error"
    answer = client.delete("/api/v1/users?userIds=deputy,max__")
    assert answer.json()["deleted"] == ["max__"]
    deputy = User.objects.get(user_id="deputy")
    assert deputy.role == "admin"
    assert deputy.check_password(PASSWORD)
    assert User.objects.filter(role="admin").count() == 2

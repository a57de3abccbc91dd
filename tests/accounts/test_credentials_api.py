"""Which credential decides when several are there, and what counts as being there (rest-api.md 4.5, decisions.md 4)."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.models import ApiKey, Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from rooms.models import Room
from tests import jwts
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_room, make_user

ROOMS, ME = "/api/v1/rooms", "/internal-api/v1/users/me"


@pytest.fixture
def headers(api_key: str, room: Room, olga: User) -> dict[str, str]:
    """All three credentials at once; each alone would do."""
    return {
        "X-API-KEY": api_key,
        "X-Room-Member-Token": f"Bearer {jwts.craft(jwts.member_metadata(room.room_id))}",
        "Authorization": f"Bearer {issue(olga, TokenType.ACCESS, now=clock.now())}",
    }


def get(path: str, headers: dict[str, str]) -> Any:
    return Api(headers).get(path)


def message(answer: Any) -> str:
    assert answer.status_code == 401
    text: str = answer.json()["message"]
    return text


# -- Order -----------------------------------------------------------------------------------------------------------


def test_a_key_comes_before_everything(room: Room, headers: dict[str, str], stella: User) -> None:
    foreign = make_room(stella, "Foreign")
    assert get(f"{ROOMS}/{foreign.room_id}", headers).status_code == 200


def test_a_room_member_token_comes_before_an_account(room: Room, headers: dict[str, str]) -> None:
    del headers["X-API-KEY"]
    content = get(f"{ROOMS}/{room.room_id}", headers).json()
    assert "moderatorUrl" not in content, "the token's holder is a speaker, the account the owner"


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ({"X-API-KEY": "wrong"}, "Invalid API key"),
        ({"X-API-KEY": ""}, "Invalid API key"),
        ({"X-API-KEY": None, "X-Room-Member-Token": "Bearer wrong"}, "Invalid token"),
        ({"X-API-KEY": None, "X-Room-Member-Token": None, "Authorization": "Bearer wrong"}, "Invalid token"),
    ],
)
def test_the_first_one_that_is_there_decides_even_if_it_is_wrong(
    room: Room, headers: dict[str, str], broken: dict[str, str | None], expected: str
) -> None:
    changed = {**headers, **broken}
    present = {name: value for name, value in changed.items() if value is not None}
    assert message(get(f"{ROOMS}/{room.room_id}", present)) == expected


def test_kinds_that_an_endpoint_does_not_take_are_not_seen(room: Room, headers: dict[str, str]) -> None:
    wrong_key = {**headers, "X-API-KEY": "wrong"}
    assert get(ME, wrong_key).json()["userId"] == "olga_"
    only_key = {"X-API-KEY": headers["X-API-KEY"]}
    assert message(get(ME, only_key)) == "Unauthorized"
    wrong_token = {"X-Room-Member-Token": "Bearer wrong", "Authorization": headers["Authorization"]}
    assert get(ROOMS, wrong_token).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer ", "Bearer", "Basic ", "Token ", " Bearer ", ""])
@pytest.mark.parametrize("name", ["Authorization", "X-Room-Member-Token"])
def test_what_does_not_begin_with_bearer_is_not_there(
    room: Room, headers: dict[str, str], name: str, scheme: str
) -> None:
    token = headers[name].removeprefix("Bearer ")
    assert message(get(f"{ROOMS}/{room.room_id}", {name: f"{scheme}{token}"})) == "Unauthorized"


@pytest.mark.parametrize("query", ["accessToken", "roomMemberToken", "apiKey", "X-API-KEY", "token"])
def test_tokens_in_the_address_are_for_media_only(room: Room, headers: dict[str, str], query: str) -> None:
    for value in (header.removeprefix("Bearer ") for header in headers.values()):
        assert message(get(f"{ROOMS}/{room.room_id}?{query}={value}", {})) == "Unauthorized"


# -- Session ---------------------------------------------------------------------------------------------------------


def test_a_session_reads_the_public_api_without_further_proof(console: Console, room: Room, olga: User) -> None:
    assert console(olga).get(ROOMS).json()["rooms"][0]["roomId"] == room.room_id


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_session_changes_nothing_without_its_csrf_token(
    console: Console, room: Room, olga: User, method: str
) -> None:
    client = console(olga)
    path = ROOMS if method == "post" else f"{ROOMS}/{room.room_id}"
    answer = getattr(client, method)(path, {}, content_type="application/json")
    assert answer.status_code == 401
    assert Room.objects.count() == 1


def test_a_session_with_its_csrf_token_does_what_the_account_may(console: Console, room: Room, olga: User) -> None:
    client = console(olga)
    proof = with_csrf_token(client)
    assert client.post(ROOMS, {}, content_type="application/json", headers=proof).status_code == 201
    assert client.delete(f"{ROOMS}/{room.room_id}", headers=proof).status_code == 200


def test_under_the_internal_api_even_reading_needs_the_csrf_token(console: Console, olga: User) -> None:
    client = console(olga)
    assert message(client.get(ME)) == "Unauthorized"
    assert message(client.get(ME, headers={"X-CSRFToken": "b" * 32})) == "Unauthorized"
    assert client.get(ME, headers=with_csrf_token(client)).json()["userId"] == "olga_"
    assert message(client.get(ME)) == "Unauthorized", "the cookie alone is what a foreign page would send"
    assert message(client.get(ME, headers={"X-CSRFToken": "b" * 32})) == "Unauthorized"


def test_the_internal_api_is_the_same_under_the_prefix(console: Console, olga: User) -> None:
    client = console(olga)
    assert message(client.get(f"/meet{ME}")) == "Unauthorized"
    assert client.get(f"/meet{ME}", headers=with_csrf_token(client)).status_code == 200


def test_a_token_comes_before_the_session(console: Console, olga: User, stella: User) -> None:
    client = console(olga)
    token = issue(stella, TokenType.ACCESS, now=clock.now())
    answer = client.get(ME, headers={**with_csrf_token(client), "Authorization": f"Bearer {token}"})
    assert answer.json()["userId"] == "stella"


def test_a_session_with_a_pending_change_is_told_so(console: Console, db: None) -> None:
    client = console(make_user("fresh_", must_change_password=True))
    answer = client.get(ROOMS)
    assert answer.status_code == 403
    assert "Password change required" in answer.json()["message"]
    assert client.get(ME, headers=with_csrf_token(client)).status_code == 200


def test_an_account_that_was_switched_off_has_no_session(console: Console, olga: User) -> None:
    client = console(olga)
    User.objects.update(is_active=False)
    assert client.get(ROOMS).status_code == 401


def test_a_key_needs_no_csrf_token_beside_a_session(console: Console, olga: User, api_key: str) -> None:
    answer = console(olga).post(ROOMS, {}, content_type="application/json", headers={"X-API-KEY": api_key})
    assert answer.json()["owner"] == "admin"


# -- What a key and a token are worth --------------------------------------------------------------------------------


def test_a_key_acts_as_the_root_admin(api: Api) -> None:
    assert api.post(ROOMS, {}).json()["owner"] == "admin"


@pytest.mark.parametrize("change", ["role", "gone", "pending", "off"])
def test_an_access_token_is_worth_what_its_user_is_today(as_user: AsUser, olga: User, change: str) -> None:
    caller = as_user(olga)
    assert caller.get(ROOMS).status_code == 200
    if change == "role":
        User.objects.update(role=Role.ADMIN, role_updated_at=clock.now() + clock.MILLISECOND)
    elif change == "gone":
        olga.delete()
    elif change == "pending":
        User.objects.update(must_change_password=True)
    else:
        User.objects.update(is_active=False)
    pending = "Password change required. Please change your password before accessing other resources."
    expected = {"role": (401, "Invalid token"), "pending": (403, pending)}.get(change, (403, "Invalid token subject"))
    answer = caller.get(ROOMS)
    assert (answer.status_code, answer.json()["message"]) == expected


CRAFTED: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "another secret that is long enough for HS256"},
    "with a grant": {"video": {"room": "r", "roomJoin": True}},
    "with an empty grant": {"video": {}},
    "without a subject": {"sub": None},
    "with an empty subject": {"sub": ""},
    "signed by LiveKit": {"iat": 1, "identity": "olga_", "kind": "standard"},
    "from another issuer": {"iss": "other"},
}


@pytest.mark.parametrize("claims", CRAFTED.values(), ids=CRAFTED.keys())
def test_an_access_token_that_is_not_ours_is_refused(olga: User, claims: dict[str, Any]) -> None:
    token = jwts.craft({"tokenType": "access"}, **{"sub": "olga_", **claims})
    assert message(get(ROOMS, {"Authorization": f"Bearer {token}"})) == "Invalid token"


def test_an_access_token_of_an_operators_tool_is_as_good_as_ours(olga: User) -> None:
    token = jwts.craft({"tokenType": "access"}, sub="olga_")
    assert get(ROOMS, {"Authorization": f"Bearer {token}"}).status_code == 200


def test_an_authentication_that_cannot_be_carried_out_has_failed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_arguments: Any, **_options: Any) -> ApiKey:
        raise OperationalError("the database is gone")

    monkeypatch.setattr(type(ApiKey.objects), "matching", fails, raising=False)
    answer = api.get(ROOMS)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Authentication Error", "message": "Unauthorized"}


def test_answers_to_foreign_pages_never_carry_cookies(olga: User, console: Console) -> None:
    answer = console(olga).get(ROOMS, headers={"Origin": "https://elsewhere.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    exposed = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"Location", "Deprecation", "ETag", "Retry-After", "Content-Range"} <= set(exposed)


def test_a_foreign_page_may_ask_with_every_credential(db: None) -> None:
    answer = Client().options(
        ROOMS,
        headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"},
    )
    assert answer.status_code == 200
    allowed = set(answer["Access-Control-Allow-Headers"].split(", "))
    assert {"authorization", "x-api-key", "x-room-member-token", "x-fields", "x-extrafields"} <= allowed

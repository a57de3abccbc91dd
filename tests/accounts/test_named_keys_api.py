"""/api/v1/api-keys: many keys, each with a name and for something (decisions.md 7)."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiKey, User
from meet import clock
from tests.conftest import Api, AsUser

KEYS, ROOMS = "/api/v1/api-keys", "/api/v1/rooms"
NEW: dict[str, Any] = {"name": "CI", "scopes": ["rooms:read"]}
SCOPES = (
    "'rooms:read' | 'rooms:write' | 'recordings:read' | 'recordings:write' | 'users:read' | 'users:write' | 'admin'"
)


def made(api: Api, **change: Any) -> dict[str, Any]:
    answer = api.post(KEYS, {**NEW, **change})
    assert answer.status_code == 201, answer.content
    key: dict[str, Any] = answer.json()
    return key


def issues(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.content
    return [(entry["field"], entry["message"]) for entry in answer.json()["details"]]


# -- Made ------------------------------------------------------------------------------------------------------------


def test_the_key_is_shown_once(api: Api) -> None:
    key = made(api)
    text = key.pop("key")
    assert re.fullmatch(r"ovmeet-[0-9a-f]{32}", text)
    assert set(key) == {"keyId", "name", "prefix", "scopes", "creationDate", "createdBy"}
    assert text.startswith(key["prefix"])
    assert api.get(KEYS).json() == [key]
    assert api.get(f"{KEYS}/{key['keyId']}").json() == key
    row = ApiKey.objects.named().values().get()
    assert not any(text in str(value) for value in row.values())


def test_the_answer_tells_where_the_key_is(api: Api) -> None:
    answer = api.post(f"/meet{KEYS}", NEW)
    location = answer["Location"]
    assert location == f"http://testserver/meet{KEYS}/{answer.json()['keyId']}"
    assert api.get(location.removeprefix("http://testserver")).json()["name"] == "CI"


def test_keys_live_beside_each_other_and_beside_the_default_one(api: Api, as_user: AsUser, admin: User) -> None:
    first, second = made(api), made(api, name="Backup")
    for key in (first, second):
        assert Api({"X-API-KEY": key["key"]}).get(ROOMS).status_code == 200
    assert [key["name"] for key in api.get(KEYS).json()] == ["CI", "Backup"]
    boss = as_user(admin)
    boss.delete("/internal-api/v1/api-keys")
    assert [key["name"] for key in boss.get(KEYS).json()] == ["CI", "Backup"]


def test_who_made_it_is_told(api: Api, as_user: AsUser, admin: User) -> None:
    assert made(as_user(admin))["createdBy"] == "admin"
    assert made(api)["createdBy"] == "admin"


def test_its_use_is_noted(api: Api) -> None:
    key = made(api)
    before = clock.to_ms(clock.now())
    Api({"X-API-KEY": key["key"]}).get(ROOMS)
    assert api.get(f"{KEYS}/{key['keyId']}").json()["lastUsedAt"] >= before


def test_it_ends_when_its_time_is_over(api: Api) -> None:
    expires = clock.to_ms(clock.now() + timedelta(minutes=1))
    key = made(api, expiresAt=expires)
    assert key["expiresAt"] == expires
    client = Api({"X-API-KEY": key["key"]})
    assert client.get(ROOMS).status_code == 200
    ApiKey.objects.filter(pk=int(key["keyId"])).update(expires_at=clock.now())
    answer = client.get(ROOMS)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Authentication Error", "message": "Invalid API key"}


def test_scopes_are_kept_once_and_in_order(api: Api) -> None:
    key = made(api, scopes=["users:write", "rooms:read", "users:write"])
    assert key["scopes"] == ["rooms:read", "users:write"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": ""}, [("name", "name is required and cannot be empty")]),
        ({"name": "a" * 51}, [("name", "name cannot exceed 50 characters")]),
        ({"scopes": []}, [("scopes", "At least one scope is required")]),
        ({"scopes": "admin"}, [("scopes", "Expected array, received string")]),
        ({"scopes": None}, [("scopes", "Expected array, received null")]),
        (
            {"scopes": ["rooms:read", "root", 5, None]},
            [
                ("scopes.1", f"Invalid enum value. Expected {SCOPES}, received 'root'"),
                ("scopes.2", f"Expected {SCOPES}, received number"),
                ("scopes.3", f"Expected {SCOPES}, received null"),
            ],
        ),
        ({"expiresAt": 1}, [("expiresAt", "expiresAt must be in the future")]),
        ({"expiresAt": -1e300}, [("expiresAt", "expiresAt is out of range")]),
        ({"expiresAt": 1e300}, [("expiresAt", "expiresAt is out of range")]),
        ({"expiresAt": "tomorrow"}, [("expiresAt", "Expected number, received string")]),
        ({"expiresAt": None}, [("expiresAt", "Expected number, received null")]),
    ],
)
def test_what_is_wrong_is_said_of_each_field(api: Api, change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert issues(api.post(KEYS, {**NEW, **change})) == expected
    assert not ApiKey.objects.named().exists()


def test_name_and_scopes_are_needed(api: Api) -> None:
    assert issues(api.post(KEYS, {})) == [("name", "Required"), ("scopes", "Required")]


# -- Changed and deleted ---------------------------------------------------------------------------------------------


def test_what_it_is_for_can_be_changed_at_once(api: Api) -> None:
    key = made(api)
    client = Api({"X-API-KEY": key.pop("key")})
    address = f"{KEYS}/{key['keyId']}"
    answer = api.patch(address, {"scopes": ["users:read"]})
    assert answer.status_code == 200
    assert answer.json() == {**key, "scopes": ["users:read"]}
    assert client.get(ROOMS).status_code == 403
    assert client.get("/api/v1/users").status_code == 200
    assert api.patch(address, {"name": "Nightly"}).json()["name"] == "Nightly"
    assert api.patch(address, {}).json()["scopes"] == ["users:read"]
    assert issues(api.patch(address, {"scopes": []})) == [("scopes", "At least one scope is required")]


def test_a_deleted_key_opens_nothing(api: Api) -> None:
    key = made(api)
    answer = api.delete(f"{KEYS}/{key['keyId']}")
    assert answer.status_code == 200
    assert answer.json() == {"message": f"API key '{key['keyId']}' deleted successfully"}
    assert Api({"X-API-KEY": key["key"]}).get(ROOMS).status_code == 401
    assert api.get(KEYS).json() == []


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
@pytest.mark.parametrize("key_id", ["0", "999999", "9" * 30, "CI", "%00", "-1", "٣"])
def test_a_key_that_nobody_knows_is_404(api: Api, method: str, key_id: str) -> None:
    body: Any = {} if method == "patch" else None
    answer = getattr(api, method)(f"{KEYS}/{key_id}", body)
    assert answer.status_code == 404
    assert answer.json()["error"] == "API Key Error"


def test_the_default_key_is_none_of_its_business(api: Api) -> None:
    pk = ApiKey.objects.get(is_default=True).pk
    for method in ("get", "delete"):
        assert getattr(api, method)(f"{KEYS}/{pk}").status_code == 404
    assert api.get(ROOMS).status_code == 200


def test_keys_are_not_made_and_thrown_away_in_a_hurry(api: Api, rate_limits: None) -> None:
    answers = [api.get(KEYS) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].json()["message"] == "Too many requests for this operation, please try again later"

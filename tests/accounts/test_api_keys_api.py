"""/internal-api/v1/api-keys: the default key (rest-api.md 1.4, decisions.md 7)."""

import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from accounts.models import ApiKey, User
from meet import clock
from tests.conftest import Api, AsUser

KEYS = "/internal-api/v1/api-keys"


@pytest.fixture
def boss(as_user: AsUser, admin: User) -> Api:
    return as_user(admin)


def test_without_a_key_the_list_is_empty(boss: Api) -> None:
    assert boss.get(KEYS).json() == []


def test_a_new_key_is_shown_then_and_whenever_asked(boss: Api) -> None:
    before = clock.to_ms(clock.now())
    answer = boss.post(KEYS)
    assert answer.status_code == 201
    key = answer.json()
    assert set(key) == {"key", "creationDate"}
    assert re.fullmatch(r"ovmeet-[0-9a-f]{32}", key["key"])
    assert key["creationDate"] >= before
    assert boss.get(KEYS).json() == [key]


def test_a_new_key_works_and_ends_the_old_one(boss: Api) -> None:
    old, new = boss.post(KEYS).json()["key"], boss.post(KEYS).json()["key"]
    assert Api({"X-API-KEY": new}).get("/api/v1/rooms").status_code == 200
    answer = Api({"X-API-KEY": old}).get("/api/v1/rooms")
    assert answer.status_code == 401
    assert answer.json() == {"error": "Authentication Error", "message": "Invalid API key"}
    assert len(boss.get(KEYS).json()) == 1


def test_a_deleted_key_is_gone_and_deleting_again_is_fine(boss: Api) -> None:
    key = boss.post(KEYS).json()["key"]
    for _ in range(2):
        answer = boss.delete(KEYS)
        assert answer.status_code == 200
        assert answer.json() == {"message": "API keys deleted successfully"}
    answer = Api({"X-API-KEY": key}).get("/api/v1/rooms")
    assert answer.status_code == 401
    assert answer.json()["message"] == "There are no API keys configured yet. Please, create one to access the API"


def test_named_keys_are_none_of_its_business(boss: Api, api_key: str) -> None:
    ApiKey.objects.update(is_default=False, sealed="")
    boss.delete(KEYS)
    assert ApiKey.objects.count() == 1
    assert Api({"X-API-KEY": api_key}).get("/api/v1/rooms").status_code == 200


def test_the_text_of_a_key_is_nowhere_in_the_database(boss: Api) -> None:
    text = boss.post(KEYS).json()["key"]
    row = ApiKey.objects.values().get()
    assert not any(text in str(value) for value in row.values())
    assert text.startswith(row["prefix"])


def test_a_key_survives_a_change_of_the_encryption_key(boss: Api, settings: Settings) -> None:
    text = boss.post(KEYS).json()["key"]
    settings.MEET_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.MEET_ENCRYPTION_KEYS]
    assert boss.get(KEYS).json()[0]["key"] == text


def test_a_key_that_cannot_be_opened_any_more_still_works(boss: Api, settings: Settings) -> None:
    text = boss.post(KEYS).json()["key"]
    settings.MEET_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert boss.get(KEYS).status_code == 200
    assert Api({"X-API-KEY": text}).get("/api/v1/rooms").status_code == 200


def test_keys_are_not_made_and_thrown_away_in_a_hurry(boss: Api, rate_limits: None) -> None:
    answers = [boss.get(KEYS) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert answers[-1].json()["message"] == "Too many requests for this operation, please try again later"


# -- Validity --------------------------------------------------------------------------------------------------------


def test_a_key_past_its_date_is_no_key(api: Api) -> None:
    ApiKey.objects.update(expires_at=clock.now() + timedelta(minutes=1))
    assert api.get("/api/v1/rooms").status_code == 200
    ApiKey.objects.update(expires_at=clock.now())
    answer = api.get("/api/v1/rooms")
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("There are no API keys configured yet")


def test_the_use_of_a_key_is_noted_once_a_minute(api: Api) -> None:
    api.get("/api/v1/rooms")
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    api.get("/api/v1/rooms")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))
    api.get("/api/v1/rooms")
    assert (ApiKey.objects.get().last_used_at or first) >= first


def test_a_key_without_a_root_admin_to_act_as_is_refused(api: Api, settings: Settings) -> None:
    settings.MEET_INITIAL_ADMIN_USER = "somebody_else"
    answer = api.get("/api/v1/rooms")
    assert answer.status_code == 403
    message = "Invalid API key subject. The user associated with the API key does not exist"
    assert answer.json() == {"error": "Authorization Error", "message": message}


@pytest.mark.parametrize("text", ["", " ", "x", "ovmeet-", "é", "a" * 10_000, "%"])
def test_any_other_text_is_no_key(api_key: str, text: str) -> None:
    answer = Api({"X-API-KEY": text}).get("/api/v1/rooms")
    assert answer.status_code == 401
    assert answer.json()["message"] == "Invalid API key"

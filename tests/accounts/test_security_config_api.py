"""GET and PUT /internal-api/v1/config/security (rest-api.md 1.10, 8.3)."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from pytest_django import Settings

from accounts.models import OAuthProvider, User
from accounts.tokens import TokenType, issue
from meet import clock
from tests.conftest import Api, AsUser, Console, with_csrf_token

PATH = "/internal-api/v1/config/security"
GOOGLE = {
    "provider": "google",
    "clientId": "an id",
    "clientSecret": "top secret",
    "redirectUri": "https://meet.example/back",
}
GITHUB = {"provider": "github", "clientId": "", "clientSecret": "", "redirectUri": ""}


@pytest.fixture
def boss(as_user: AsUser, admin: User) -> Api:
    return as_user(admin)


def body(*providers: Any) -> dict[str, Any]:
    return {"authentication": {"oauthProviders": list(providers)}}


def public(provider: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in provider.items() if key != "clientSecret"}


def test_before_anybody_chose_there_are_no_providers(anonymous: Api, db: None) -> None:
    answer = anonymous.get(PATH)
    assert (answer.status_code, answer.json()) == (200, body())


def test_asking_for_the_headers_alone_is_reading(anonymous: Api, db: None) -> None:
    assert anonymous.client.head(PATH).status_code == 200


def test_what_is_put_comes_back_with_its_secrets_in_the_contracts_order(boss: Api) -> None:
    answer = boss.put(PATH, body({**GOOGLE, "other": 1}, GITHUB))
    assert answer.status_code == 200
    assert answer.json() == boss.get(PATH).json() == body(GOOGLE, GITHUB)
    [first, _] = answer.json()["authentication"]["oauthProviders"]
    assert list(first) == list(GOOGLE)


def test_a_list_replaces_the_one_before_and_may_be_empty(boss: Api) -> None:
    boss.put(PATH, body(GOOGLE, GITHUB))
    assert boss.put(PATH, body(GITHUB)).json() == boss.get(PATH).json() == body(GITHUB)
    assert boss.put(PATH, body()).json() == boss.get(PATH).json() == body()


def test_the_same_provider_may_be_there_twice(boss: Api) -> None:
    assert boss.put(PATH, body(GOOGLE, GOOGLE)).json() == body(GOOGLE, GOOGLE)


# -- Who sees the secrets --------------------------------------------------------------------------------------------


@pytest.fixture
def stored(boss: Api) -> None:
    boss.put(PATH, body(GOOGLE, GITHUB))


def shows_no_secret(caller: Api | Client, **headers: str) -> bool:
    answer = caller.get(PATH, headers=headers)
    assert answer.status_code == 200
    return bool(answer.json() == body(public(GOOGLE), public(GITHUB)))


@pytest.mark.usefixtures("stored")
def test_nobody_but_administrators_sees_secrets(anonymous: Api, api: Api, as_user: AsUser, olga: User) -> None:
    """An API key is no credential here, as the contract has it."""
    for caller in (anonymous, api, as_user(olga), Api({"X-Room-Member-Token": "Bearer x"})):
        assert shows_no_secret(caller)


@pytest.mark.usefixtures("stored")
def test_a_token_that_does_not_hold_counts_as_none(admin: User) -> None:
    now = clock.now()
    tokens = ["rubbish", issue(admin, TokenType.REFRESH, now=now), issue(admin, TokenType.TEMPORARY, now=now)]
    for token in tokens:
        assert shows_no_secret(Api({"Authorization": f"Bearer {token}"}))


@pytest.mark.usefixtures("stored")
def test_neither_a_stale_token_nor_one_of_somebody_who_must_change_the_password_shows_them(
    as_user: AsUser, admin: User
) -> None:
    caller = as_user(admin)
    User.objects.update(must_change_password=True)
    assert shows_no_secret(caller)
    User.objects.update(must_change_password=False, role_updated_at=clock.now() + clock.MILLISECOND * 60_000)
    assert shows_no_secret(caller)


@pytest.mark.usefixtures("stored")
def test_a_session_shows_them_only_to_its_own_page(console: Console, admin: User) -> None:
    client = console(admin)
    assert shows_no_secret(client)
    assert client.get(PATH, headers=with_csrf_token(client)).json() == body(GOOGLE, GITHUB)


# -- At rest ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stored")
def test_secrets_are_sealed_at_rest() -> None:
    [row, _] = OAuthProvider.objects.values_list()
    assert not [value for value in row if "top secret" in str(value)]


@pytest.mark.usefixtures("stored")
def test_secrets_that_cannot_be_opened_any_more_are_empty(boss: Api, settings: Settings) -> None:
    settings.MEET_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert boss.get(PATH).json() == body({**GOOGLE, "clientSecret": ""}, GITHUB)


# -- What is refused -------------------------------------------------------------------------------------------------

LIST, FIRST = "authentication.oauthProviders", "authentication.oauthProviders.0"


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("content", "issues"),
    [
        (None, [("", "Required")]),
        ({}, [("authentication", "Required")]),
        ({"authentication": None}, [("authentication", "Expected object, received null")]),
        ({"authentication": {}}, [(LIST, "Required")]),
        ({"authentication": {"oauthProviders": None}}, [(LIST, "Expected array, received null")]),
        ({"authentication": {"oauthProviders": {}}}, [(LIST, "Expected array, received object")]),
        (body(None), [(FIRST, "Expected object, received null")]),
        (body("google"), [(FIRST, "Expected object, received string")]),
        (body({}), [(f"{FIRST}.{key}", "Required") for key in GOOGLE]),
        (body(dict.fromkeys(GOOGLE, 1)), [
            (f"{FIRST}.provider", "Expected 'google' | 'github', received number"),
            *[(f"{FIRST}.{key}", "Expected string, received number") for key in list(GOOGLE)[1:]],
        ]),
        (body({**GOOGLE, "provider": "gitlab"}), [
            (f"{FIRST}.provider", "Invalid enum value. Expected 'google' | 'github', received 'gitlab'"),
        ]),
        (body(GOOGLE, {**GOOGLE, "clientId": None}), [
            ("authentication.oauthProviders.1.clientId", "Expected string, received null"),
        ]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_contracts_words(boss: Api, content: Any, issues: list[tuple[str, str]]) -> None:
    answer = boss.put(PATH, content)
    assert answer.status_code == 422
    assert [(entry["field"], entry["message"]) for entry in answer.json()["details"]] == issues
    assert boss.get(PATH).json() == body(GOOGLE, GITHUB)

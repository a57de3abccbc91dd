"""GET and PUT /internal-api/v1/config/webhooks (rest-api.md 1.10)."""

from typing import Any

import pytest

from accounts.models import User
from meet import clock
from meet.webhooks.models import Endpoint
from tests.conftest import Api, AsUser

PATH = "/internal-api/v1/config/webhooks"
URL = "https://hooks.example/in?x=1"
INVALID, SCHEME = "Must be a valid URL", "URL must start with http:// or https://"
REQUIRED = "URL is required when webhooks are enabled"


@pytest.fixture
def boss(as_user: AsUser, admin: User) -> Api:
    return as_user(admin)


def test_before_anybody_chose_there_is_no_address(boss: Api) -> None:
    answer = boss.get(PATH)
    assert answer.status_code == 200
    assert list(answer.json().items()) == [("enabled", False), ("url", "")]


def test_what_is_put_is_answered_and_kept(boss: Api) -> None:
    content = {"enabled": True, "url": URL}
    answer = boss.put(PATH, {**content, "other": 1})
    assert answer.status_code == 200
    assert list(answer.json().items()) == list(content.items())
    assert boss.get(PATH).json() == content


def test_it_is_the_endpoint_that_events_go_to(boss: Api) -> None:
    Endpoint.objects.create(is_contract=True, created_at=clock.now())
    Endpoint.objects.create(url="https://other.example/", enabled=True, created_at=clock.now())
    boss.put(PATH, {"enabled": True, "url": URL})
    assert set(Endpoint.objects.values_list("is_contract", "enabled", "url")) == {
        (True, True, URL),
        (False, True, "https://other.example/"),
    }


def test_switching_off_without_an_address_keeps_the_stored_one(boss: Api) -> None:
    boss.put(PATH, {"enabled": True, "url": URL})
    assert boss.put(PATH, {"enabled": False}).json() == {"enabled": False, "url": URL}


def test_an_address_can_be_changed_while_switched_off(boss: Api) -> None:
    boss.put(PATH, {"enabled": True, "url": URL})
    new = {"enabled": False, "url": "http://localhost:9000"}
    assert boss.put(PATH, new).json() == new


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/webhook",
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "http://192.168.1.10:5000",
        "http://receiver:8080/in",
        "https://user:password@hooks.example/",
        "https://münchen.example/ü?q=a b#c",
        "http://x" + "/" * (2000 - len("http://x")),
    ],
)
def test_receivers_may_be_anywhere(boss: Api, url: str) -> None:
    assert boss.put(PATH, {"enabled": True, "url": url}).json() == {"enabled": True, "url": url}


@pytest.mark.parametrize(
    ("body", "issues"),
    [
        (None, [("", "Required")]),
        ({}, [("enabled", "Required")]),
        ({"url": URL}, [("enabled", "Required")]),
        ({"enabled": "true"}, [("enabled", "Expected boolean, received string")]),
        ({"enabled": None, "url": 5}, [
            ("enabled", "Expected boolean, received null"), ("url", "Expected string, received number"),
        ]),
        ({"enabled": True}, [("url", REQUIRED)]),
        ({"enabled": True, "url": None}, [("url", "Expected string, received null")]),
        ({"enabled": True, "url": ""}, [("url", INVALID), ("url", SCHEME), ("url", REQUIRED)]),
        ({"enabled": False, "url": ""}, [("url", INVALID), ("url", SCHEME)]),
        ({"enabled": True, "url": "hooks.example"}, [("url", INVALID), ("url", SCHEME)]),
        ({"enabled": True, "url": "ftp://hooks.example"}, [("url", SCHEME)]),
        ({"enabled": True, "url": "javascript:alert(1)"}, [("url", SCHEME)]),
        ({"enabled": True, "url": "http://"}, [("url", INVALID)]),
        ({"enabled": True, "url": "https://:443/"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://x:99999/"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://x:port/"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://[::1/"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://two words/"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://x/\nX-Evil: 1"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://x/\x00"}, [("url", INVALID)]),
        ({"enabled": True, "url": "http://x" + "/" * 1993}, [("url", "URL cannot exceed 2000 characters")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_contracts_words(boss: Api, body: Any, issues: list[tuple[str, str]]) -> None:
    """An address that is stored already does not count as given."""
    boss.put(PATH, {"enabled": True, "url": URL})
    answer = boss.put(PATH, body)
    assert answer.status_code == 422, answer.content
    assert [(entry["field"], entry["message"]) for entry in answer.json()["details"]] == issues
    assert boss.get(PATH).json() == {"enabled": True, "url": URL}


def test_a_list_is_no_configuration(boss: Api) -> None:
    answer = boss.put(PATH, [True])
    assert answer.json()["details"] == [{"field": "", "message": "Expected object, received array"}]

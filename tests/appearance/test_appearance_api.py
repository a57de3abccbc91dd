"""GET and PUT /internal-api/v1/config/rooms/appearance (rest-api.md 1.10)."""

from typing import Any

import pytest

from accounts.models import User
from meet.appearance.models import Theme
from tests.conftest import Api, AsUser
from tests.pages import Page

PATH = "/internal-api/v1/config/rooms/appearance"
COLOURS = {
    "backgroundColor": "#123",
    "primaryColor": "#1234",
    "secondaryColor": "#123456",
    "accentColor": "#12345678",
    "surfaceColor": "#AbCdEf",
}
CHARACTERS = "Theme name can only contain letters, numbers, hyphens and underscores"
HEX = "Must be a valid hex color code (with or without alpha)"


@pytest.fixture
def boss(as_user: AsUser, admin: User) -> Api:
    return as_user(admin)


def theme(**changes: Any) -> dict[str, Any]:
    return {"name": "brand", "enabled": True, "baseTheme": "dark", **changes}


def body(*themes: Any) -> dict[str, Any]:
    return {"appearance": {"themes": list(themes)}}


def problems(api: Api, content: Any) -> list[tuple[str, str]]:
    answer = api.put(PATH, content)
    assert answer.status_code == 422, answer.content
    assert not Theme.objects.exists()
    return [(entry["field"], entry["message"]) for entry in answer.json()["details"]]


def test_before_anybody_chose_there_is_no_theme(anonymous: Api, db: None) -> None:
    assert anonymous.get(PATH).json() == {"appearance": {"themes": []}}


def test_a_theme_comes_back_as_it_was_put(boss: Api, anonymous: Api) -> None:
    content = body(theme(**COLOURS))
    answer = boss.put(PATH, content)
    assert answer.status_code == 200
    assert answer.json() == anonymous.get(PATH).json() == content


def test_colours_that_are_left_out_are_kept_and_others_replaced(boss: Api) -> None:
    boss.put(PATH, body(theme(**COLOURS)))
    answer = boss.put(PATH, body(theme(enabled=False, baseTheme="light", accentColor="#fff")))
    assert answer.json() == body(theme(enabled=False, baseTheme="light", **{**COLOURS, "accentColor": "#fff"}))
    assert Theme.objects.count() == 1


def test_a_theme_needs_no_colours(boss: Api) -> None:
    assert boss.put(PATH, body(theme())).json() == body(theme())


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rubbish"}, {"X-API-KEY": "rubbish"}])
def test_reading_is_for_everybody_even_with_a_stale_token(db: None, headers: dict[str, str]) -> None:
    assert Api(headers).get(PATH).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rubbish"}])
def test_asking_for_the_headers_alone_is_reading(db: None, headers: dict[str, str]) -> None:
    answer = Api(headers).client.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["put", "options"])
def test_anything_but_reading_is_for_admins(anonymous: Api, as_user: AsUser, olga: User, method: str) -> None:
    assert getattr(anonymous, method)(PATH, body(theme())).status_code == 401
    assert getattr(as_user(olga), method)(PATH, body(theme())).status_code == 403


def test_people_may_read_it_in_a_browser_that_offers_no_form_to_change_it(anonymous: Api, db: None) -> None:
    answer = anonymous.client.get(PATH, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    page = Page(answer)
    assert "themes" in page.text
    assert not [attributes for _, attributes in page.elements if attributes.get("name") == "_content"]


@pytest.mark.parametrize(
    ("content", "issues"),
    [
        ({}, [("appearance", "Required")]),
        ({"appearance": None}, [("appearance", "Expected object, received null")]),
        ({"appearance": {}}, [("appearance.themes", "Required")]),
        ({"appearance": {"themes": {}}}, [("appearance.themes", "Expected array, received object")]),
        (body(), [("appearance.themes", "There must be exactly one theme defined")]),
        (body(theme(), theme()), [("appearance.themes", "There must be exactly one theme defined")]),
        (body(None), [("appearance.themes.0", "Expected object, received null")]),
        (body("dark"), [("appearance.themes.0", "Expected object, received string")]),
        (
            body({}),
            [
                ("appearance.themes.0.name", "Required"),
                ("appearance.themes.0.enabled", "Required"),
                ("appearance.themes.0.baseTheme", "Required"),
            ],
        ),
        (
            body({}, theme(name=None)),
            [
                ("appearance.themes", "There must be exactly one theme defined"),
                ("appearance.themes.0.name", "Required"),
                ("appearance.themes.0.enabled", "Required"),
                ("appearance.themes.0.baseTheme", "Required"),
                ("appearance.themes.1.name", "Expected string, received null"),
            ],
        ),
        (
            body(theme(name="")),
            [
                ("appearance.themes.0.name", "Theme name cannot be empty"),
                ("appearance.themes.0.name", CHARACTERS),
            ],
        ),
        (body(theme(name="n" * 51)), [("appearance.themes.0.name", "Theme name cannot exceed 50 characters")]),
        (
            body(theme(name="ñ" * 51)),
            [
                ("appearance.themes.0.name", "Theme name cannot exceed 50 characters"),
                ("appearance.themes.0.name", CHARACTERS),
            ],
        ),
        (body(theme(name="a b")), [("appearance.themes.0.name", CHARACTERS)]),
        (body(theme(name="a\n")), [("appearance.themes.0.name", CHARACTERS)]),
        (body(theme(enabled="yes")), [("appearance.themes.0.enabled", "Expected boolean, received string")]),
        (
            body(theme(baseTheme="grey")),
            [
                (
                    "appearance.themes.0.baseTheme",
                    "Invalid enum value. Expected 'light' | 'dark', received 'grey'",
                )
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_in_the_contracts_words(boss: Api, content: Any, issues: list[tuple[str, str]]) -> None:
    assert problems(boss, content) == issues


@pytest.mark.parametrize("colour", ["", "red", "123456", "#12", "#12345", "#ggg", "#fff;}", "#fff\n", "##fff"])
@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_is_hex_and_nothing_else(boss: Api, name: str, colour: str) -> None:
    assert problems(boss, body(theme(**{name: colour}))) == [(f"appearance.themes.0.{name}", HEX)]


@pytest.mark.parametrize("name", COLOURS)
def test_a_colour_is_text(boss: Api, name: str) -> None:
    assert problems(boss, body(theme(**{name: None}))) == [
        (f"appearance.themes.0.{name}", "Expected string, received null")
    ]

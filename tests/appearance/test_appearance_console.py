"""/config: the theme, in the console."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from meet.appearance import themes
from meet.appearance.models import BaseTheme, Theme
from meet.appearance.themes import Design
from tests.conftest import Console
from tests.pages import Page, submit

FIELDS = ("background_colour", "primary_colour", "secondary_colour", "accent_colour", "surface_colour")


def save(client: Client, **data: str) -> Any:
    return submit(client, "/config", {"base_theme": "light", **dict.fromkeys(FIELDS, ""), **data})


def test_a_design_is_chosen_and_worn(console: Console, admin: User) -> None:
    client = console(admin)
    assert set(FIELDS) <= set(Page(client.get("/config")).values())
    answer = save(client, enabled="on", base_theme="dark", primary_colour="#0a7d32")
    assert (answer.status_code, answer["Location"]) == (302, "/config")
    shown = Page(client.get("/config"))
    assert shown.toasts == 1
    assert shown.values()["primary_colour"] == "#0a7d32"
    theme = Theme.objects.get()
    assert (theme.enabled, theme.base_theme, theme.primary_colour, theme.accent_colour) == (True, "dark", "#0a7d32", "")
    assert "#0a7d32" in client.get("/theme.css").content.decode()


def test_a_colour_left_empty_goes_back_to_that_of_the_base(console: Console, admin: User) -> None:
    client = console(admin)
    save(client, enabled="on", primary_colour="#0a7d32")
    save(client, enabled="on", primary_colour="")
    assert Theme.objects.get().primary_colour == ""


def test_saving_here_keeps_the_name_given_through_the_api(console: Console, admin: User) -> None:
    themes.save(Design(enabled=True, base_theme=BaseTheme.DARK, name="brand"), now=clock.now())
    save(console(admin), enabled="on")
    assert Theme.objects.get().name == "brand"


@pytest.mark.parametrize(
    "data",
    [
        {"primary_colour": "red"},
        {"accent_colour": "#12"},
        {"surface_colour": "#fff;}body{display:none"},
        {"background_colour": "#123456789"},
        {"base_theme": "grey"},
        {"base_theme": ""},
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_saved(console: Console, admin: User, data: dict[str, str]) -> None:
    answer = save(console(admin), enabled="on", **data)
    assert answer.status_code == 422
    assert not Theme.objects.exists()


def test_everything_can_be_put_back_to_how_it_was_delivered(console: Console, admin: User) -> None:
    client = console(admin)
    save(client, enabled="on", primary_colour="#0a7d32")
    answer = submit(client, "/config/reset")
    assert (answer.status_code, answer["Location"]) == (302, "/config")
    assert not Theme.objects.exists()
    assert "#0a7d32" not in client.get("/theme.css").content.decode()
    assert client.get("/internal-api/v1/config/rooms/appearance").json() == {"appearance": {"themes": []}}
    submit(client, "/config/reset")


def test_a_link_alone_resets_nothing(console: Console, admin: User) -> None:
    client = console(admin)
    save(client, enabled="on")
    assert client.get("/config/reset").status_code == 405
    assert Theme.objects.exists()


def test_only_administrators_choose(console: Console, olga: User, max_: User) -> None:
    for user in (olga, max_):
        client = console(user)
        assert client.get("/config").status_code == 403
        assert save(client, enabled="on").status_code == 403
        assert submit(client, "/config/reset").status_code == 403
    assert not Theme.objects.exists()


def test_visitors_are_taken_to_the_login(db: None) -> None:
    assert Client().get("/config")["Location"] == "/login?next=/config"

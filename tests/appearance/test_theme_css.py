"""The theme as custom properties, with text that can be read on every colour (meeting-ui.md 3)."""

import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from meet import clock
from meet.appearance import css, themes
from meet.appearance.models import BaseTheme, Theme
from meet.appearance.themes import Design

NOW = clock.now()
DIGITS = "0123456789abcdefABCDEF"
COLOURS = st.sampled_from([3, 4, 6, 8]).flatmap(
    lambda length: st.text(DIGITS, min_size=length, max_size=length).map(lambda digits: f"#{digits}")
)


def properties(text: str) -> dict[str, str]:
    return dict(re.findall(r"--ov-([\w-]+): ([^;]+);", text))


def saved(*, base: BaseTheme = BaseTheme.LIGHT, enabled: bool = True, **colours: str) -> Theme:
    return themes.save(Design(enabled, base, colours=colours), now=NOW)


# -- The stylesheet --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("base", list(BaseTheme))
def test_colours_that_nobody_chose_are_those_of_the_base(base: BaseTheme) -> None:
    found = properties(css.stylesheet(saved(base=base)))
    for name, variable in css.PROPERTIES.items():
        assert found[variable] == css.DEFAULTS[base][name]


@pytest.mark.django_db
def test_a_chosen_colour_replaces_that_of_the_base() -> None:
    found = properties(css.stylesheet(saved(primaryColor="#0a7d32")))
    assert found["primary-action-color"] == "#0a7d32"
    assert found["accent-action-color"] == css.DEFAULTS[BaseTheme.LIGHT]["accentColor"]


def test_the_defaults_are_those_of_the_contract() -> None:
    assert css.DEFAULTS == {
        BaseTheme.LIGHT: {
            "backgroundColor": "#f5f5f5", "primaryColor": "#d6d6d6", "secondaryColor": "#d6d6d6",
            "accentColor": "#a9e3f0", "surfaceColor": "#ffffff",
        },
        BaseTheme.DARK: {
            "backgroundColor": "#1f2020", "primaryColor": "#4a4e4e", "secondaryColor": "#5c5c5c",
            "accentColor": "#009ab9", "surfaceColor": "#2d2d2d",
        },
    }  # fmt: skip


def test_without_a_theme_nothing_is_said() -> None:
    assert properties(css.stylesheet(None)) == {}


# -- Contrast --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("colour", "text"),
    [
        ("#ffffff", "#212529"),
        ("#000000", "#ffffff"),
        ("#fff", "#212529"),
        ("#000f", "#ffffff"),
        ("#ffff00", "#212529"),
        ("#0000ff", "#ffffff"),
        ("#d6d6d6", "#212529"),
        ("#4a4e4e", "#ffffff"),
    ],
)
def test_text_is_dark_on_light_and_light_on_dark(colour: str, text: str) -> None:
    assert css.readable_on(colour, backdrop="#ffffff") == text


@pytest.mark.parametrize(("backdrop", "text"), [("#ffffff", "#212529"), ("#000000", "#ffffff")])
def test_a_translucent_colour_is_judged_by_what_shines_through(backdrop: str, text: str) -> None:
    assert css.readable_on("#80808000", backdrop=backdrop) == text


@given(COLOURS, st.sampled_from(["#f5f5f5", "#1f2020"]))
def test_on_every_colour_text_has_the_contrast_that_large_text_needs(colour: str, backdrop: str) -> None:
    text = css.readable_on(colour, backdrop=backdrop)
    ground = css._over(colour, backdrop)
    assert css.contrast(css._over(text, backdrop), ground) >= 3.8


@given(COLOURS, COLOURS)
def test_contrast_is_symmetric_and_between_one_and_twenty_one(first: str, second: str) -> None:
    one, other = css._over(first, "#fff"), css._over(second, "#fff")
    assert css.contrast(one, other) == css.contrast(other, one)
    assert 1 <= css.contrast(one, other) <= 21.001


def test_contrast_is_that_of_the_guidelines() -> None:
    assert css.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert css.contrast((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)) == 1


# -- The address -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_stylesheet_is_served_to_everybody_and_checked_at_every_visit() -> None:
    saved(primaryColor="#0a7d32")
    answer = Client().get("/theme.css")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert "--ov-primary-action-color: #0a7d32;" in answer.content.decode()


@pytest.mark.django_db
def test_what_has_not_changed_is_not_sent_again() -> None:
    client = Client()
    for change in (None, "#111111", "#222222"):
        if change:
            themes.save(
                Design(enabled=True, base_theme=BaseTheme.DARK, colours={"accentColor": change}),
                now=NOW + clock.MILLISECOND * int(change[1:]),
            )
        first = client.get("/theme.css")
        assert first.status_code == 200
        again = client.get("/theme.css", headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        stale = client.get("/theme.css", headers={"If-None-Match": '"something older"'})
        assert stale.status_code == 200


@pytest.mark.django_db
def test_a_theme_that_is_switched_off_is_not_worn() -> None:
    saved(enabled=False, primaryColor="#0a7d32")
    assert "#0a7d32" not in Client().get("/theme.css").content.decode()

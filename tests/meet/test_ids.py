"""Identifiers, secrets and names (rest-api.md 2.1, 7.4)."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meet import ids
from meet.names import NAME_KEY_LENGTH, name_key, numberable, numbered, tidy

NAMES = st.text(max_size=100)


# -- Ids -------------------------------------------------------------------------------------------------------------


@given(st.text())
def test_an_id_fits_into_an_address_and_a_column_whatever_the_name(name: str) -> None:
    made = ids.prefixed(name, fallback="room")
    assert re.fullmatch(r"[a-z0-9_]{1,50}-[0-9a-z]{15}", made)
    assert not made.startswith("_")
    assert "__" not in made
    assert len(made) <= 66


@given(st.text())
def test_two_ids_of_one_name_differ(name: str) -> None:
    assert ids.prefixed(name, fallback="x") != ids.prefixed(name, fallback="x")


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("Équipe Nord-Est", "equipe_nord_est"),
        ("A--B  C", "a_b_c"),
        ("__a__", "a"),
        ("🎉", "other"),
        ("", "other"),
    ],
)
def test_the_prefix_is_what_can_be_read_of_the_name(name: str, prefix: str) -> None:
    assert ids.prefixed(name, fallback="other").rpartition("-")[0] == prefix


def test_a_secret_has_a_hundred_and_twenty_eight_bits() -> None:
    secrets = {ids.hex_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"[0-9a-f]{32}", secret) for secret in secrets)


def test_base36_uses_all_of_its_letters() -> None:
    assert set(ids.base36(5000)) == set("0123456789abcdefghijklmnopqrstuvwxyz")


# -- Names -----------------------------------------------------------------------------------------------------------


@given(st.text())
def test_a_tidy_name_stays_as_it_is(name: str) -> None:
    once = tidy(name)
    assert tidy(once) == once
    assert once == once.strip()
    assert "  " not in once
    assert not any(unicodedata.category(character) == "Cc" for character in once)


@given(st.text(), st.text())
def test_names_that_read_alike_have_one_key(first: str, second: str) -> None:
    if first.lower() == second.lower():
        assert name_key(first) == name_key(second)


@given(NAMES)
def test_a_key_fits_its_column(name: str) -> None:
    assert len(name_key(name)) <= NAME_KEY_LENGTH


@given(NAMES, st.integers(min_value=1, max_value=10**8), st.integers(min_value=1, max_value=10**8))
def test_numbers_tell_any_name_apart(name: str, first: int, second: int) -> None:
    short = numberable(name)
    keys = {name_key(numbered(short, number)) for number in (first, second)}
    assert len(keys) == len({first, second})


@given(st.text(max_size=40))
def test_an_ordinary_name_is_not_cut(name: str) -> None:
    assert numberable(name).rstrip() == name.rstrip() or len(unicodedata.normalize("NFKC", name).casefold()) > 140


@given(st.text().filter(lambda text: not re.search(r"_[0-9]+$", text)), st.integers(1, 999), st.integers(1, 999))
def test_numbers_are_replaced_and_never_stacked(name: str, first: int, second: int) -> None:
    assert numbered(numbered(name, first), second) == f"{name}_{second}"

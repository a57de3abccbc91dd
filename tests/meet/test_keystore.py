"""Secrets that the installation makes for itself, and texts that must be readable again."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from meet import keystore


def test_a_secret_is_drawn_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "secrets"
    first = keystore.kept(folder, "secret_key", keystore.token)
    assert len(first) >= 48
    assert keystore.kept(folder, "secret_key", keystore.token) == first
    assert keystore.kept(folder, "other", keystore.token) != first


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    keystore.kept(folder, "secret_key", keystore.token)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret_key"], "no drafts are left"


def test_of_many_that_start_at_once_one_draws_and_all_read_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: keystore.kept(tmp_path / "secrets", "key", keystore.token), range(64)))
    assert len(set(found)) == 1


def test_who_loses_the_race_takes_the_winners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def overtaken(source: Path, target: Path) -> None:
        Path(target).write_text("the winner's\n")
        link(source, target)

    monkeypatch.setattr(os, "link", overtaken)
    assert keystore.kept(tmp_path, "key", keystore.token) == "the winner's"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_secret_that_somebody_put_there_is_used(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("  chosen by hand\n")
    assert keystore.kept(tmp_path, "key", keystore.token) == "chosen by hand"


def test_what_is_sealed_is_not_to_be_read_without_the_key() -> None:
    first, second = keystore.encryption_key(), keystore.encryption_key()
    sealed = keystore.Seal([first]).close("ovmeet-ü")
    assert "ovmeet" not in sealed
    assert keystore.Seal([first]).open(sealed) == "ovmeet-ü"
    with pytest.raises(InvalidToken):
        keystore.Seal([second]).open(sealed)


def test_the_first_key_writes_and_all_read() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed_before = keystore.Seal([old]).close("text")
    rotated = keystore.Seal([new, old])
    assert rotated.open(sealed_before) == "text"
    assert keystore.Seal([new]).open(rotated.close("text")) == "text"

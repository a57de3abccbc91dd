"""What must hold for users and keys, whoever writes the rows."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from pytest_django import Settings

from accounts.models import ApiKey, Role, User
from meet import clock
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("user_id", ["olga_", "a1234", "_____", "a" * 20])
def test_an_id_that_the_contract_allows(user_id: str) -> None:
    make_user(user_id).full_clean(exclude=["password", "email"])


@pytest.mark.parametrize("user_id", ["", "olga", "a" * 21, "Olga_", "ol-ga", "ol ga", "ölga_", "olga_\n", "a\0bcd"])
def test_an_id_that_it_does_not(user_id: str) -> None:
    user = User(user_id=user_id, name="Olga", role=Role.ADMIN)
    with pytest.raises(ValidationError):
        user.full_clean(exclude=["password", "email"])


@pytest.mark.parametrize("name", ["", "n" * 51])
def test_a_name_has_one_to_fifty_characters(name: str) -> None:
    user = User(user_id="olga_", name=name, role=Role.ADMIN)
    with pytest.raises(ValidationError):
        user.full_clean(exclude=["password", "email"])


def test_an_id_is_taken_once() -> None:
    make_user("olga_")
    with pytest.raises(IntegrityError):
        make_user("olga_")


def test_an_address_is_taken_once_and_nobody_needs_one() -> None:
    first, second = make_user("first"), make_user("second")
    assert first.email is second.email is None
    User.objects.filter(pk=first.pk).update(email="a@example.org")
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=second.pk).update(email="a@example.org")


def test_a_new_user_is_as_old_as_their_role() -> None:
    user = make_user("olga_")
    assert user.role_updated_at == user.created_at
    assert user.created_at.microsecond % 1000 == 0


@pytest.mark.parametrize(
    ("role", "is_admin", "may_create"),
    [(Role.ADMIN, True, True), (Role.ROOM_MANAGER, False, True), (Role.ROOM_MEMBER, False, False)],
)
def test_what_roles_mean(role: Role, is_admin: bool, may_create: bool) -> None:
    user = make_user("olga_", role=role)
    assert (user.is_admin, user.may_create_rooms) == (is_admin, may_create)


def test_the_root_admin_is_the_one_that_the_setting_names(settings: Settings) -> None:
    settings.MEET_INITIAL_ADMIN_USER = "the_root"
    root = make_user("the_root", role=Role.ADMIN)
    make_user("other", role=Role.ADMIN)
    assert User.objects.root() == root


def test_there_is_one_default_key() -> None:
    ApiKey.replace_default(by=None, now=clock.now())
    with pytest.raises(IntegrityError):
        ApiKey.objects.create(name="x", prefix="x", digest="x", is_default=True, created_at=clock.now())


def test_of_two_keys_made_at_the_same_moment_the_later_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees the other's, which is not committed yet; the constraint tells the later one."""
    create = ApiKey.objects.create

    def create_after_another(**columns: Any) -> ApiKey:
        monkeypatch.undo()
        create(**{**columns, "digest": "another"})
        return create(**columns)

    monkeypatch.setattr(type(ApiKey.objects), "create", lambda _manager, **columns: create_after_another(**columns))
    key = ApiKey.replace_default(by=None, now=clock.now())
    assert ApiKey.objects.default() == key
    assert ApiKey.objects.count() == 1


def test_deleting_a_user_keeps_the_keys_they_made() -> None:
    user = make_user("olga_", role=Role.ADMIN)
    key = ApiKey.replace_default(by=user, now=clock.now())
    user.delete()
    key.refresh_from_db()
    assert key.created_by is None


def test_neither_users_nor_keys_show_secrets_when_printed() -> None:
    key = ApiKey.replace_default(by=None, now=clock.now())
    assert str(key.text) not in f"{key} {key!r}"
    user = make_user("olga_")
    assert user.password not in f"{user} {user!r}"

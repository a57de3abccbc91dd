"""`manage.py bootstrap`: what an installation needs before its first request (decisions.md 6, 7)."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.bootstrap import PasswordNeeded, bootstrap
from accounts.models import ApiKey, User
from meet import clock
from meet.management.commands.bootstrap import Command
from meet.webhooks.models import Endpoint
from tests.conftest import Api

pytestmark = pytest.mark.django_db
NOW = clock.now()


def test_the_first_start_makes_an_admin_and_a_key_and_shows_both_once() -> None:
    made = bootstrap(now=NOW)
    assert made.admin_user == "admin"
    assert made.admin_password
    assert made.api_key
    admin = User.objects.get()
    assert admin.check_password(made.admin_password)
    assert (admin.name, admin.role, admin.must_change_password) == ("Admin", "admin", False)
    assert User.objects.root() == admin
    assert Api({"X-API-KEY": made.api_key}).get("/api/v1/rooms").status_code == 200
    again = bootstrap(now=NOW)
    assert (again.admin_user, again.admin_password, again.api_key) == (None, None, None)


def test_given_values_are_used_and_not_repeated(settings: Settings) -> None:
    settings.MEET_INITIAL_ADMIN_USER = "the_boss"
    settings.MEET_INITIAL_ADMIN_PASSWORD = "chosen password"
    settings.MEET_INITIAL_API_KEY = "chosen key"
    made = bootstrap(now=NOW)
    assert (made.admin_user, made.admin_password, made.api_key) == ("the_boss", None, None)
    assert User.objects.get(user_id="the_boss").check_password("chosen password")
    assert Api({"X-API-KEY": "chosen key"}).get("/api/v1/rooms").status_code == 200


def test_in_production_no_password_is_drawn_that_nobody_would_see(settings: Settings) -> None:
    settings.MEET_PRODUCTION = True
    with pytest.raises(PasswordNeeded, match=r"There is no user 'admin' yet.* set MEET_INITIAL_ADMIN_PASSWORD "):
        bootstrap(now=NOW)
    assert not User.objects.exists()


def test_in_production_a_given_password_is_used_and_no_key_is_drawn(settings: Settings) -> None:
    settings.MEET_PRODUCTION = True
    settings.MEET_INITIAL_ADMIN_PASSWORD = "chosen password"
    made = bootstrap(now=NOW)
    assert (made.admin_user, made.admin_password, made.api_key) == ("admin", None, None)
    assert User.objects.root().check_password("chosen password")
    assert not ApiKey.objects.exists()


def test_in_production_later_starts_need_no_password(settings: Settings) -> None:
    settings.MEET_PRODUCTION = True
    settings.MEET_INITIAL_ADMIN_PASSWORD = "chosen password"
    bootstrap(now=NOW)
    settings.MEET_INITIAL_ADMIN_PASSWORD = ""
    assert bootstrap(now=NOW).admin_user is None


def test_in_production_a_given_key_is_used(settings: Settings) -> None:
    settings.MEET_PRODUCTION = True
    settings.MEET_INITIAL_ADMIN_PASSWORD = "chosen password"
    settings.MEET_INITIAL_API_KEY = "chosen key"
    assert bootstrap(now=NOW).api_key is None
    assert Api({"X-API-KEY": "chosen key"}).get("/api/v1/rooms").status_code == 200


def test_the_command_says_what_is_missing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEET_PRODUCTION = True
    # The checks, which would find more that is missing here, have tests of their own.
    monkeypatch.setattr(Command, "requires_system_checks", [])
    with pytest.raises(CommandError, match="set MEET_INITIAL_ADMIN_PASSWORD"):
        call_command("bootstrap")


def test_a_later_start_does_not_take_back_what_was_changed(settings: Settings) -> None:
    settings.MEET_INITIAL_ADMIN_PASSWORD = "chosen password"
    bootstrap(now=NOW)
    admin = User.objects.get()
    admin.set_password("changed since")
    admin.name = "Renamed"
    admin.save()
    key = ApiKey.replace_default(by=admin, now=NOW)
    settings.MEET_INITIAL_API_KEY = "chosen key"
    bootstrap(now=NOW)
    admin.refresh_from_db()
    assert admin.check_password("changed since")
    assert admin.name == "Renamed"
    assert ApiKey.objects.get().pk == key.pk


def test_a_deleted_key_does_not_come_back_by_itself() -> None:
    bootstrap(now=NOW)
    ApiKey.objects.all().delete()
    assert bootstrap(now=NOW).api_key is None
    assert not ApiKey.objects.exists()


def test_a_configured_key_is_used_whenever_there_is_none(settings: Settings) -> None:
    bootstrap(now=NOW)
    ApiKey.objects.all().delete()
    settings.MEET_INITIAL_API_KEY = "chosen key"
    bootstrap(now=NOW)
    assert Api({"X-API-KEY": "chosen key"}).get("/api/v1/rooms").status_code == 200


def test_another_admin_name_makes_another_root_and_no_second_key(settings: Settings) -> None:
    bootstrap(now=NOW)
    settings.MEET_INITIAL_ADMIN_USER = "second_root"
    made = bootstrap(now=NOW)
    assert (made.admin_user, made.api_key) == ("second_root", None)
    assert User.objects.root().user_id == "second_root"


def test_every_key_acts_as_the_root_admin_of_today(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = bootstrap(now=NOW)
    named = ApiKey.issue(name="A program", scopes=["admin"], by=User.objects.root(), now=NOW)[1]
    settings.MEET_INITIAL_ADMIN_USER = "second_root"
    assert Api({"X-API-KEY": named}).post("/api/v1/rooms", {}).status_code == 403  # there is none yet
    bootstrap(now=NOW)
    for text in (str(first.api_key), named):
        assert Api({"X-API-KEY": text}).post("/api/v1/rooms", {}).json()["owner"] == "second_root"
        key = ApiKey.objects.matching(text, now=NOW)
        with django_assert_num_queries(0):
            assert key
            assert key.root


def test_a_key_that_does_not_know_the_root_admin_acts_as_them() -> None:
    text = str(bootstrap(now=NOW).api_key)
    ApiKey.objects.update(subject=None)  # as an older version makes them
    assert Api({"X-API-KEY": text}).post("/api/v1/rooms", {}).json()["owner"] == "admin"


def test_a_configured_key_that_was_a_named_one_becomes_the_default(settings: Settings) -> None:
    bootstrap(now=NOW)
    ApiKey.objects.update(is_default=False)
    text = "chosen key"
    settings.MEET_INITIAL_API_KEY = text
    bootstrap(now=NOW)
    bootstrap(now=NOW)
    assert ApiKey.objects.filter(is_default=True).count() == 1


def test_the_command_prints_generated_credentials_once_and_seeds_the_webhook() -> None:
    first, second = StringIO(), StringIO()
    call_command("bootstrap", stdout=first)
    call_command("bootstrap", stdout=second)
    lines = dict(line.split("=", 1) for line in first.getvalue().splitlines())
    assert set(lines) == {"admin_user", "admin_password", "api_key"}
    assert second.getvalue() == ""
    assert Endpoint.objects.filter(is_contract=True).count() == 1


def test_the_command_can_bring_the_database_up_to_date_first() -> None:
    call_command("bootstrap", "--migrate", stdout=StringIO())
    assert User.objects.exists()

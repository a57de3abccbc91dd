"""The schema is what the models say, on whichever database this runs."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from meet.db import KeyField
from tests.factories import make_user

pytestmark = pytest.mark.django_db
OUR_APPS = ("accounts", "appearance", "idempotency", "livekit", "recordings", "rooms", "webhooks")


def test_no_model_is_ahead_of_its_migrations() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_every_migration_is_applied() -> None:
    call_command("migrate", "--check", stdout=StringIO())


@pytest.mark.parametrize("app", OUR_APPS)
def test_every_index_and_constraint_of_a_model_is_in_the_database(app: str) -> None:
    with connection.cursor() as cursor:
        for model in apps.get_app_config(app).get_models():
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            wanted = {index.name for index in model._meta.indexes}
            wanted |= {constraint.name for constraint in model._meta.constraints}
            assert wanted <= set(there), model.__name__


def test_no_two_indexes_share_a_name() -> None:
    names = [
        index.name
        for app in OUR_APPS
        for model in apps.get_app_config(app).get_models()
        for index in model._meta.indexes
    ]
    assert len(names) == len(set(names))


def test_keys_are_compared_by_code_point_on_every_database() -> None:
    """As Python sorts them: pages are merged there."""
    names = ["a", "B", "b", "é", "z", "ﬁ", "🎉", "Z", "_", "0", "ß", "İ"]
    users = [make_user(f"user_{number}", name=name) for number, name in enumerate(names)]
    ordered = list(type(users[0]).objects.order_by("name_key").values_list("name_key", flat=True))
    assert ordered == sorted(user.name_key for user in users)


def test_every_text_column_that_lists_are_sorted_by_is_a_key() -> None:
    for app in OUR_APPS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                if isinstance(field, models.CharField) and field.name == "name_key":
                    assert isinstance(field, KeyField), model.__name__

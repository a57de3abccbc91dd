"""What comes back from the database is what was stored, on either of the two."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection

from tests.factories import make_user

pytestmark = pytest.mark.django_db
EAST = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 28, 12, 34, 56, tzinfo=UTC),
        datetime(2026, 11, 28, 12, 34, 56, 120000, tzinfo=UTC),
        datetime(2026, 11, 28, 12, 34, 56, 1, tzinfo=UTC),
        datetime(2026, 11, 28, 12, 34, 56, 789123, tzinfo=EAST),
        datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_times_come_back_in_utc(moment: datetime) -> None:
    user = make_user("ana_b")
    user.created_at = moment
    user.save()
    user.refresh_from_db()
    assert user.created_at == moment
    assert user.created_at.tzinfo is UTC


@pytest.mark.parametrize("text", ["infinity", "-infinity", "0044-03-15 12:00 BC", "12026-01-01"])
def test_times_that_python_does_not_know_are_refused(text: str) -> None:
    """SQLite has none of them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::timestamptz", [text])
            with pytest.raises(DataError):
                cursor.fetchone()

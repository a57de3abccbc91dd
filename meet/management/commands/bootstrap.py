from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.bootstrap import PasswordNeeded, bootstrap
from meet import checks, clock
from meet.webhooks.bootstrap import seed_endpoint

_LOCK = 0x4D656574  # «Meet»


class Command(BaseCommand):
    # Ours; all of Django's would import every page first.
    requires_system_checks = (checks.TAG, Tags.database)
    help = "Makes the root admin, the default API key and the webhook endpoint if they are missing. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")

    def handle(self, *args: Any, migrate: bool, **options: Any) -> None:
        with _alone():
            if migrate:
                call_command("migrate", interactive=False, verbosity=0)
            now = clock.now()
            try:
                made = bootstrap(now=now)
            except PasswordNeeded as error:
                raise CommandError(error) from error
            seed_endpoint(now=now)
        for name, value in (
            ("admin_user", made.admin_user),
            ("admin_password", made.admin_password),
            ("api_key", made.api_key),
        ):
            if value is not None:
                self.stdout.write(f"{name}={value}")


@contextmanager
def _alone() -> Iterator[None]:
    """Several replicas may start at once. SQLite's write transactions queue by themselves."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])

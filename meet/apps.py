from importlib import import_module

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from meet.db import match_with_re2, read_times_fast


class MeetConfig(AppConfig):
    name = "meet"

    def ready(self) -> None:
        # Tasks bind to the Celery application that exists when they are first used, in every process.
        import_module("meet.celery")
        import_module("meet.checks")
        # The one hook that Django has for what a connection needs to know.
        connection_created.connect(match_with_re2)
        connection_created.connect(read_times_fast)

from importlib import import_module

from django.apps import AppConfig


class MeetConfig(AppConfig):
    name = "meet"

    def ready(self) -> None:
        # Tasks bind to the Celery application that exists when they are first used, in every process.
        import_module("meet.celery")
        import_module("meet.checks")

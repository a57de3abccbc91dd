from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from meet.openapi import document


class Command(BaseCommand):
    help = "Writes docs/openapi.json; with --check only says whether it is what the code says."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = document.text()
        if not options["check"]:
            document.COMMITTED.write_text(text)
        elif not document.COMMITTED.exists() or document.COMMITTED.read_text() != text:
            raise CommandError("docs/openapi.json is out of date: run «manage.py openapi» and commit it")

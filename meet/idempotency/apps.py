from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "meet.idempotency"
    label = "idempotency"

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "meet.webhooks"
    label = "webhooks"

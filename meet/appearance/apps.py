from django.apps import AppConfig


class AppearanceConfig(AppConfig):
    name = "meet.appearance"
    label = "appearance"

from django.apps import AppConfig


class LiveKitConfig(AppConfig):
    name = "meet.livekit"
    label = "livekit"

from django.urls import re_path

from meet.webhooks import api

internal = [
    re_path(r"^config/webhooks/?$", api.WebhookView.as_view()),
    re_path(r"^config/webhooks/test/?$", api.WebhookTestView.as_view()),
]

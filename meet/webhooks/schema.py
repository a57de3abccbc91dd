"""Webhooks, for the OpenAPI document."""

from meet.api.describing import FLAG, MESSAGE, TEXT, Component, shape

WEBHOOK_CONFIG = shape(
    "WebhookConfig",
    {"enabled": FLAG, "url": {**TEXT, "description": "Empty until there is one"}},
    example={"enabled": True, "url": "https://example.org/meet-events"},
)
WEBHOOK_TESTED = Component("WebhookTested", MESSAGE.schema, {"message": "Webhook URL is valid"})

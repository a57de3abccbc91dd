"""The card of the configuration page, which knows nothing of webhooks otherwise."""

from typing import Any

from django import template

from accounts.models import ApiKey
from meet.webhooks import endpoints
from meet.webhooks.forms import WebhookForm

register = template.Library()


@register.inclusion_tag("webhooks/_card.html")
def webhook_card(form: WebhookForm | None = None, result: dict[str, Any] | None = None) -> dict[str, Any]:
    """`form` as somebody sent it, else as stored; `result` if its address was just tested."""
    return {
        "form": form or WebhookForm.of(endpoints.contract()),
        "has_key": ApiKey.objects.default() is not None,
        "result": result,
    }

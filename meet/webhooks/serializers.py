"""`config/webhooks` and its test (rest-api.md 1.10)."""

from typing import Any

from rest_framework.exceptions import ValidationError

from meet.api.describing import URL, JsonSchema
from meet.api.fields import BooleanField, ObjectSerializer, StringField
from meet.webhooks.endpoints import LONGEST_URL, URL_IS_REQUIRED, Choice, url_problems
from meet.webhooks.models import Endpoint


class WebhookUrlField(StringField):
    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, str) and (problems := url_problems(data)):
            raise ValidationError(problems)
        return super().to_internal_value(data)

    def json_schema(self) -> JsonSchema:
        return {**URL, "pattern": "^https?://", "maxLength": LONGEST_URL}


class WebhookTestBody(ObjectSerializer):
    url = WebhookUrlField()


class WebhookBody(ObjectSerializer):
    enabled = BooleanField()
    url = WebhookUrlField(required=False)

    def to_internal_value(self, data: Any) -> Any:
        """An address that is missing is told together with what is wrong with one that is empty."""
        problems: dict[str, Any] = {}
        validated: dict[str, Any] = {}
        try:
            validated = super().to_internal_value(data)
        except ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            problems = dict(error.detail)
        is_enabled = isinstance(data, dict) and data.get("enabled") is True
        if is_enabled and data.get("url", "") == "":
            problems["url"] = [*problems.get("url", []), URL_IS_REQUIRED]
        if problems:
            raise ValidationError(problems)
        return validated


def choice(body: dict[str, Any]) -> Choice:
    return Choice(body["enabled"], body.get("url"))


def webhook_object(endpoint: Endpoint | None) -> dict[str, Any]:
    if endpoint is None:
        return {"enabled": False, "url": ""}
    return {"enabled": endpoint.enabled, "url": endpoint.url}

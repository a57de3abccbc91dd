"""`config/rooms/appearance` (rest-api.md 1.10)."""

import re
from typing import Any

from rest_framework.exceptions import ValidationError

from meet.api.describing import JsonSchema, array_of
from meet.api.fields import BooleanField, EnumField, ObjectSerializer, StrictField, StringField, received
from meet.appearance.models import HEX_COLOUR, BaseTheme, Theme
from meet.appearance.themes import COLOURS, Design

_COLOUR = (re.compile(HEX_COLOUR), "Must be a valid hex color code (with or without alpha)")
_NAME = (re.compile(r"^[a-zA-Z0-9_-]*\Z"), "Theme name can only contain letters, numbers, hyphens and underscores")


class ThemeBody(ObjectSerializer):
    name = StringField(
        minimum=(1, "Theme name cannot be empty"),
        maximum=(50, "Theme name cannot exceed 50 characters"),
        pattern=_NAME,
    )
    enabled = BooleanField()
    baseTheme = EnumField(BaseTheme.values)
    backgroundColor = StringField(pattern=_COLOUR, required=False)
    primaryColor = StringField(pattern=_COLOUR, required=False)
    secondaryColor = StringField(pattern=_COLOUR, required=False)
    accentColor = StringField(pattern=_COLOUR, required=False)
    surfaceColor = StringField(pattern=_COLOUR, required=False)


class ThemesField(StrictField):
    """An array of exactly one theme."""

    expected = "array"

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            raise self.wrong_type(data)
        problems: dict[str, Any] = {}
        themes = []
        for index, item in enumerate(data):
            serializer = ThemeBody(data=item) if item is not None else None
            if serializer is None:
                problems[str(index)] = [f"Expected object, received {received(item)}"]
            elif not serializer.is_valid():
                problems[str(index)] = serializer.errors
            else:
                themes.append(serializer.validated_data)
        if len(data) != 1:
            problems["non_field_errors"] = ["There must be exactly one theme defined"]
        if problems:
            raise ValidationError(problems)
        return themes

    def json_schema(self) -> JsonSchema:
        return array_of(ThemeBody, minItems=1, maxItems=1)


class AppearanceBody(ObjectSerializer):
    themes = ThemesField()


class AppearanceRequest(ObjectSerializer):
    appearance = AppearanceBody()


def design(body: dict[str, Any]) -> Design:
    theme = body["appearance"]["themes"][0]
    colours = {name: theme[name] for name in COLOURS if name in theme}
    return Design(theme["enabled"], BaseTheme(theme["baseTheme"]), theme["name"], colours)


def appearance_object(theme: Theme | None) -> dict[str, Any]:
    if theme is None:
        return {"appearance": {"themes": []}}
    colours = {name: getattr(theme, column) for name, column in COLOURS.items() if getattr(theme, column)}
    one = {"name": theme.name, "enabled": theme.enabled, "baseTheme": theme.base_theme, **colours}
    return {"appearance": {"themes": [one]}}

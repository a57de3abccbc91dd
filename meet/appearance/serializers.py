"""`config/rooms/appearance` (rest-api.md 1.10)."""

import re
from typing import Any

from meet.api.describing import JsonSchema, array_of
from meet.api.fields import BooleanField, EnumField, ObjectSerializer, ObjectsField, StringField
from meet.appearance.models import HEX_COLOUR, BaseTheme, Theme
from meet.appearance.themes import COLOURS, Design

_COLOUR = (re.compile(HEX_COLOUR), "Must be a valid hex color code (with or without alpha)")
_NAME = (re.compile(r"^[a-zA-Z0-9_-]+\Z"), "Theme name can only contain letters, numbers, hyphens and underscores")


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


class ThemesField(ObjectsField):
    def problems(self, objects: list[Any]) -> list[str]:
        return [] if len(objects) == 1 else ["There must be exactly one theme defined"]

    def json_schema(self) -> JsonSchema:
        return array_of(ThemeBody, minItems=1, maxItems=1)


class AppearanceBody(ObjectSerializer):
    themes = ThemesField(ThemeBody)


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

"""The look of the meeting pages, for the OpenAPI document."""

from meet.api.describing import array_of, shape
from meet.appearance.serializers import ThemeBody

APPEARANCE = shape(
    "Appearance",
    {"appearance": shape("Themes", {"themes": array_of(ThemeBody, maxItems=1)})},
    text="No theme until the first one was set.",
    example={
        "appearance": {
            "themes": [{"name": "default", "enabled": True, "baseTheme": "light", "primaryColor": "#206bc4"}]
        }
    },
)

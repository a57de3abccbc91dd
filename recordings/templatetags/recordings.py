"""What the pages of recordings say in words."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

_LAYOUTS = {
    "grid": gettext_lazy("Grid"),
    "speaker": gettext_lazy("Speaker"),
    "single-speaker": gettext_lazy("Single speaker"),
    "host": gettext_lazy("Host"),
}


@register.filter
def layout(name: str) -> str:
    return str(_LAYOUTS.get(name, name))


@register.filter
def encoding(value: str | Mapping[str, Any]) -> str:
    """«720p, 30 fps», and of one put together by hand the size."""
    if not isinstance(value, str):
        video = value["video"]
        size = f"{video['width']} × {video['height']}"
        return _("%(size)s, %(rate)s fps") % {"size": size, "rate": video["framerate"]}
    lines, _underscore, rate = value.removeprefix("PORTRAIT_").removeprefix("H264_").partition("_")
    words = _("%(size)s, %(rate)s fps") % {"size": lines.lower(), "rate": rate}
    return _("%(words)s, portrait") % {"words": words} if value.startswith("PORTRAIT_") else words

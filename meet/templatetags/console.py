"""What the console's templates draw and format."""

from datetime import UTC, datetime

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_vite.core.asset_loader import DjangoViteAssetLoader

register = template.Library()

# Built from static/src/console/icons.json.
_SPRITE = "src/console/icons.svg"


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Tabler's icon of that name, without meaning of its own: the text beside it or the control's label says it."""
    sprite = DjangoViteAssetLoader.instance().generate_vite_asset_url(_SPRITE)
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', f"icon {classes}".rstrip(), sprite, name
    )


@register.simple_tag
def moment(value: datetime, style: str = "relative") -> SafeString:
    """A point in time. The script writes it in the reader's zone, `relative` («2 hours ago») or `absolute`; without it,
    UTC."""
    utc = value.astimezone(UTC)
    text = f"{formats.date_format(utc, 'SHORT_DATE_FORMAT')} {formats.time_format(utc, 'H:i')} UTC"
    return format_html(
        '<meet-time format="{}"><time datetime="{}">{}</time></meet-time>',
        style,
        utc.isoformat(timespec="seconds"),
        text,
    )


@register.filter
def duration(seconds: float) -> str:
    """«45 s», «3 min 20 s», «1 h 2 min»: the two largest units."""
    total = round(seconds)
    hours, minutes, rest = total // 3600, total // 60 % 60, total % 60
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)d s") % {"seconds": rest}


@register.filter
def initials(name: str) -> str:
    """Of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()

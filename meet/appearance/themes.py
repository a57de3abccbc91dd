"""The theme of the meeting pages: one rule behind the page and the API."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from meet.appearance.models import BaseTheme, Theme

# Names of the contract → columns, in the contract's order.
COLOURS = {
    "backgroundColor": "background_colour",
    "primaryColor": "primary_colour",
    "secondaryColor": "secondary_colour",
    "accentColor": "accent_colour",
    "surfaceColor": "surface_colour",
}


@dataclass(frozen=True)
class Design:
    """What somebody chose. `colours` by the contract's names; one left out keeps its stored value."""

    enabled: bool
    base_theme: BaseTheme
    name: str = "default"
    colours: dict[str, str] = field(default_factory=dict)


def current() -> Theme | None:
    return Theme.objects.filter(is_current=True).first()


def enabled() -> Theme | None:
    """The theme that visitors see, if an own one is switched on."""
    theme = current()
    return theme if theme and theme.enabled else None


def save(design: Design, *, now: datetime) -> Theme:
    try:
        return _save(design, now=now)
    except IntegrityError:
        # Somebody else made the first theme at the same moment; now there is one to change.
        return _save(design, now=now)


def _save(design: Design, *, now: datetime) -> Theme:
    with transaction.atomic():
        theme = Theme.objects.select_for_update().filter(is_current=True).first() or Theme(updated_at=now)
        theme.name = design.name
        theme.enabled = design.enabled
        theme.base_theme = design.base_theme
        for name, colour in design.colours.items():
            setattr(theme, COLOURS[name], colour)
        theme.updated_at = now
        theme.save()
    return theme


def reset() -> None:
    """Back to how it was delivered: no theme of one's own."""
    Theme.objects.filter(is_current=True).delete()

"""The look of the meeting pages: one theme for the installation."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

HEX_COLOUR = r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z"


class BaseTheme(models.TextChoices):
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class ColourField(models.CharField[str, str]):
    """A hex colour, or empty for that of the base theme."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.update(max_length=9, blank=True, validators=[RegexValidator(HEX_COLOUR, _("Not a hex colour"))])
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


class Theme(models.Model):
    """At most one row. None is the state before anybody chose: the defaults of meeting-ui.md 3."""

    is_current = models.BooleanField(default=True)
    name = models.CharField(max_length=50, default="default")
    enabled = models.BooleanField(default=False)
    base_theme = models.CharField(max_length=5, choices=BaseTheme, default=BaseTheme.LIGHT)
    background_colour = ColourField(_("Meeting background"))
    primary_colour = ColourField(_("Main controls"))
    secondary_colour = ColourField(_("Secondary elements"))
    accent_colour = ColourField(_("Highlights and accents"))
    surface_colour = ColourField(_("Panels and dialogs"))
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="one_current_theme"),
        ]

    def __str__(self) -> str:
        return self.name

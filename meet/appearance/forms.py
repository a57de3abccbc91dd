from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meet.appearance.models import BaseTheme, Theme
from meet.appearance.themes import COLOURS, Design


class ThemeForm(forms.ModelForm[Theme]):
    """The colours as text beside a picker: a picker knows no «none» and no alpha."""

    class Meta:
        model = Theme
        fields = ("enabled", "base_theme", *COLOURS.values())
        labels = {
            "enabled": _("Use your own design"),
            "base_theme": _("Base"),
            "accent_colour": _("Highlights & accents"),
            "surface_colour": _("Panels & dialogs"),
        }
        widgets = {
            "enabled": forms.CheckboxInput(attrs={"class": "form-check-input", "role": "switch"}),
            "base_theme": forms.RadioSelect(attrs={"class": "form-selectgroup-input"}),
            **{
                column: forms.TextInput(
                    attrs={"class": "form-control font-monospace", "autocomplete": "off", "spellcheck": "false"}
                )
                for column in COLOURS.values()
            },
        }

    def design(self) -> Design:
        data: dict[str, Any] = self.cleaned_data
        colours = {name: data[column] for name, column in COLOURS.items()}
        return Design(data["enabled"], BaseTheme(data["base_theme"]), self.instance.name, colours)

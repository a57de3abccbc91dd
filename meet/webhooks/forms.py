from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from meet.webhooks.endpoints import LONGEST_URL, Choice, url_problems
from meet.webhooks.models import Endpoint


class WebhookForm(forms.Form):
    enabled = forms.BooleanField(
        label=_("Send events"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input", "role": "switch"}),
    )
    # No URLField: to it the name of a neighbouring container is no host.
    url = forms.CharField(
        label=_("Address of the receiver"),
        max_length=LONGEST_URL,
        required=False,
        widget=forms.URLInput(
            attrs={"class": "form-control", "placeholder": "https://…", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        # Another form on the same page has an «enabled» of its own.
        super().__init__(data, auto_id="id_webhook_%s", **options)

    @classmethod
    def of(cls, endpoint: Endpoint | None) -> Self:
        return cls(initial={"enabled": endpoint.enabled, "url": endpoint.url} if endpoint else None)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if url and url_problems(url):
            raise forms.ValidationError(_("Not an address that begins with http:// or https://"))
        return url

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("enabled") and data.get("url") == "":
            self.add_error("url", _("Events need an address to go to"))
        return data

    def choice(self) -> Choice:
        return Choice(self.cleaned_data["enabled"], self.cleaned_data["url"])


class WebhookTestForm(WebhookForm):
    """The same fields, of which the address counts."""

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("url") == "":
            self.add_error("url", _("Enter the address to test"))
        return self.cleaned_data

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import keys
from accounts.models import Scope
from meet import clock
from meet.local_times import LocalTimeForm, LocalTimeInput
from meet.names import tidy

_SCOPES: dict[Scope, str | Promise] = {
    Scope.ROOMS_READ: _("See all rooms, their members and their links."),
    Scope.ROOMS_WRITE: _("Create, change, close and delete rooms, and decide who gets in."),
    Scope.RECORDINGS_READ: _("See and download recordings."),
    Scope.RECORDINGS_WRITE: _("Start, stop and delete recordings."),
    Scope.USERS_READ: _("See who has an account."),
    Scope.USERS_WRITE: _("Create and delete accounts, change roles and passwords; administrators are out of reach."),
    Scope.ADMIN: _("Everything that an administrator may do, API keys included. Nothing else needs to be chosen then."),
}


class _Checkboxes(forms.CheckboxSelectMultiple):
    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Of the first box, where links to the field lead."""
        return super().id_for_label(id_, index or "0")


class NewKeyForm(LocalTimeForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=keys.LONGEST_NAME,
        help_text=_("Which program it is for, so that you know later what may be deleted."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(_SCOPES.items()),
        error_messages={"required": _("Choose at least one.")},
        widget=_Checkboxes(attrs={"class": "form-check-input"}),
    )
    expires_at = forms.DateTimeField(
        label=_("Expires on"),
        required=False,
        help_text=_("Left empty, the key works until somebody deletes it."),
        widget=LocalTimeInput(),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not tidy(name):
            raise ValidationError(_("A name has letters that can be seen."))
        return name

    def clean_scopes(self) -> list[str]:
        return keys.in_order(self.cleaned_data["scopes"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("expires_at"):
            data["expires_at"] = at = self.in_utc(data["expires_at"])
            if at is None or not keys.may_end(at, now=clock.now()):
                self.add_error("expires_at", ValidationError(_("Choose a time in the future.")))
        return data

from typing import Any

from allauth.account.forms import LoginForm as BaseLoginForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meet.errors import TooManyRequests


class LoginForm(BaseLoginForm):
    """allauth's, with the words and hooks of meeting-ui.md 6.1."""

    was_limited = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User ID")
        self.fields["login"].widget.attrs.update(
            {
                "id": "userId-input",
                "formcontrolname": "userId",
                "class": "form-control",
                "autocapitalize": "none",
                "spellcheck": "false",
                "placeholder": "",
            }
        )
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.update(
            {"id": "password-input", "formcontrolname": "password", "class": "form-control", "placeholder": ""}
        )

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except TooManyRequests as error:
            self.was_limited = True
            raise ValidationError(_("Too many failed attempts. Please wait a few minutes and try again.")) from error
        return cleaned


class ChangePasswordForm(forms.Form):
    current = forms.CharField(
        label=_("Current password"),
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "formcontrolname": "currentPassword", "class": "form-control"}
        ),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "formcontrolname": "newPassword", "class": "form-control"}
        ),
    )
    confirmed = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password", "formcontrolname": "confirmPassword", "class": "form-control"}
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError(_("The current password is wrong."))
        return current

    def clean_new(self) -> str:
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        if new == self.cleaned_data.get("current"):
            raise ValidationError(_("The new password must differ from the current one."))
        return new

    def clean_confirmed(self) -> str:
        confirmed: str = self.cleaned_data["confirmed"]
        if confirmed != self.cleaned_data.get("new"):
            raise ValidationError(_("The two passwords differ."))
        return confirmed

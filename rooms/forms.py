from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from meet import clock
from meet.local_times import LocalTimeForm, LocalTimeInput
from rooms.lifecycle import DEFAULT_NAME, Expiry, NewRoom, earliest_expiry
from rooms.models import LONGEST_NAME, MeetingPolicy, RecordingsPolicy, RoomStatus


class RoomForm(LocalTimeForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("What people see in the lobby. Left empty, it is «Room»."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "placeholder": DEFAULT_NAME}),
    )
    expires_at = forms.DateTimeField(
        label=_("Delete automatically on"),
        required=False,
        help_text=_("At least an hour ahead. Left empty, the room stays until somebody deletes it."),
        widget=LocalTimeInput(),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("expires_at"):
            data["expires_at"] = at = self.in_utc(data["expires_at"])
            if at is None or at < earliest_expiry(now=clock.now()):
                self.add_error("expires_at", ValidationError(_("Choose a time at least an hour ahead.")))
        return data

    def wish(self) -> NewRoom:
        at = self.cleaned_data["expires_at"]
        return NewRoom(name=self.cleaned_data["name"], expiry=Expiry(at) if at else None)


class DeletionForm(forms.Form):
    with_meeting = forms.ChoiceField(
        label=_("If a meeting is running"), choices=MeetingPolicy.choices, widget=forms.RadioSelect
    )
    with_recordings = forms.ChoiceField(
        label=_("If there are recordings"), choices=RecordingsPolicy.choices, widget=forms.RadioSelect
    )


class RoomFilterForm(forms.Form):
    """What the list is narrowed to; values that make no sense count as not given."""

    q = forms.CharField(required=False, max_length=LONGEST_NAME)
    status = forms.ChoiceField(required=False, choices=[("", _("All")), *RoomStatus.choices])
    sort = forms.ChoiceField(
        required=False, choices=[(name, name) for name in ("creationDate", "roomName", "autoDeletionDate")]
    )
    order = forms.ChoiceField(required=False, choices=[("asc", "asc"), ("desc", "desc")])
    after = forms.CharField(required=False, max_length=500)
    pages = forms.IntegerField(required=False, min_value=1)

"""Forms in which people choose a point in time, by their own clock."""

from datetime import datetime, timedelta
from typing import Any

from django import forms


class LocalTimeInput(forms.DateTimeInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "datetime-local", "class": "form-control", **(attrs or {})}, format="%Y-%m-%dT%H:%M")


class LocalTimeForm(forms.Form):
    # The reader's offset from UTC in minutes, filled in by script: a datetime-local field knows no zone.
    utc_offset = forms.IntegerField(required=False, min_value=-900, max_value=900, widget=forms.HiddenInput)

    def in_utc(self, at: datetime) -> datetime | None:
        """What the reader meant by `at`. None where the calendar ends."""
        try:
            return at + timedelta(minutes=self.cleaned_data.get("utc_offset") or 0)
        except OverflowError:
            return None

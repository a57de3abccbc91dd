from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from meet.local_times import LocalTimeForm
from recordings.listing import SORTS
from recordings.models import RecordingStatus
from recordings.room_settings import Audience, RecordingSettings
from recordings.share_links import Share
from rooms.models import LONGEST_NAME, LONGEST_RETENTION

# In place of an audience: the permissions of the room are none of the easy choices.
CUSTOM = "custom"


class RecordingFilterForm(LocalTimeForm):
    """What the list is narrowed to; values that make no sense count as not given. `since` and `until` are days by the
    reader's clock, both included."""

    q = forms.CharField(required=False, max_length=LONGEST_NAME)
    status = forms.ChoiceField(required=False, choices=[("", _("All")), *RecordingStatus.choices])
    room = forms.CharField(required=False, max_length=100)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    sort = forms.ChoiceField(required=False, choices=[(name, name) for name in SORTS])
    order = forms.ChoiceField(required=False, choices=[("asc", "asc"), ("desc", "desc")])
    after = forms.CharField(required=False, max_length=500)
    pages = forms.IntegerField(required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        data["begin"] = self._midnight(data.get("since"))
        data["end"] = self._midnight(data.get("until"), days=1)
        return data

    def _midnight(self, day: date | None, *, days: int = 0) -> datetime | None:
        """When that day begins, or the one `days` later."""
        if day is None:
            return None
        try:
            return self.in_utc(datetime.combine(day, time.min, UTC) + timedelta(days=days))
        except OverflowError:
            return None


class ShareForm(forms.Form):
    kind = forms.ChoiceField(choices=[(share.value, share.value) for share in Share])


class RoomRecordingForm(forms.Form):
    """`audience` has a fourth choice only where the room is in that state: to leave it so."""

    enabled = forms.BooleanField(
        label=_("Meetings can be recorded"),
        required=False,
        help_text=_("Off, nobody can start a recording. Recordings that exist stay."),
    )
    automatic = forms.BooleanField(
        label=_("Record every meeting automatically"),
        required=False,
        help_text=_("Starts with the first camera or microphone. Whoever may record can stop it."),
    )
    audience = forms.ChoiceField(
        label=_("Who may watch the recordings"), choices=Audience.choices, widget=forms.RadioSelect
    )
    public = forms.BooleanField(
        label=_("Links to recordings work without an account"),
        required=False,
        help_text=_("For the link to all recordings of the room and the public link of each. Off, they let nobody in."),
    )

    retention_days = forms.IntegerField(
        label=_("Days that recordings are kept"),
        required=False,
        min_value=1,
        max_value=LONGEST_RETENTION,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    def __init__(self, data: Any, *, current: RecordingSettings, is_encrypted: bool) -> None:
        initial = {
            "enabled": current.enabled, "automatic": current.automatic, "public": current.public,
            "retention_days": current.retention_days, "audience": current.audience or CUSTOM,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        if current.audience is None:
            custom = (CUSTOM, _("As it is now: permissions that were chosen one by one"))
            self.fields["audience"].choices = [*Audience.choices, custom]  # type: ignore[attr-defined]
        for name in ("enabled", "automatic", "public"):
            self.fields[name].widget.attrs |= {"class": "form-check-input", "role": "switch"}
        # What cannot be is not asked for; the value stays as it is.
        self.fields["enabled"].disabled = self.fields["automatic"].disabled = is_encrypted
        usual = settings.MEET_RECORDING_RETENTION_DAYS
        self.fields["retention_days"].help_text = (
            _("Counted from their end. Left empty: %(days)d days, as usual here.") % {"days": usual}
            if usual
            else _("Counted from their end. Left empty: until somebody deletes them.")
        )

    def wish(self) -> RecordingSettings:
        data = self.cleaned_data
        audience = None if data["audience"] == CUSTOM else Audience(data["audience"])
        return RecordingSettings(
            enabled=data["enabled"],
            automatic=data["automatic"],
            public=data["public"],
            retention_days=data["retention_days"],
            audience=audience,
        )

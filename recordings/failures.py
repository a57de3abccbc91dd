"""Why a recording failed, or lacks its end: a number for programs, a sentence for people (decisions.md 29)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class Failure(models.IntegerChoices):
    """The contract's `errorCode`; labels are the translated sentences of the pages."""

    NO_RECORDER = 1, _("No recorder is free.")
    NOBODY_THERE = 2, _("Nobody was in the meeting to be recorded.")
    PAGE_FAILED = 3, _("The recorder could not show the meeting.")
    RECORDER_DIED = 4, _("The recorder stopped working during the recording.")
    STORAGE_REFUSED = 5, _("The file could not be stored.")
    LIMIT = 6, _("The recording reached its longest duration or largest size.")
    DISK_FULL = 7, _("The recorder's disk is full.")
    CANCELLED = 8, _("The recording was stopped before it began.")
    TIMED_OUT = 9, _("The recorder did not start in time.")
    LIVEKIT_LOST = 10, _("The connection to the media server was lost.")
    FILE_LOST = 11, _("The file in the storage is missing or damaged.")
    QUOTA = 12, _("The recording quota is used up.")

    @property
    def sentence(self) -> str:
        """In English, as API, webhooks and logs speak it."""
        with override("en"):
            return str(self.label)

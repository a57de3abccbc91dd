"""How much all recordings may take up together: MEET_RECORDING_QUOTA_GB, counted in the database."""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.utils.translation import gettext as _

from recordings.errors import QuotaUsedUp
from recordings.models import Recording, RecordingStatus

log = structlog.get_logger(__name__)

_GB = 10**9
_NEARLY = 0.9
_HINT = "recordings-bytes"
_HINT_SECONDS = 30


@dataclass(frozen=True)
class Usage:
    """In bytes. A `quota` of 0 is none."""

    used: int
    quota: int

    @property
    def is_nearly_full(self) -> bool:
        return bool(self.quota) and self.used >= self.quota * _NEARLY

    @property
    def is_full(self) -> bool:
        return bool(self.quota) and self.used >= self.quota

    @property
    def percent(self) -> int:
        return self.used * 100 // self.quota if self.quota else 0


def usage() -> Usage:
    """As of the last half minute."""
    used = cache.get_or_set(_HINT, _counted, _HINT_SECONDS)
    return Usage(int(used or 0), _quota())


def expect_space() -> None:
    """Raises `QuotaUsedUp`. Nobody is refused for a hint: space may have been made just now."""
    if _quota() and usage().is_full and Usage(_counted(), _quota()).is_full:
        raise QuotaUsedUp


def notice() -> str:
    """What administrators should be told on their pages; mostly nothing."""
    if not _quota():
        return ""
    now = usage()
    if now.is_full:
        return _("The recording quota is used up: nothing can be recorded until recordings are deleted.")
    if now.is_nearly_full:
        return _("Recordings take up %(percent)d %% of their quota.") % {"percent": now.percent}
    return ""


def warn() -> None:
    if not _quota():
        return
    now = usage()
    if now.is_nearly_full:
        log.warning("recording quota", used=now.used, quota=now.quota, percent=now.percent)


def _quota() -> int:
    return int(settings.MEET_RECORDING_QUOTA_GB * _GB)


def _counted() -> int:
    """What was deleted makes room at once: its file follows within minutes."""
    with_file = Recording.objects.exclude(status__in=(RecordingStatus.FAILED, RecordingStatus.ABORTED))
    return int(with_file.aggregate(all=Sum("size"))["all"] or 0)

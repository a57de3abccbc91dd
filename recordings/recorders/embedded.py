"""The embedded recorder as web and worker see it: rows that a recorder process takes by itself (`host`)."""

from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from meet import ids
from recordings import lifecycle
from recordings.errors import NoRecorderFree
from recordings.failures import Failure
from recordings.models import RecorderHost, Recording, RecordingQuerySet, RecordingStatus

# A host says every ten seconds that it is there.
_SEEN_WITHIN = timedelta(seconds=45)


class EmbeddedRecorder:
    def free(self, *, now: datetime) -> int:
        return max(_slots(now) - _live().count(), 0)

    def expect_free(self, recording: Recording, *, now: datetime) -> None:
        """Of two that begin at once with one slot left, the earlier one gets it."""
        if _live().filter(pk__lt=recording.pk).count() >= _slots(now):
            raise NoRecorderFree(recording.room.room_id)

    def start(self, recording: Recording, *, now: datetime) -> None:
        with lifecycle.held(recording.pk) as row:
            lifecycle.identify(row, f"EG_{ids.base36(12)}", now=now)

    def stop(self, recording: Recording, *, now: datetime) -> None:
        """Whoever records it looks at the row; if nobody does yet, nobody will."""
        if recording.status == RecordingStatus.STARTING and not recording.host:
            report = lifecycle.Report(RecordingStatus.ABORTED, failure=Failure.CANCELLED)
            lifecycle.note(recording.pk, report, now=now)

    def look_after(self, recording: Recording, *, now: datetime) -> None:
        with lifecycle.held(recording.pk) as row:
            if row.released_at is None and row.deadline_at and row.deadline_at < now:
                lifecycle.lose_recorder(row, now=now)


def hosts_there(*, now: datetime) -> list[str]:
    """The machines whose recorder process is alive."""
    return list(_hosts(now).values_list("name", flat=True))


def _slots(now: datetime) -> int:
    return int(_hosts(now).aggregate(all=Sum("slots"))["all"] or 0)


def _hosts(now: datetime) -> QuerySet[RecorderHost]:
    return RecorderHost.objects.filter(seen_at__gt=now - _SEEN_WITHIN)


def _live() -> RecordingQuerySet:
    return Recording.with_deleted.filter(backend=Recording.Backend.BROWSER, released_at=None)

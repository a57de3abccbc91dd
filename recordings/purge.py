"""The end of what was deleted: tombstones whose time has come lose their rows."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from recordings.models import Recording
from rooms.models import Room

_BATCH = 100
# Long enough for late events of LiveKit to find their room.
_KEEP = timedelta(days=1)


def purge_rooms(*, now: datetime) -> int:
    """Deletes the rows of rooms deleted a day ago that have no recordings left; returns how many rooms."""
    has_recordings = Exists(Recording.with_deleted.filter(room=OuterRef("pk")))
    gone = Room.with_deleted.filter(~has_recordings, deleted_at__lt=now - _KEEP).order_by("deleted_at")
    ids = list(gone.values_list("pk", flat=True)[:_BATCH])
    Room.with_deleted.filter(pk__in=ids).delete()
    return len(ids)

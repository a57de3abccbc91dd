"""How much there is, counted exactly (rest-api.md 1.11, decisions.md 13)."""

from dataclasses import dataclass

from django.db.models import Count, Q

from recordings.models import Recording, RecordingStatus
from rooms.models import Meeting, Room


@dataclass(frozen=True)
class Figures:
    """Of what exists: deleted rooms and recordings, kept as tombstones, are not in it."""

    rooms: int
    active_rooms: int
    recordings: int
    complete_recordings: int


def figures() -> Figures:
    recordings = Recording.objects.visible().aggregate(
        all=Count("pk"), complete=Count("pk", filter=Q(status=RecordingStatus.COMPLETE))
    )
    return Figures(
        rooms=Room.objects.count(),
        # Meetings that run are few, whatever the rooms; a room has at most one.
        active_rooms=Meeting.objects.filter(ended_at=None, room__deleted_at=None).count(),
        recordings=recordings["all"],
        complete_recordings=recordings["complete"],
    )

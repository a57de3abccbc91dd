"""Rooms, the ways into them, the people in them and the meetings they hold. What must always hold is a constraint.

Long texts are unique by constraint, not by `unique=True`, and keys that begin a wider index have none of their own:
PostgreSQL would write and keep a second index for LIKE, or one that nothing uses, with every row."""

from rooms.models.people import Admission, Badge, CaptionAgent, CaptionListener, Member, Participation
from rooms.models.room import (
    LONGEST_EXTERNAL_ID,
    LONGEST_NAME,
    LONGEST_RETENTION,
    AccessLink,
    ContractLink,
    EndAction,
    Meeting,
    MeetingPolicy,
    RecordingsPolicy,
    Room,
    RoomManager,
    RoomQuerySet,
    RoomStatus,
    default_config,
)

__all__ = [
    "LONGEST_EXTERNAL_ID",
    "LONGEST_NAME",
    "LONGEST_RETENTION",
    "AccessLink",
    "Admission",
    "Badge",
    "CaptionAgent",
    "CaptionListener",
    "ContractLink",
    "EndAction",
    "Meeting",
    "MeetingPolicy",
    "Member",
    "Participation",
    "RecordingsPolicy",
    "Room",
    "RoomManager",
    "RoomQuerySet",
    "RoomStatus",
    "default_config",
]

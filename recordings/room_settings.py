"""How a room is recorded and who may watch: the switches and permissions of the room, as few easy choices."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from meet.api.dialects import ALLOW_ACCESS_TO, permissions_of
from recordings import share_links
from rooms import configuration
from rooms.configuration import Access, Changes, Details
from rooms.models import AccessLink, Room
from rooms.permissions import MeetingRole, from_object


class Audience(models.TextChoices):
    """Rows of rest-api.md 9.3; owner and administrators see and delete everything in any case."""

    ADMIN = "admin", _("Only the owner and administrators")
    MODERATORS = "admin_moderator", _("Moderators too, who may also delete")
    SPEAKERS = "admin_moderator_speaker", _("Everybody in the room; only moderators may delete")


@dataclass(frozen=True)
class RecordingSettings:
    """`retention_days` None: as long as is usual here. `audience` is None where the permissions are none of the rows:
    then they stay as they are."""

    enabled: bool
    automatic: bool
    public: bool
    retention_days: int | None = None
    audience: Audience | None = None


def settings_of(room: Room) -> RecordingSettings:
    return RecordingSettings(
        enabled=room.config["recording"]["enabled"],
        automatic=room.auto_recording,
        public=share_links.is_public(room),
        retention_days=room.recording_retention_days,
        audience=audience_of(room),
    )


def audience_of(room: Room) -> Audience | None:
    """The row that the permissions of the room are exactly."""
    for option in ALLOW_ACCESS_TO:
        grants = permissions_of(option)
        masks = {role: room.role_permissions(role) for role in MeetingRole}
        if all(from_object(grants[role], base=mask) == mask for role, mask in masks.items()):
            return Audience(option)
    return None


def change(room: Room, wish: RecordingSettings, *, now: datetime) -> None:
    """All of it or nothing; an encrypted room stays unrecorded. Raises `RoomHasMeeting` for what a meeting relies
    on."""
    details = Details(recording_retention_days=wish.retention_days)
    if wish.automatic != room.auto_recording:
        details["auto_recording"] = wish.automatic
    changes = Changes(
        details=details,
        config={"recording": {"enabled": wish.enabled}},
        grants=permissions_of(wish.audience) if wish.audience else {},
        access=Access(links={AccessLink.Role.RECORDING: wish.public}),
    )
    configuration.change(room, changes, now=now)

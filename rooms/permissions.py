"""The sixteen permissions of a room, the defaults of its two roles, and the older spellings (rest-api.md 2.3)."""

from collections.abc import Mapping
from enum import IntFlag

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(IntFlag):
    """Stored as a mask; the names are those of the wire."""

    recordingControl = 1 << 0
    recordingList = 1 << 1
    recordingPlay = 1 << 2
    recordingDownload = 1 << 3
    recordingDelete = 1 << 4
    meetingJoin = 1 << 5
    roomShareAccessLinks = 1 << 6
    participantPromote = 1 << 7
    participantKick = 1 << 8
    meetingEnd = 1 << 9
    mediaPublishVideo = 1 << 10
    mediaPublishAudio = 1 << 11
    mediaShareScreen = 1 << 12
    chatRead = 1 << 13
    chatWrite = 1 << 14
    mediaChangeVirtualBackground = 1 << 15


NONE = Permission(0)
ALL = Permission((1 << 16) - 1)
MODERATOR_DEFAULT = ALL
SPEAKER_DEFAULT = ALL & ~(
    Permission.recordingControl
    | Permission.recordingDelete
    | Permission.roomShareAccessLinks
    | Permission.participantPromote
    | Permission.participantKick
    | Permission.meetingEnd
)
# What the link to a room's recordings opens.
RECORDING_LINK = Permission.recordingList | Permission.recordingPlay | Permission.recordingDownload

# The 2026-Q1 and 2025 spellings; one old name may stand for several new ones.
OLD_NAMES: dict[str, Permission] = {
    "canRecord": Permission.recordingControl,
    "canRetrieveRecordings": RECORDING_LINK,
    "canDeleteRecordings": Permission.recordingDelete,
    "canJoinMeeting": Permission.meetingJoin,
    "canShareAccessLinks": Permission.roomShareAccessLinks,
    "canMakeModerator": Permission.participantPromote,
    "canKickParticipants": Permission.participantKick,
    "canEndMeeting": Permission.meetingEnd,
    "canPublishVideo": Permission.mediaPublishVideo,
    "canPublishAudio": Permission.mediaPublishAudio,
    "canShareScreen": Permission.mediaShareScreen,
    "canReadChat": Permission.chatRead,
    "canWriteChat": Permission.chatWrite,
    "canChangeVirtualBackground": Permission.mediaChangeVirtualBackground,
}


class MeetingRole(models.TextChoices):
    MODERATOR = "moderator", _("Moderator")
    SPEAKER = "speaker", _("Speaker")


def to_object(mask: Permission, *, with_old_names: bool = False) -> dict[str, bool]:
    """`{name: granted}` for all sixteen, in the contract's order."""
    result = {str(permission.name): permission in mask for permission in Permission}
    if with_old_names:
        result.update({name: group in mask for name, group in OLD_NAMES.items()})
    return result


def from_object(granted: Mapping[str, bool], *, base: Permission = NONE) -> Permission:
    """`base` with the permissions named in `granted` set or cleared."""
    mask = base
    for name, value in granted.items():
        permission = Permission[name]
        mask = mask | permission if value else mask & ~permission
    return mask


def media_sources(mask: Permission) -> list[str]:
    """LiveKit's names of what may be published, in the contract's order."""
    sources = []
    if Permission.mediaPublishAudio in mask:
        sources.append("microphone")
    if Permission.mediaPublishVideo in mask:
        sources.append("camera")
    if Permission.mediaShareScreen in mask:
        sources += ["screen_share", "screen_share_audio"]
    return sources

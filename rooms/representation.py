"""Rooms as the wire shows them, in all three dialects at once (rest-api.md 1.5, 2.1). Used by the API and by events."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from meet import clock
from meet.api.selection import Selection, filtered
from rooms.models import AccessLink, ContractLink, Room, default_config
from rooms.permissions import MeetingRole, to_object

BASE_FIELDS = (
    "roomId", "roomName", "owner", "creationDate", "access", "status", "rolesUpdatedAt", "meetingEndAction",
    "autoDeletionDate", "autoDeletionPolicy",
)  # fmt: skip
# The links as the older dialects spell them: in unfiltered rooms, and where they are asked for by name.
OLD_LINK_FIELDS = ("anonymous", "accessUrl", "moderatorUrl", "speakerUrl")
EXTRA_FIELDS = ("config", "roles")
# Ours: there only where the room has such, or by name, so that all others keep exactly the contract's keys.
OWN_FIELDS = ("externalId", "autoRecording", "recordingRetentionDays")
SELECTABLE_FIELDS = BASE_FIELDS + OLD_LINK_FIELDS + OWN_FIELDS
# The halves of an encoding of one's own.
ENCODING_KEYS = {
    "video": ("width", "height", "framerate", "codec", "bitrate", "keyFrameInterval", "depth"),
    "audio": ("codec", "bitrate", "frequency"),
}

_WITH_EXTRAS = Selection(None, frozenset(EXTRA_FIELDS))


@dataclass(frozen=True)
class View:
    """How one caller sees a room: `base` begins every link; without `shows_links` no secret is shown."""

    base: str
    selection: Selection
    shows_links: bool = True
    # Answers about deletions carry the sixteen current names only, in either mode.
    with_old_permission_names: bool = True


def room_object(room: Room, view: View, *, with_extra_fields: bool = True) -> dict[str, Any]:
    """The room with exactly the keys that `view` selects; `_extraFields` lists what more there is."""
    result = {
        **_identity(room),
        **_extras(room, view),
        **_access(room, view),
        **_state(room),
        **_own(room, view),
    }
    result = filtered(result, view.selection)
    if with_extra_fields:
        result["_extraFields"] = list(EXTRA_FIELDS)
    return result


def event_data(room: Room, *, base: str) -> dict[str, Any]:
    """The `data` of a meeting event: everything, links included."""
    return room_object(room, View(base, _WITH_EXTRAS), with_extra_fields=False)


def _identity(room: Room) -> dict[str, Any]:
    result: dict[str, Any] = {
        "roomId": room.room_id,
        "roomName": room.name,
        "owner": room.owner.user_id,
        "creationDate": clock.to_ms(room.created_at),
    }
    if room.expires_at:
        result["autoDeletionDate"] = clock.to_ms(room.expires_at)
        result["autoDeletionPolicy"] = {
            "withMeeting": room.expiry_with_meeting,
            "withRecordings": room.expiry_with_recordings,
        }
    if room.external_id is not None:
        result["externalId"] = room.external_id
    return result


def _own(room: Room, view: View) -> dict[str, Any]:
    asked = view.selection.keys or ()
    values = {"autoRecording": room.auto_recording, "recordingRetentionDays": room.recording_retention_days}
    return {name: value for name, value in values.items() if value or name in asked}


def _extras(room: Room, view: View) -> dict[str, Any]:
    result: dict[str, Any] = {}
    if view.selection.wants("config", is_extra=True):
        result["config"] = config_object(room)
    if view.selection.wants("roles", is_extra=True):
        result["roles"] = roles_object(room, with_old_names=view.with_old_permission_names)
    return result


def config_object(room: Room) -> dict[str, Any]:
    """In the contract's order, which PostgreSQL does not keep."""
    config = {block: {key: room.config[block][key] for key in keys} for block, keys in default_config().items()}
    config["recording"]["encoding"] = encoding_object(config["recording"]["encoding"])
    return config


def encoding_object(encoding: Any) -> Any:
    """In the contract's order: a preset's name, or an object with both halves."""
    if isinstance(encoding, str):
        return encoding
    return {half: {key: encoding[half][key] for key in keys} for half, keys in ENCODING_KEYS.items()}


def roles_object(room: Room, *, with_old_names: bool = True) -> dict[str, Any]:
    both = with_old_names and settings.MEET_MODE == "compatibility"
    return {
        role.value: {"permissions": to_object(room.role_permissions(role), with_old_names=both)} for role in MeetingRole
    }


def access_object(room: Room, *, base: str, shows_links: bool) -> dict[str, Any]:
    links = {link.role: link for link in room.contract_links}
    anonymous: dict[str, Any] = {}
    for role in AccessLink.Role:
        anonymous[role.value] = {"enabled": links[role].enabled}
        if shows_links:
            anonymous[role.value]["url"] = link_url(links[role], room=room, base=base)
    return {"anonymous": anonymous, "user": {"enabled": room.user_access, "url": room_url(room, base=base)}}


def room_url(room: Room, *, base: str) -> str:
    """Where people with an account enter; holds no secret."""
    return f"{base}/room/{room.room_id}"


def link_url(link: ContractLink, *, room: Room, base: str) -> str:
    page = "/recordings" if link.role == AccessLink.Role.RECORDING else ""
    return f"{room_url(room, base=base)}{page}?secret={link.secret}"


def _access(room: Room, view: View) -> dict[str, Any]:
    chosen = view.selection
    if chosen.keys is not None and not chosen.keys & {"access", *OLD_LINK_FIELDS}:
        return {}
    access = access_object(room, base=view.base, shows_links=view.shows_links)
    result: dict[str, Any] = {"access": access, "accessUrl": access["user"]["url"]}
    if view.shows_links:
        anonymous = access["anonymous"]
        result["anonymous"] = {
            role.value: {"enabled": anonymous[role]["enabled"], "accessUrl": anonymous[role]["url"]}
            for role in MeetingRole
        }
        result["moderatorUrl"] = anonymous["moderator"]["url"]
        result["speakerUrl"] = anonymous["speaker"]["url"]
    return result


def _state(room: Room) -> dict[str, Any]:
    return {
        "status": room.status.value,
        "rolesUpdatedAt": clock.to_ms(room.roles_updated_at),
        "meetingEndAction": room.meeting_end_action.value,
    }

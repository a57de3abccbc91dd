"""Rooms, their members and what is said about them, for the OpenAPI document."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import product
from typing import Any

from meet.api.describing import (
    FLAG,
    MOMENT,
    TEXT,
    URL,
    Component,
    Fields,
    array_of,
    one_of,
    page_of,
    shape,
)
from meet.api.dialects import ALLOW_ACCESS_TO
from rooms.api.config_bodies import LAYOUTS, PRESETS, AudioBody, VideoBody
from rooms.deletion import Decision, Facts, Policy, decide
from rooms.errors import DeletionConflict
from rooms.member_representation import BASE_FIELDS as MEMBER_BASE_FIELDS
from rooms.member_representation import EXTRA_FIELDS as MEMBER_EXTRA_FIELDS
from rooms.models import AccessLink, EndAction, MeetingPolicy, RecordingsPolicy, RoomStatus, default_config
from rooms.permissions import MODERATOR_DEFAULT, OLD_NAMES, SPEAKER_DEFAULT, MeetingRole, Permission, to_object
from rooms.representation import EXTRA_FIELDS, SELECTABLE_FIELDS

ROOM_ID = "weekly_stand_up-4f0x2k9c8m1b7qz"
_LINK = f"https://meet.example.org/room/{ROOM_ID}"
_SECRET = "5b1f0d6c9e4a47a28c3d7f10b2e69a84"  # noqa: S105 (an example)

ROOM_FIELDS = Fields(SELECTABLE_FIELDS, EXTRA_FIELDS)

# -- Parts of a room -------------------------------------------------------------------------------------------------


def _switch(name: str, *, with_url: bool) -> Component:
    properties = {"enabled": FLAG, **({"url": URL} if with_url else {})}
    example = {"enabled": True, **({"url": _LINK} if with_url else {})}
    return shape(name, properties, required=("enabled",), example=example)


_WAY = _switch("Way", with_url=True)
_SWITCH = _switch("Switch", with_url=False)

ACCESS = shape(
    "Access",
    {
        "anonymous": shape("AnonymousAccess", {role.value: _WAY for role in AccessLink.Role}),
        "user": _WAY,
    },
    text="Who may enter by a link, and whether everybody with an account may. Links with a secret are left out for "
    "callers without `roomShareAccessLinks`.",
    example={
        "anonymous": {
            "moderator": {"enabled": True, "url": f"{_LINK}?secret={_SECRET}"},
            "speaker": {"enabled": True, "url": f"{_LINK}?secret={_SECRET[::-1]}"},
            "recording": {"enabled": True, "url": f"{_LINK}/recordings?secret={_SECRET[8:] + _SECRET[:8]}"},
        },
        "user": {"enabled": False, "url": _LINK},
    },
)

_OLD_WAY = shape("OldWay", {"enabled": FLAG, "accessUrl": URL})

ENCODING: dict[str, Any] = {
    "oneOf": [one_of(PRESETS), shape("Encoding", {"video": VideoBody, "audio": AudioBody})],
}

CONFIG = shape(
    "RoomConfig",
    {
        "recording": shape(
            "RecordingConfig",
            {
                "enabled": FLAG,
                "layout": one_of(LAYOUTS),
                "encoding": ENCODING,
                "allowAccessTo": {
                    **one_of(ALLOW_ACCESS_TO),
                    "deprecated": True,
                    "description": "Only in the 2025 dialect, beside the roles that it sums up",
                },
            },
            required=("enabled", "layout", "encoding"),
        ),
        "chat": _SWITCH,
        "virtualBackground": _SWITCH,
        "e2ee": _SWITCH,
        "captions": _SWITCH,
    },
    example=default_config(),
)

_ALL_PERMISSIONS: dict[str, Any] = {
    **{str(permission.name): FLAG for permission in Permission},
    **{name: {**FLAG, "deprecated": True} for name in OLD_NAMES},
}
PERMISSIONS = shape(
    "Permissions",
    _ALL_PERMISSIONS,
    required=tuple(str(permission.name) for permission in Permission),
    text="All sixteen; with MEET_MODE=compatibility their old spellings as well.",
    example=to_object(SPEAKER_DEFAULT),
)
SOME_PERMISSIONS = shape(
    "SomePermissions",
    _ALL_PERMISSIONS,
    required=(),
    text="What is not named stays as it is by default.",
    example={"recordingControl": True},
)
_ROLE = shape("Role", {"permissions": PERMISSIONS})
ROLES = shape(
    "Roles",
    {role.value: _ROLE for role in MeetingRole},
    example={
        "moderator": {"permissions": to_object(MODERATOR_DEFAULT)},
        "speaker": {"permissions": to_object(SPEAKER_DEFAULT)},
    },
)

# -- Rooms -----------------------------------------------------------------------------------------------------------

CREATED = 1795185600000
_ROOM_EXAMPLE: dict[str, Any] = {
    "roomId": ROOM_ID,
    "roomName": "Weekly stand-up",
    "owner": "olga_",
    "creationDate": CREATED,
    "autoDeletionDate": CREATED + 604800000,
    "autoDeletionPolicy": {"withMeeting": "when_meeting_ends", "withRecordings": "close"},
    "access": ACCESS.example,
    "status": "open",
    "rolesUpdatedAt": CREATED,
    "meetingEndAction": "none",
    "_extraFields": list(EXTRA_FIELDS),
}

ROOM = shape(
    "Room",
    {
        "roomId": TEXT,
        "roomName": TEXT,
        "owner": {**TEXT, "description": "The user id of its owner"},
        "creationDate": MOMENT,
        "autoDeletionDate": MOMENT,
        "autoDeletionPolicy": shape(
            "AutoDeletionPolicy",
            {
                "withMeeting": one_of([MeetingPolicy.FORCE, MeetingPolicy.WHEN_MEETING_ENDS]),
                "withRecordings": one_of([RecordingsPolicy.FORCE, RecordingsPolicy.CLOSE]),
            },
        ),
        "config": CONFIG,
        "roles": ROLES,
        "access": ACCESS,
        "accessUrl": {**URL, "deprecated": True},
        "anonymous": shape("OldAnonymousAccess", {role.value: _OLD_WAY for role in MeetingRole}),
        "moderatorUrl": {**URL, "deprecated": True},
        "speakerUrl": {**URL, "deprecated": True},
        "status": one_of(RoomStatus.values),
        "rolesUpdatedAt": MOMENT,
        "meetingEndAction": {**one_of(EndAction.values), "description": "What happens when the meeting ends"},
        "externalId": {**TEXT, "description": "What the owner's own system calls it; absent if it has no name for it"},
        "autoRecording": {
            **FLAG,
            "description": "Whether each meeting is recorded by itself; absent if not, unless `fields` names it",
        },
        "recordingRetentionDays": {
            "type": ["integer", "null"],
            "minimum": 1,
            "description": "After how many days recordings are deleted; absent, or null where `fields` names it, if as "
            "the installation has it",
        },
        "_extraFields": array_of(one_of(EXTRA_FIELDS)),
    },
    required=(),
    text="`config` and `roles` come only where `extraFields` asks for them. `anonymous`, `accessUrl`, `moderatorUrl` "
    "and `speakerUrl` are the links in the spellings of older dialects.",
    example=_ROOM_EXAMPLE,
)
ROOM_PAGE = page_of("rooms", ROOM, extra_fields=EXTRA_FIELDS)


def _decisions() -> Iterator[Decision]:
    """Everything that a deletion can come to, each once."""
    told = set()
    for has_meeting, has_recordings in product((False, True), repeat=2):
        for with_meeting, with_recordings in product(MeetingPolicy, RecordingsPolicy):
            decision = decide(Facts(has_meeting, has_recordings), Policy(with_meeting, with_recordings))
            if decision.code not in told:
                told.add(decision.code)
                yield decision


_DECISIONS = tuple(_decisions())
_SUCCESS_CODES = [one.code for one in _DECISIONS if one.status is not HTTPStatus.CONFLICT]
DELETION_CONFLICTS = tuple(
    DeletionConflict(one.code, one.text(ROOM_ID)) for one in _DECISIONS if one.status is HTTPStatus.CONFLICT
)

_DELETION: dict[str, Any] = {"successCode": one_of(_SUCCESS_CODES), "message": TEXT, "room": ROOM}
_REHEARSED: dict[str, Any] = {"dryRun": {"const": True, "description": "Nothing has happened: it was only asked"}}
ROOM_DELETED = shape(
    "RoomDeleted",
    {**_DELETION, **_REHEARSED},
    required=("successCode", "message"),
    text="`room` where it is still there.",
    example={"successCode": "room_deleted", "message": f"Room '{ROOM_ID}' deleted successfully"},
)
ROOM_DELETION_SCHEDULED = shape(
    "RoomDeletionScheduled",
    {**_DELETION, **_REHEARSED},
    required=("successCode", "message", "room"),
    example={
        "successCode": "room_with_active_meeting_scheduled_to_be_deleted",
        "message": f"Room '{ROOM_ID}' with active meeting scheduled to be deleted when the meeting ends",
        "room": {**ROOM.example, "status": "active_meeting", "meetingEndAction": "delete"},
    },
)


_DELETED_ENTRY = shape(
    "DeletedRoom",
    {"roomId": TEXT, **_DELETION},
    required=("roomId", "successCode", "message"),
    example={"roomId": ROOM_ID, **ROOM_DELETED.example},
)
_FAILED_ENTRY = shape(
    "UndeletedRoom",
    {"roomId": TEXT, "error": TEXT, "message": TEXT},
    example={"roomId": "retro-1", "error": "Room Error", "message": "Room 'retro-1' does not exist"},
)


def _rooms_deleted(name: str, message: str, *, failed: list[Any]) -> Component:
    properties = {"message": TEXT, "deleted": array_of(_DELETED_ENTRY), "failed": array_of(_FAILED_ENTRY), **_REHEARSED}
    example = {"message": message, "deleted": [_DELETED_ENTRY.example], "failed": failed}
    return shape(name, properties, required=("message", "deleted", "failed"), example=example)


ROOMS_DELETED = _rooms_deleted("RoomsDeleted", "All rooms successfully processed for deletion", failed=[])
ROOMS_NOT_DELETED = _rooms_deleted(
    "RoomsNotDeleted", "1 room(s) failed to process while deleting", failed=[_FAILED_ENTRY.example]
)

# -- Members ---------------------------------------------------------------------------------------------------------

MEMBER_FIELDS = Fields(MEMBER_BASE_FIELDS, MEMBER_EXTRA_FIELDS)
MEMBER = shape(
    "Member",
    {
        "memberId": {**TEXT, "description": "The user's id, or the guest's, which is the secret of their own link"},
        "roomId": TEXT,
        "type": one_of(["user", "identified_guest"]),
        "name": TEXT,
        "membershipDate": MOMENT,
        "accessUrl": URL,
        "baseRole": one_of(MeetingRole.values),
        "customPermissions": SOME_PERMISSIONS,
        "effectivePermissions": PERMISSIONS,
        "permissionsUpdatedAt": MOMENT,
        "externalId": {**TEXT, "description": "What your own system calls the member; absent if it has no name"},
        "_extraFields": array_of(one_of(MEMBER_EXTRA_FIELDS)),
    },
    required=(),
    example={
        "memberId": "max__",
        "roomId": ROOM_ID,
        "type": "user",
        "name": "Max",
        "membershipDate": CREATED,
        "accessUrl": _LINK,
        "baseRole": "speaker",
        "customPermissions": {"recordingControl": True},
        "permissionsUpdatedAt": CREATED,
        "_extraFields": list(MEMBER_EXTRA_FIELDS),
    },
)
MEMBER_PAGE = page_of("members", MEMBER, extra_fields=MEMBER_EXTRA_FIELDS)

MEMBER_DELETED = shape(
    "MemberDeleted",
    {"message": TEXT, **_REHEARSED},
    required=("message",),
    example={"message": f"Member 'max__' deleted successfully from room '{ROOM_ID}'"},
)
_MEMBER_FAILED = shape(
    "UndeletedMember",
    {"memberId": TEXT, "error": TEXT},
    example={"memberId": "nobody", "error": "Room member not found"},
)


def _members_deleted(name: str, message: str, *, failed: list[Any]) -> Component:
    properties = {"message": TEXT, "deleted": array_of(TEXT), "failed": array_of(_MEMBER_FAILED), **_REHEARSED}
    example = {"message": message, "deleted": ["max__"], "failed": failed}
    return shape(name, properties, required=("message", "deleted", "failed"), example=example)


MEMBERS_DELETED = _members_deleted("MembersDeleted", "All room members deleted successfully", failed=[])
MEMBERS_NOT_DELETED = _members_deleted(
    "MembersNotDeleted", "1 room member(s) could not be deleted", failed=[_MEMBER_FAILED.example]
)

MEMBER_TOKEN = shape(
    "RoomMemberToken",
    {"token": {**TEXT, "description": "A JWT for `X-Room-Member-Token`; with `joinMeeting` LiveKit takes it, too"}},
    example={"token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXhfXyJ9.c2lnbmF0dXJl"},
)

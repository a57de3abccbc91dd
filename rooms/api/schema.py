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
from rooms.api.config_bodies import LAYOUTS, PRESETS, AudioBody, VideoBody
from rooms.deletion import Facts, Policy, decide
from rooms.errors import DeletionConflict
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
        "recording": shape("RecordingConfig", {"enabled": FLAG, "layout": one_of(LAYOUTS), "encoding": ENCODING}),
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

_CREATED = 1795185600000
_ROOM_EXAMPLE: dict[str, Any] = {
    "roomId": ROOM_ID,
    "roomName": "Weekly stand-up",
    "owner": "olga_",
    "creationDate": _CREATED,
    "autoDeletionDate": _CREATED + 604800000,
    "autoDeletionPolicy": {"withMeeting": "when_meeting_ends", "withRecordings": "close"},
    "access": ACCESS.example,
    "status": "open",
    "rolesUpdatedAt": _CREATED,
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
        "_extraFields": array_of(one_of(EXTRA_FIELDS)),
    },
    required=(),
    text="`config` and `roles` come only where `extraFields` asks for them. `anonymous`, `accessUrl`, `moderatorUrl` "
    "and `speakerUrl` are the links in the spellings of older dialects.",
    example=_ROOM_EXAMPLE,
)
ROOM_PAGE = page_of("rooms", ROOM, extra_fields=EXTRA_FIELDS)


def deletion(code: str, message: str, *, name: str, has_room: bool) -> Component:
    """The answer to a deletion; `has_room` where the room is still there."""
    properties: dict[str, Any] = {"successCode": TEXT, "message": TEXT, "room": ROOM}
    example = {"successCode": code, "message": message, **({"room": ROOM.example} if has_room else {})}
    return shape(name, properties, required=("successCode", "message"), example=example)


ROOM_DELETED = deletion(
    "room_deleted", f"Room '{ROOM_ID}' deleted successfully", name="RoomDeleted", has_room=False
)  # fmt: skip
ROOM_DELETION_SCHEDULED = deletion(
    "room_with_active_meeting_scheduled_to_be_deleted",
    f"Room '{ROOM_ID}' with active meeting scheduled to be deleted when the meeting ends",
    name="RoomDeletionScheduled",
    has_room=True,
)


def _conflicts() -> Iterator[DeletionConflict]:
    told = set()
    for has_meeting, has_recordings in product((False, True), repeat=2):
        for with_meeting, with_recordings in product(MeetingPolicy, RecordingsPolicy):
            decision = decide(Facts(has_meeting, has_recordings), Policy(with_meeting, with_recordings))
            if decision.status is HTTPStatus.CONFLICT and decision.code not in told:
                told.add(decision.code)
                yield DeletionConflict(decision.code, decision.text(ROOM_ID))


DELETION_CONFLICTS = tuple(_conflicts())

# -- Members ---------------------------------------------------------------------------------------------------------

MEMBER_EXTRA_FIELDS = ("effectivePermissions",)
MEMBER = shape(
    "Member",
    {
        "memberId": TEXT,
        "roomId": TEXT,
        "type": one_of(["user", "identified_guest"]),
        "name": TEXT,
        "membershipDate": MOMENT,
        "accessUrl": URL,
        "baseRole": one_of(MeetingRole.values),
        "customPermissions": SOME_PERMISSIONS,
        "effectivePermissions": PERMISSIONS,
        "permissionsUpdatedAt": MOMENT,
        "_extraFields": array_of(one_of(MEMBER_EXTRA_FIELDS)),
    },
    required=(),
    example={
        "memberId": "max__",
        "roomId": ROOM_ID,
        "type": "user",
        "name": "Max",
        "membershipDate": _CREATED,
        "accessUrl": _LINK,
        "baseRole": "speaker",
        "customPermissions": {"recordingControl": True},
        "permissionsUpdatedAt": _CREATED,
        "_extraFields": list(MEMBER_EXTRA_FIELDS),
    },
)
MEMBER_PAGE = page_of("members", MEMBER, extra_fields=MEMBER_EXTRA_FIELDS)

MEMBER_TOKEN = shape(
    "RoomMemberToken",
    {"token": {**TEXT, "description": "A JWT for `X-Room-Member-Token`; with `joinMeeting` LiveKit takes it, too"}},
    example={"token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYXhfXyJ9.c2lnbmF0dXJl"},
)

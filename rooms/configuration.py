"""Changes to a room that exists: its details, its configuration, what its roles may do and who may enter
(rest-api.md 1.5). What is not mentioned stays as it is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from meet import clock
from meet.names import tidy
from rooms.errors import ExternalIdTaken
from rooms.held import held, idle
from rooms.lifecycle import Expiry, merged_config
from rooms.models import MeetingPolicy, RecordingsPolicy, Room
from rooms.permissions import MeetingRole, from_object

Config = Mapping[str, Mapping[str, Any]]
# By role: which permissions are granted, and which taken away.
Grants = Mapping[str, Mapping[str, bool]]

_DETAILS = (
    "name", "name_key", "external_id", "auto_recording", "recording_retention_days", "expires_at",
    "expiry_with_meeting", "expiry_with_recordings",
)  # fmt: skip
_ROLES = ("moderator_permissions", "speaker_permissions", "roles_updated_at")
_ACCESS = ("user_access", "roles_updated_at")
_BATCH = 500


class Details(TypedDict, total=False):
    """Columns of a room that may be changed at any time; None clears those that can be empty."""

    name: str
    external_id: str | None
    auto_recording: bool
    recording_retention_days: int | None
    expires_at: datetime | None
    expiry_with_meeting: MeetingPolicy
    expiry_with_recordings: RecordingsPolicy


@dataclass(frozen=True)
class Access:
    """Switches of the contract's links by role, and the one for everybody with an account."""

    links: Mapping[str, bool] = field(default_factory=dict)
    user: bool | None = None


@dataclass(frozen=True)
class Changes:
    details: Details = field(default_factory=Details)
    config: Config = field(default_factory=dict)
    grants: Grants = field(default_factory=dict)
    access: Access = field(default_factory=Access)


def change_details(room: Room, details: Details) -> None:
    """A blank name counts as none given. Policies of the expiry last as long as there is one."""
    try:
        with held(room, *_DETAILS) as row:
            for column, value in details.items():
                setattr(row, column, value)
            row.name = tidy(row.name) or room.name
            if row.expires_at is None:
                row.expiry_with_meeting = Expiry.with_meeting
                row.expiry_with_recordings = Expiry.with_recordings
    except IntegrityError as error:
        raise ExternalIdTaken(details.get("external_id") or "", room.owner.user_id) from error


def change_config(room: Room, config: Config, *, grants: Grants, now: datetime) -> None:
    """`grants` come from an older spelling of the configuration; tokens end only if they make a difference."""
    with idle(room, "config", *_ROLES) as row:
        row.config = merged_config(row.config, config)
        if _masks(row, grants) != _masks(row, {}):
            _set_roles(row, grants, now=now)


def change_roles(room: Room, grants: Grants, *, now: datetime) -> None:
    """Ends all tokens of the room and its members, even when nothing changed in value."""
    with idle(room, *_ROLES) as row:
        _set_roles(row, grants, now=now)


def change_access(room: Room, access: Access, *, now: datetime) -> None:
    """Ends all tokens of the room, even when nothing changed in value. Secrets stay."""
    with idle(room, *_ACCESS) as row:
        if access.user is not None:
            row.user_access = access.user
        for is_enabled in (True, False):
            roles = [role for role, wish in access.links.items() if wish is is_enabled]
            row.links.filter(is_contract=True, role__in=roles).update(enabled=is_enabled)
        row.roles_updated_at = clock.after(row.roles_updated_at, now)
    for link in room.links.all():
        if link.is_contract:
            link.enabled = access.links.get(link.role, link.enabled)


def change(room: Room, changes: Changes, *, now: datetime) -> None:
    """All of it or nothing, and only what makes a difference: what is as wished already ends no tokens and is no
    conflict with a meeting."""
    with transaction.atomic():
        if changes.details:
            change_details(room, changes.details)
        if merged_config(room.config, changes.config) != room.config:
            change_config(room, changes.config, grants={}, now=now)
        if _masks(room, changes.grants) != _masks(room, {}):
            change_roles(room, changes.grants, now=now)
        if _differs(room, changes.access):
            change_access(room, changes.access, now=now)


def _differs(room: Room, access: Access) -> bool:
    if access.user not in (None, room.user_access):
        return True
    switches = {link.role: link.enabled for link in room.contract_links}
    return switches != {**switches, **access.links}


def _masks(room: Room, grants: Grants) -> dict[MeetingRole, int]:
    """What each role may do after `grants`."""
    return {role: int(from_object(grants.get(role, {}), base=room.role_permissions(role))) for role in MeetingRole}


def _set_roles(row: Room, grants: Grants, *, now: datetime) -> None:
    masks = _masks(row, grants)
    row.moderator_permissions = masks[MeetingRole.MODERATOR]
    row.speaker_permissions = masks[MeetingRole.SPEAKER]
    row.roles_updated_at = clock.after(row.roles_updated_at, now)
    _set_members(row, now=now)


def _set_members(row: Room, *, now: datetime) -> None:
    """What each member may do is stored. Those without wishes of their own follow at once, the others by groups."""
    for role in MeetingRole:
        base = row.role_permissions(role)
        members = row.members.filter(base_role=role)
        members.filter(custom_permissions={}).update(effective_permissions=int(base))
        groups = defaultdict(list)
        for pk, custom in members.exclude(custom_permissions={}).values_list("pk", "custom_permissions"):
            groups[int(from_object(custom, base=base))].append(pk)
        for mask, pks in groups.items():
            for start in range(0, len(pks), _BATCH):
                members.filter(pk__in=pks[start : start + _BATCH]).update(effective_permissions=mask)
    grown = Greatest(Value(now), F("permissions_updated_at") + clock.MILLISECOND)
    row.members.update(permissions_updated_at=grown)

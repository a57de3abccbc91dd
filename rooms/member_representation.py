"""A member as the API shows it (rest-api.md 1.6)."""

from typing import Any

from django.conf import settings

from meet import clock
from meet.api.selection import Selection, filtered
from rooms.models import Member
from rooms.permissions import OLD_NAMES, Permission, to_object
from rooms.representation import room_url

BASE_FIELDS = (
    "memberId", "roomId", "type", "name", "membershipDate", "accessUrl", "baseRole", "customPermissions",
    "permissionsUpdatedAt", "externalId",
)  # fmt: skip
EXTRA_FIELDS = ("effectivePermissions",)


def member_object(member: Member, *, base: str, chosen: Selection) -> dict[str, Any]:
    """Without `_extraFields`. `customPermissions` and our own `externalId` are there only if there are any."""
    result: dict[str, Any] = {
        "memberId": member.member_id,
        "roomId": member.room.room_id,
        "type": "user" if member.user else "identified_guest",
        "name": member.name,
        "membershipDate": clock.to_ms(member.created_at),
        "accessUrl": _access_url(member, base=base),
        "baseRole": member.base_role,
    }
    if member.custom_permissions:
        result["customPermissions"] = _in_all_spellings(member.custom_permissions)
    if chosen.wants("effectivePermissions", is_extra=True):
        both = settings.MEET_MODE == "compatibility"
        result["effectivePermissions"] = to_object(member.permissions, with_old_names=both)
    result["permissionsUpdatedAt"] = clock.to_ms(member.permissions_updated_at)
    if member.external_id:
        result["externalId"] = member.external_id
    return filtered(result, chosen)


def _access_url(member: Member, *, base: str) -> str:
    url = room_url(member.room, base=base)
    return f"{url}?secret={member.guest_id}" if member.guest_id else url


def _in_all_spellings(partial: dict[str, bool]) -> dict[str, bool]:
    """Some of the sixteen; an old name is there if all that it stands for are, and true if all of those are."""
    result = {str(name.name): partial[str(name.name)] for name in Permission if name.name in partial}
    if settings.MEET_MODE == "compatibility":
        for old, group in OLD_NAMES.items():
            values = [partial.get(str(permission.name)) for permission in group]
            if None not in values:
                result[old] = all(values)
    return result

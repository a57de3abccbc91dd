"""What a room member token says about its holder; LiveKit shows it to everybody in the meeting (rest-api.md 4.3). Our
rows decide, this only repeats them."""

from typing import Any

from django.conf import settings

from meet import clock
from rooms.models import Admission, Badge, Member, Room
from rooms.permissions import Permission, to_object


def metadata_of(
    room: Room,
    mask: Permission,
    badge: Badge,
    *,
    member_id: str | None,
    user_id: str | None,
) -> dict[str, Any]:
    """Without `iat`; what is absent is absent, not null."""
    metadata: dict[str, Any] = {"roomId": room.room_id}
    if member_id:
        metadata["memberId"] = member_id
    if user_id:
        metadata["userId"] = user_id
    metadata["permissions"] = to_object(mask)
    metadata["badge"] = badge.value
    return metadata


def metadata_of_admission(admission: Admission) -> dict[str, Any]:
    """Of a token to join with."""
    metadata = metadata_of(
        admission.room,
        Permission(admission.permissions),
        Badge(admission.badge),
        member_id=identity_of(admission.member, is_opaque=is_opaque(admission)),
        user_id=admission.user.user_id if admission.user else None,
    )
    if admission.promoted:
        metadata["isPromotedModerator"] = True
    metadata["livekitUrl"] = settings.LIVEKIT_URL
    return metadata


def metadata_in_livekit(admission: Admission) -> dict[str, Any]:
    """The same as LiveKit keeps it, with the rights that a demotion will leave (rest-api.md 7.3)."""
    metadata = {"iat": clock.to_ms(admission.issued_at), **metadata_of_admission(admission)}
    if admission.promoted:
        metadata["originalPermissions"] = to_object(Permission(admission.base_permissions))
    return metadata


def identity_of(member: Member | None, *, is_opaque: bool) -> str | None:
    """How a member is named in tokens; with `is_opaque` a guest by its public id instead of its secret."""
    if member is None:
        return None
    return member.public_id if is_opaque and member.public_id else member.member_id


def is_opaque(admission: Admission) -> bool:
    """Whether a guest came in under its public id; it stays so in whatever follows."""
    return admission.member is None or admission.identity != admission.member.guest_id

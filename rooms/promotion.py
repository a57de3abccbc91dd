"""Moderators for one meeting: promoted and demoted by others (rest-api.md 7.3)."""

from datetime import datetime
from enum import Enum
from http import HTTPStatus

import structlog
from django.db import transaction
from django.db.models import F
from livekit.protocol.models import ParticipantInfo, ParticipantPermission, TrackSource

from meet.errors import DomainError
from meet.livekit import gateway, signals
from rooms import lifecycle, telling
from rooms.admission import admission_of, admit_stranger
from rooms.errors import CannotBeDemoted, CannotBePromoted, ParticipantNotFound
from rooms.models import Admission, Badge, Participation, Room
from rooms.permissions import NONE, MeetingRole, Permission

log = structlog.get_logger(__name__)


class RoleAction(Enum):
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"


class SignalFailed(DomainError):
    """The role has changed, but the page concerned has not been told: the contract makes that a failure."""

    def __init__(self) -> None:
        message = "Unexpected error while updating participant role"
        super().__init__("Internal Server Error", HTTPStatus.INTERNAL_SERVER_ERROR, message)


def change_role(room: Room, identity: str, action: RoleAction, *, now: datetime) -> None:
    """Promotes or demotes somebody who is connected: in our row, which decides, then in LiveKit's view of them, then by
    a signal to their page. 404 unless connected, 409 unless eligible. With LiveKit lost on the way the row stays
    changed, and the sweep tells LiveKit."""
    admission = _connected(room, identity, now=now)
    with transaction.atomic():
        lifecycle.locked(room.room_id)
        changed = _promote(room, admission) if action is RoleAction.UPGRADE else _demote(admission)
        Participation.objects.filter(admission=admission, left_at=None).update(restricted_at=None)
    if not changed:
        refusal = CannotBePromoted if action is RoleAction.UPGRADE else CannotBeDemoted
        raise refusal(room.room_id, identity)
    admission = telling.tell(admission, now=now)
    try:
        signals.role_updated(room.room_id, admission.identity, badge=admission.badge, now=now)
    except gateway.LiveKitError as error:
        log.warning("role signal not sent", room_id=room.room_id, reason=error.reason)
        raise SignalFailed from error


def _connected(room: Room, identity: str, *, now: datetime) -> Admission:
    """The admission of somebody who is in the call by LiveKit's account."""
    admission = admission_of(room, identity)
    try:
        participant = gateway.participant(room.room_id, admission.identity if admission else identity)
    except gateway.NotFound as error:
        raise ParticipantNotFound(room.room_id, identity) from error
    if admission is None:
        admission = admit_stranger(room, identity=participant.identity, name=participant.name, now=now)
    if admission.is_stranger and not admission.promoted:
        _note_rights(admission, participant)
    return admission


def _note_rights(stranger: Admission, participant: ParticipantInfo) -> None:
    """What the token of an operator's own tool lets them do, by LiveKit's flags: a demotion gives it back."""
    mask = int(_granted(participant.permission))
    Admission.objects.filter(pk=stranger.pk, promoted=False).update(base_permissions=mask, permissions=mask)


def _promote(room: Room, admission: Admission) -> int:
    moderators = int(room.role_permissions(MeetingRole.MODERATOR))
    eligible = Admission.objects.filter(pk=admission.pk, badge=Badge.OTHER, promoted=False)
    return eligible.update(promoted=True, badge=Badge.MODERATOR, permissions=F("base_permissions").bitor(moderators))


def _demote(admission: Admission) -> int:
    promoted = Admission.objects.filter(pk=admission.pk, badge=Badge.MODERATOR, promoted=True)
    return promoted.update(promoted=False, badge=Badge.OTHER, permissions=F("base_permissions"))


_SOURCES = {
    TrackSource.MICROPHONE: Permission.mediaPublishAudio,
    TrackSource.CAMERA: Permission.mediaPublishVideo,
    TrackSource.SCREEN_SHARE: Permission.mediaShareScreen,
}


def _granted(permission: ParticipantPermission) -> Permission:
    mask = Permission.meetingJoin | Permission.chatRead
    if permission.can_publish_data:
        mask |= Permission.chatWrite
    # An empty list stands for all sources.
    sources = permission.can_publish_sources or list(_SOURCES)
    for source in sources if permission.can_publish else ():
        mask |= _SOURCES.get(source, NONE)
    return mask

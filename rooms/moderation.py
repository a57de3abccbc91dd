"""What the server does to people in a meeting."""

from datetime import datetime

import structlog
from livekit.protocol.models import ParticipantPermission

from meet.livekit import gateway
from rooms.models import Participation
from rooms.permissions import Permission, media_sources

log = structlog.get_logger(__name__)

_BATCH = 100
# One that LiveKit cannot reach does not hold up the others; when it reaches nobody, the next run is soon enough.
_FAILURES = 3


def restrict_newcomers(*, now: datetime) -> int:
    """Takes from everybody who has joined the right to write their own metadata, which the contract's token grants
    (decisions.md 1). Returns how many were told; with LiveKit out of reach they stay due."""
    waiting = Participation.objects.filter(left_at=None, restricted_at=None).order_by("joined_at")
    count = failures = 0
    for participation in waiting.select_related("admission", "meeting__room")[:_BATCH]:
        admission = participation.admission
        try:
            gateway.update_participant(
                participation.meeting.room.room_id,
                admission.identity,
                permission=livekit_permission(Permission(admission.permissions)),
            )
        except gateway.LiveKitUnavailable as error:
            log.warning("participant not restricted yet", identity=admission.identity, reason=error.reason)
            failures += 1
            if failures == _FAILURES:
                return count
            continue
        except gateway.LiveKitError as error:
            log.info("participant not restricted", identity=admission.identity, reason=error.reason)
        count += Participation.objects.filter(pk=participation.pk).update(restricted_at=now)
    return count


def livekit_permission(mask: Permission) -> ParticipantPermission:
    """Every flag stated: LiveKit takes each absent one as false."""
    sources = media_sources(mask)
    return ParticipantPermission(
        can_subscribe=True,
        can_publish=bool(sources),
        can_publish_data=Permission.chatWrite in mask,
        can_publish_sources=[source.upper() for source in sources],
        hidden=False,
        can_update_metadata=False,
    )

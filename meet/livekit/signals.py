"""What the server tells the people in a meeting (rest-api.md 7.5): topics and payloads, sent as reliable packets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from meet import clock
from meet.livekit import gateway

log = structlog.get_logger(__name__)

RECORDING_UPDATED = "meet_recording_updated"
ROLE_UPDATED = "meet_participant_role_updated"
PERMISSIONS_UPDATED = "meet_participant_permissions_updated"


def recording_updated(
    room_id: str, recording: Mapping[str, Any], *, now: datetime, late_joiner: str | None = None
) -> None:
    """To everybody, or to the connection (sid) of a `late_joiner` only."""
    payload = {"roomId": room_id, "recording": recording, "timestamp": clock.to_ms(now)}
    _send(room_id, payload, topic=RECORDING_UPDATED, sids=[late_joiner] if late_joiner else [])


def role_updated(room_id: str, identity: str, *, badge: str, now: datetime) -> None:
    timestamp = clock.to_ms(now)
    payload = {"roomId": room_id, "participantIdentity": identity, "newBadge": badge, "timestamp": timestamp}
    _send(room_id, payload, topic=ROLE_UPDATED, to=[identity])


def permissions_updated(room_id: str, identity: str, *, now: datetime) -> None:
    payload = {"roomId": room_id, "participantIdentity": identity, "timestamp": clock.to_ms(now)}
    _send(room_id, payload, topic=PERMISSIONS_UPDATED, to=[identity])


def _send(room_id: str, payload: Mapping[str, Any], *, topic: str, **target: list[str]) -> None:
    """Skipped silently where there is no such meeting; other errors are the caller's to judge."""
    try:
        gateway.send_data(room_id, payload, topic=topic, **target)
    except gateway.NotFound:
        log.info("signal not sent, nobody is there", topic=topic, room_id=room_id)

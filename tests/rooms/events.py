"""What LiveKit says happened, going the way of every webhook: signed, stored, processed."""

import itertools
import time
from typing import Any

from meet import clock
from meet.livekit import inbox
from meet.livekit.models import InboundEvent
from rooms.models import Room
from tests.livekit.wire import event_body, signature

_numbers = itertools.count(1)


def happen(kind: str, room: Room | str, *, sid: str = "RM_first", at: int | None = None, **more: Any) -> None:
    """`at` is LiveKit's second of the event. Fails the test if the handler did."""
    room_id = room if isinstance(room, str) else room.room_id
    created = str(int(time.time()) if at is None else at)
    body = event_body(kind, room_id, sid=sid, event_id=f"EV_{next(_numbers)}", **{"createdAt": created, **more})
    event = inbox.receive(body.encode(), signature(body), now=clock.now())
    assert event is not None
    inbox.process(event.pk, now=clock.now())
    assert not InboundEvent.objects.get(pk=event.pk).error


def came(room: Room, identity: str, *, connection: str = "PA_1", sid: str = "RM_first", **more: Any) -> None:
    participant = {"sid": connection, "identity": identity, "name": identity.title(), "state": "ACTIVE", **more}
    happen("participant_joined", room, sid=sid, participant=participant)


def went(room: Room, identity: str, *, connection: str = "PA_1", sid: str = "RM_first", **more: Any) -> None:
    participant = {"sid": connection, "identity": identity, "disconnectReason": "CLIENT_INITIATED", **more}
    happen("participant_left", room, sid=sid, participant=participant)

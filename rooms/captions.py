"""Live captions: one speech agent in a meeting as long as somebody there reads along (rest-api.md 1.12).

Who reads is a row each. What LiveKit is told follows from the rows, and only one at a time deals with LiveKit about a
room: whoever claims its `CaptionAgent`. So two who begin at once get one agent, and nobody takes away the agent of
somebody who begins while the last one leaves.
"""

import time
from datetime import datetime, timedelta
from http import HTTPStatus

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from meet.db import release_connection
from meet.errors import DomainError
from meet.livekit import gateway
from rooms.errors import ParticipantNotFound, RoomIsClosed
from rooms.models import CaptionAgent, CaptionListener, Participation, Room, RoomStatus

log = structlog.get_logger(__name__)

AGENT = "speech-processing"
_BATCH = 100
# Longer than LiveKit may take for three calls: the claim of a process that died ends then.
_LEASE = timedelta(seconds=60)
_ATTEMPTS, _PAUSE = 3, 0.2  # seconds
_UNREAD = ~Exists(CaptionListener.objects.filter(room=OuterRef("room")))


class CaptionsDisabled(DomainError):
    def __init__(self, message: str) -> None:
        super().__init__("Configuration Error", HTTPStatus.INTERNAL_SERVER_ERROR, message)


class OffOnServer(CaptionsDisabled):
    def __init__(self) -> None:
        super().__init__(
            "Live captions are not enabled in the server configuration. "
            "Please set CAPTIONS_ENABLED to true to enable this feature."
        )


class OffInRoom(CaptionsDisabled):
    def __init__(self) -> None:
        super().__init__("Live captions are not enabled in the room configuration.")


class AlreadyStarting(DomainError):
    def __init__(self, room_id: str) -> None:
        # The two spaces are the contract's.
        message = f"AI assistant  for room '{room_id}' is already starting"
        super().__init__("AI Assistant Error", HTTPStatus.CONFLICT, message)


def start(room: Room, identity: str, *, now: datetime) -> str:
    """`identity` reads captions from now on. Returns the id of the dispatch that brought the agent, or brings it."""
    if not settings.MEET_CAPTIONS_ENABLED:
        raise OffOnServer
    if not room.config["captions"]["enabled"]:
        raise OffInRoom
    _expect_in_meeting(room, identity)
    _claim_patiently(room, now=now)
    try:
        _, is_new = CaptionListener.objects.get_or_create(room=room, identity=identity, defaults={"created_at": now})
        try:
            if not gateway.rooms([room.room_id]):
                raise ParticipantNotFound(room.room_id, identity)  # the meeting is over, and we have yet to hear of it
            return _dispatch(room)
        except (gateway.LiveKitError, ParticipantNotFound):
            if is_new:
                CaptionListener.objects.filter(room=room, identity=identity).delete()
            raise
    finally:
        CaptionAgent.objects.filter(room=room, claimed_at=now).update(claimed_at=None)


def stop(room: Room, identity: str, *, now: datetime) -> None:
    """`identity` reads no more; the last one sends the agent away. With LiveKit out of reach the sweep does."""
    CaptionListener.objects.filter(room=room, identity=identity).delete()
    _stop_if_unread(room, now=now)


def stop_unread(*, now: datetime) -> None:
    """Sends away the agents of rooms where nobody reads any more: people left, meetings ended, LiveKit was silent."""
    unread = list(CaptionAgent.objects.filter(_UNREAD).select_related("room").order_by("pk")[:_BATCH])
    if not unread:
        return
    try:
        # Out of reach, it would let every room wait by itself.
        gateway.rooms([agent.room.room_id for agent in unread])
    except gateway.LiveKitError as error:
        log.warning("captions agents not stopped yet", rooms=len(unread), reason=error.reason)
        return
    for agent in unread:
        _stop_if_unread(agent.room, now=now)


def _expect_in_meeting(room: Room, identity: str) -> None:
    """A token outlives the meeting, and asking LiveKit for an agent would begin another one."""
    if room.status is RoomStatus.CLOSED:
        raise RoomIsClosed(room.room_id)
    connected = Participation.objects.filter(meeting__room=room, meeting__ended_at=None, left_at=None)
    if not connected.filter(admission__identity=identity).exists():
        raise ParticipantNotFound(room.room_id, identity)


def _claim_patiently(room: Room, *, now: datetime) -> None:
    for attempt in range(_ATTEMPTS):
        if attempt:
            release_connection()
            time.sleep(_PAUSE)
        CaptionAgent.objects.get_or_create(room=room)
        if CaptionAgent.objects.filter(_free(now), room=room).update(claimed_at=now):
            return
    raise AlreadyStarting(room.room_id)


def _free(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - _LEASE)


def _dispatch(room: Room) -> str:
    """The id of the room's dispatch, made now if there is none. After a time-out the next attempt looks again."""
    for dispatch in gateway.agent_dispatches(room.room_id):
        if dispatch.agent_name == AGENT:
            return dispatch.id
    return gateway.dispatch_agent(room.room_id, agent=AGENT).id


def _stop_if_unread(room: Room, *, now: datetime) -> None:
    if not CaptionAgent.objects.filter(_free(now), _UNREAD, room=room).update(claimed_at=now):
        return  # somebody reads, or somebody else is at it
    mine = CaptionAgent.objects.filter(room=room, claimed_at=now)
    try:
        _withdraw(room)
    except gateway.LiveKitError as error:
        log.warning("captions agent not stopped yet", room_id=room.room_id, reason=error.reason)
        mine.update(claimed_at=None)
    else:
        mine.delete()


def _withdraw(room: Room) -> None:
    if not gateway.rooms([room.room_id]):
        return  # the agent went with the meeting
    for dispatch in gateway.agent_dispatches(room.room_id):
        if dispatch.agent_name == AGENT:
            try:
                gateway.delete_dispatch(room.room_id, dispatch.id)
            except gateway.NotFound:
                continue

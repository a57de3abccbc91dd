"""The one way to the media server: LiveKit's Twirp services over pooled, synchronous HTTP.

Every call has a time-out, ends in its answer or in one of the `LiveKitError` family, and is repeated only where doing
it twice is doing it once. Never call it inside a transaction. Facts behind the choices: contract/livekit.md 1 and 2.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any, TypeVar

import httpx
from django.conf import settings
from google.protobuf.message import DecodeError, Message
from livekit.api import AccessToken, VideoGrants
from livekit.protocol import agent_dispatch, egress, models, room

from meet.db import release_connection
from meet.deadline import DeadlineTransport
from meet.errors import DomainError

_TOKEN_TTL = timedelta(minutes=1)
_CONNECT, _TOTAL = 3.0, 5.0  # seconds
_ATTEMPTS_IF_IDEMPOTENT = 2
# Requests that wait for a silent LiveKit must leave threads for all others (decisions.md 22).
_WAITING = BoundedSemaphore(24)
_PATIENCE = 1.0

Answer = TypeVar("Answer", bound=Message)


class LiveKitError(DomainError):
    """The media server refused; `reason` is its Twirp code."""

    is_unexpected = True

    def __init__(self, message: str = "LiveKit refused the request", *, reason: str = "unknown") -> None:
        super().__init__("LiveKit Error", HTTPStatus.INTERNAL_SERVER_ERROR, message)
        self.reason = reason


class LiveKitUnavailable(LiveKitError):
    """Nobody answered, or not in time: whether the call had an effect is unknown."""

    is_unexpected = False

    def __init__(self, reason: str = "unavailable") -> None:
        super().__init__("LiveKit is not available", reason=reason)
        self.status = HTTPStatus.SERVICE_UNAVAILABLE


class NotFound(LiveKitError):
    """No such room, participant, egress or dispatch."""

    def __init__(self, message: str = "Not found in LiveKit") -> None:
        super().__init__(message, reason="not_found")


_HOPELESS = frozenset({"timeout", "too many requests wait for it"})
_UNAVAILABLE_CODES = frozenset({"unavailable", "deadline_exceeded", "canceled"})


@cache
def _client(base_url: str) -> httpx.Client:
    """One connection pool a process and media server."""
    limits = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30)
    transport = DeadlineTransport(total=_TOTAL, limits=limits)
    timeout = httpx.Timeout(None, connect=_CONNECT)
    return httpx.Client(base_url=base_url, transport=transport, timeout=timeout, trust_env=False)


def _token(grants: VideoGrants) -> str:
    token = AccessToken(settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET)
    return token.with_grants(grants).with_ttl(_TOKEN_TTL).to_jwt()


def _call(
    method: str,
    request: Message,
    answer: type[Answer],
    grants: VideoGrants,
    *,
    idempotent: bool,
    total: float = _TOTAL,
) -> Answer:
    """`method` is «Service/Method», `total` the seconds that an attempt may take."""
    release_connection()
    attempts = _ATTEMPTS_IF_IDEMPOTENT if idempotent else 1
    for attempt in range(1, attempts + 1):
        try:
            return _attempt(method, request, answer, grants, total=total)
        except LiveKitUnavailable as error:
            # Not after a time-out: the caller has waited long enough.
            if attempt == attempts or error.reason in _HOPELESS:
                raise
    raise AssertionError("unreachable")


def _attempt(method: str, request: Message, answer: type[Answer], grants: VideoGrants, *, total: float) -> Answer:
    if not _WAITING.acquire(timeout=_PATIENCE):
        raise LiveKitUnavailable("too many requests wait for it")
    try:
        response = _client(settings.LIVEKIT_HTTP_URL).post(
            f"/twirp/livekit.{method}",
            content=request.SerializeToString(),
            headers={"Authorization": f"Bearer {_token(grants)}", "Content-Type": "application/protobuf"},
            extensions={"total": total},
        )
    except httpx.TimeoutException as error:
        raise LiveKitUnavailable("timeout") from error
    except httpx.TransportError as error:
        raise LiveKitUnavailable(type(error).__name__) from error
    finally:
        _WAITING.release()
    if response.status_code != HTTPStatus.OK:
        raise _error(response)
    message = answer()
    try:
        message.ParseFromString(response.content)
    except DecodeError as error:
        raise LiveKitUnavailable("not a LiveKit server") from error
    return message


def _error(response: httpx.Response) -> LiveKitError:
    try:
        body = json.loads(response.content)
        code, message = str(body["code"]), str(body.get("msg", ""))
    except (ValueError, KeyError, TypeError):
        return LiveKitUnavailable(f"status {response.status_code}")
    if code == "not_found":
        return NotFound(message)
    if code in _UNAVAILABLE_CODES:
        return LiveKitUnavailable(code)
    return LiveKitError(message, reason=code)


# -- Rooms -----------------------------------------------------------------------------------------------------------


def ensure_room(name: str, *, metadata: Mapping[str, Any]) -> models.Room:
    """Creates the room or returns the live one unchanged; a new one makes LiveKit emit `room_started`."""
    request = room.CreateRoomRequest(
        name=name,
        empty_timeout=int(settings.MEETING_EMPTY_TIMEOUT.total_seconds()),
        departure_timeout=int(settings.MEETING_DEPARTURE_TIMEOUT.total_seconds()),
        metadata=json.dumps(metadata, separators=(",", ":"), ensure_ascii=False),
    )
    return _call("RoomService/CreateRoom", request, models.Room, VideoGrants(room_create=True), idempotent=True)


def rooms(names: Iterable[str] = ()) -> list[models.Room]:
    """The live rooms, all or those of `names`. An error is never an empty list."""
    request = room.ListRoomsRequest(names=list(names))
    grants = VideoGrants(room_list=True)
    return list(_call("RoomService/ListRooms", request, room.ListRoomsResponse, grants, idempotent=True).rooms)


def delete_room(name: str) -> bool:
    """Ends the meeting and sends everybody out. False when there was none."""
    request = room.DeleteRoomRequest(room=name)
    grants = VideoGrants(room_create=True)
    try:
        _call("RoomService/DeleteRoom", request, room.DeleteRoomResponse, grants, idempotent=True)
    except NotFound:
        return False
    return True


def update_room_metadata(name: str, *, metadata: Mapping[str, Any]) -> models.Room:
    """Replaces the whole metadata and pushes it to everybody in the room."""
    request = room.UpdateRoomMetadataRequest(room=name, metadata=json.dumps(metadata, separators=(",", ":")))
    return _call("RoomService/UpdateRoomMetadata", request, models.Room, _admin(name), idempotent=True)


def send_data(
    name: str, data: Mapping[str, Any], *, topic: str, to: Iterable[str] = (), sids: Iterable[str] = ()
) -> None:
    """A reliable packet of JSON to everybody, to identities `to`, or to connections `sids`."""
    request = room.SendDataRequest(
        room=name,
        data=json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode(),
        kind=models.DataPacket.RELIABLE,
        topic=topic,
        destination_identities=list(to),
        destination_sids=list(sids),
    )
    _call("RoomService/SendData", request, room.SendDataResponse, _admin(name), idempotent=False)


# -- Participants ----------------------------------------------------------------------------------------------------


def participants(name: str) -> list[models.ParticipantInfo]:
    request = room.ListParticipantsRequest(room=name)
    response = room.ListParticipantsResponse
    return list(_call("RoomService/ListParticipants", request, response, _admin(name), idempotent=True).participants)


def participant(name: str, identity: str) -> models.ParticipantInfo:
    request = room.RoomParticipantIdentity(room=name, identity=identity)
    return _call("RoomService/GetParticipant", request, models.ParticipantInfo, _admin(name), idempotent=True)


def remove_participant(name: str, identity: str) -> None:
    """Sends somebody out; their token stays valid until it expires, so their admission must be banned as well."""
    request = room.RoomParticipantIdentity(room=name, identity=identity)
    _call("RoomService/RemoveParticipant", request, room.RemoveParticipantResponse, _admin(name), idempotent=False)


def update_participant(
    name: str,
    identity: str,
    *,
    permission: models.ParticipantPermission | None = None,
    metadata: str | None = None,
) -> models.ParticipantInfo:
    """`permission` replaces every flag at once; a given `metadata` replaces the text whole."""
    request = room.UpdateParticipantRequest(
        room=name, identity=identity, permission=permission, metadata=metadata or ""
    )
    grants = _admin(name)
    return _call("RoomService/UpdateParticipant", request, models.ParticipantInfo, grants, idempotent=True)


def mute_track(name: str, identity: str, *, track_sid: str) -> None:
    request = room.MuteRoomTrackRequest(room=name, identity=identity, track_sid=track_sid, muted=True)
    _call("RoomService/MutePublishedTrack", request, room.MuteRoomTrackResponse, _admin(name), idempotent=True)


def _admin(name: str) -> VideoGrants:
    return VideoGrants(room_admin=True, room=name)


# -- Egress ----------------------------------------------------------------------------------------------------------

# LiveKit itself waits up to 10 s for a worker, three times over; a time-out here says nothing about the start.
_EGRESS_TOTAL = 12.0
_RECORD = VideoGrants(room_record=True)


def start_room_egress(request: egress.RoomCompositeEgressRequest) -> egress.EgressInfo:
    """Not repeatable. `LiveKitUnavailable` with reason «timeout» means unknown: look with `egresses`."""
    method = "Egress/StartRoomCompositeEgress"
    return _call(method, request, egress.EgressInfo, _RECORD, idempotent=False, total=_EGRESS_TOTAL)


def stop_egress(egress_id: str) -> egress.EgressInfo:
    request = egress.StopEgressRequest(egress_id=egress_id)
    return _call("Egress/StopEgress", request, egress.EgressInfo, _RECORD, idempotent=False)


def egresses(*, room_name: str = "", egress_id: str = "", active: bool = False) -> list[egress.EgressInfo]:
    """Ended ones stay listed for a day."""
    request = egress.ListEgressRequest(room_name=room_name, egress_id=egress_id, active=active)
    return list(_call("Egress/ListEgress", request, egress.ListEgressResponse, _RECORD, idempotent=True).items)


# -- Agents ----------------------------------------------------------------------------------------------------------


def dispatch_agent(name: str, *, agent: str, metadata: str = "") -> agent_dispatch.AgentDispatch:
    request = agent_dispatch.CreateAgentDispatchRequest(room=name, agent_name=agent, metadata=metadata)
    method = "AgentDispatchService/CreateDispatch"
    return _call(method, request, agent_dispatch.AgentDispatch, _admin(name), idempotent=False)


def agent_dispatches(name: str) -> list[agent_dispatch.AgentDispatch]:
    request = agent_dispatch.ListAgentDispatchRequest(room=name)
    response = agent_dispatch.ListAgentDispatchResponse
    method = "AgentDispatchService/ListDispatch"
    return list(_call(method, request, response, _admin(name), idempotent=True).agent_dispatches)


def delete_dispatch(name: str, dispatch_id: str) -> None:
    request = agent_dispatch.DeleteAgentDispatchRequest(room=name, dispatch_id=dispatch_id)
    method = "AgentDispatchService/DeleteDispatch"
    _call(method, request, agent_dispatch.AgentDispatch, _admin(name), idempotent=True)

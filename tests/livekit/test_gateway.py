"""The calls to LiveKit: what they ask, with which rights, and what becomes of every kind of failure."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message
from livekit.protocol import agent_dispatch, egress, models
from livekit.protocol import room as room_service
from pytest_django import Settings

from meet.livekit import gateway
from meet.livekit.gateway import LiveKitError, LiveKitUnavailable, NotFound
from tests.livekit.wire import Twirp, sent, sent_claims

ADMIN = {"roomAdmin": True, "room": "r"}
Call = Callable[[], Any]

CREATE, LIST, RECORD = {"roomCreate": True}, {"roomList": True}, {"roomRecord": True}
_R, _E, _A = "RoomService", "Egress", "AgentDispatchService"

# method, call, answer, expected grant, whether it may be done twice
CALLS: list[tuple[str, Call, Message, dict[str, Any], bool]] = [
    (f"{_R}/CreateRoom", lambda: gateway.ensure_room("r", metadata={}), models.Room(), CREATE, True),
    (f"{_R}/ListRooms", gateway.rooms, room_service.ListRoomsResponse(), LIST, True),
    (f"{_R}/DeleteRoom", lambda: gateway.delete_room("r"), room_service.DeleteRoomResponse(), CREATE, True),
    (f"{_R}/UpdateRoomMetadata", lambda: gateway.update_room_metadata("r", metadata={}), models.Room(), ADMIN, True),
    (f"{_R}/SendData", lambda: gateway.send_data("r", {}, topic="t"), room_service.SendDataResponse(), ADMIN, False),
    (f"{_R}/ListParticipants", lambda: gateway.participants("r"), room_service.ListParticipantsResponse(), ADMIN, True),
    (f"{_R}/GetParticipant", lambda: gateway.participant("r", "ann"), models.ParticipantInfo(), ADMIN, True),
    (
        f"{_R}/RemoveParticipant",
        lambda: gateway.remove_participant("r", "ann"),
        room_service.RemoveParticipantResponse(),
        ADMIN,
        False,
    ),
    (f"{_R}/UpdateParticipant", lambda: gateway.update_participant("r", "ann"), models.ParticipantInfo(), ADMIN, True),
    (
        f"{_R}/MutePublishedTrack",
        lambda: gateway.mute_track("r", "ann", track_sid="TR_1"),
        room_service.MuteRoomTrackResponse(),
        ADMIN,
        True,
    ),
    (
        f"{_E}/StartRoomCompositeEgress",
        lambda: gateway.start_room_egress(egress.RoomCompositeEgressRequest()),
        egress.EgressInfo(),
        RECORD,
        False,
    ),
    (f"{_E}/StopEgress", lambda: gateway.stop_egress("EG_1"), egress.EgressInfo(), RECORD, False),
    (f"{_E}/ListEgress", gateway.egresses, egress.ListEgressResponse(), RECORD, True),
    (
        f"{_A}/CreateDispatch",
        lambda: gateway.dispatch_agent("r", agent="captions"),
        agent_dispatch.AgentDispatch(),
        ADMIN,
        False,
    ),
    (
        f"{_A}/ListDispatch",
        lambda: gateway.agent_dispatches("r"),
        agent_dispatch.ListAgentDispatchResponse(),
        ADMIN,
        True,
    ),
    (f"{_A}/DeleteDispatch", lambda: gateway.delete_dispatch("r", "AD"), agent_dispatch.AgentDispatch(), ADMIN, True),
]
IDS = [method for method, *_ in CALLS]
every_call = pytest.mark.parametrize(("method", "call", "answer", "grant", "repeatable"), CALLS, ids=IDS)
DEFAULT_GRANTS = {"canPublish", "canSubscribe", "canPublishData"}


@every_call
def test_each_call_carries_a_short_lived_token_with_the_rights_it_needs(
    twirp: Twirp, method: str, call: Call, answer: Message, grant: dict[str, Any], repeatable: bool
) -> None:
    route = twirp.answers(method, answer)
    call()
    claims = sent_claims(route)
    video = {name: value for name, value in claims["video"].items() if name not in DEFAULT_GRANTS}
    assert video == grant
    assert claims["exp"] - claims["nbf"] <= 120
    assert route.calls.last.request.headers["Content-Type"] == "application/protobuf"


@every_call
def test_only_what_may_be_done_twice_is_tried_twice(
    twirp: Twirp, method: str, call: Call, answer: Message, grant: dict[str, Any], repeatable: bool
) -> None:
    route = twirp.raises(method, httpx.ConnectError("refused"), then=answer)
    if repeatable:
        call()
    else:
        with pytest.raises(LiveKitUnavailable):
            call()
    assert route.call_count == (2 if repeatable else 1)


@every_call
@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")])
def test_a_time_out_is_never_repeated(
    twirp: Twirp,
    method: str,
    call: Call,
    answer: Message,
    grant: dict[str, Any],
    repeatable: bool,
    error: httpx.TransportError,
) -> None:
    route = twirp.raises(method, error)
    with pytest.raises(LiveKitUnavailable) as raised:
        call()
    assert raised.value.reason == "timeout"
    assert route.call_count == 1


@every_call
def test_each_call_waits_a_bounded_time(
    twirp: Twirp, method: str, call: Call, answer: Message, grant: dict[str, Any], repeatable: bool
) -> None:
    route = twirp.answers(method, answer)
    call()
    extensions = route.calls.last.request.extensions
    assert extensions["timeout"]["connect"] == 3
    assert extensions["total"] == (12 if "StartRoomComposite" in method else 5)


# -- Errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind", "status"),
    [
        ("not_found", NotFound, 500),
        ("unavailable", LiveKitUnavailable, 503),
        ("deadline_exceeded", LiveKitUnavailable, 503),
        ("canceled", LiveKitUnavailable, 503),
        ("invalid_argument", LiveKitError, 500),
        ("unauthenticated", LiveKitError, 500),
        ("permission_denied", LiveKitError, 500),
        ("failed_precondition", LiveKitError, 500),
        ("resource_exhausted", LiveKitError, 500),
        ("internal", LiveKitError, 500),
        ("a_code_of_2031", LiveKitError, 500),
    ],
)
def test_each_refusal_belongs_to_one_family(twirp: Twirp, code: str, kind: type[LiveKitError], status: int) -> None:
    twirp.refuses("RoomService/GetParticipant", code, message="participant does not exist")
    with pytest.raises(LiveKitError) as raised:
        gateway.participant("r", "ann")
    assert type(raised.value) is kind
    assert raised.value.reason == code
    assert raised.value.status == status
    assert raised.value.code == "LiveKit Error"


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("x"), httpx.ReadError("x"), httpx.WriteError("x"), httpx.RemoteProtocolError("x")],
    ids=lambda error: type(error).__name__,
)
def test_a_broken_connection_is_out_of_reach(twirp: Twirp, error: httpx.TransportError) -> None:
    twirp.raises("RoomService/ListRooms", error)
    with pytest.raises(LiveKitUnavailable) as raised:
        gateway.rooms()
    assert (raised.value.status, raised.value.message) == (503, "LiveKit is not available")


@pytest.mark.parametrize(
    ("status", "content"),
    [(502, b"<html>Bad gateway"), (404, b"nothing here"), (500, b"[]"), (500, b'{"msg":"x"}'), (200, b"<html>hello")],
)
def test_an_answer_that_is_not_livekits_is_out_of_reach(twirp: Twirp, status: int, content: bytes) -> None:
    twirp.responds("RoomService/ListRooms", status, content)
    with pytest.raises(LiveKitUnavailable):
        gateway.rooms()


def test_what_livekit_refuses_for_good_is_asked_once(twirp: Twirp) -> None:
    route = twirp.refuses("RoomService/ListRooms", "invalid_argument", status=400)
    with pytest.raises(LiveKitError):
        gateway.rooms()
    assert route.call_count == 1


def test_an_error_repeats_no_secret(twirp: Twirp, settings: Settings) -> None:
    twirp.refuses("RoomService/ListRooms", "unauthenticated", status=401, message="invalid token")
    with pytest.raises(LiveKitError) as raised:
        gateway.rooms()
    assert settings.LIVEKIT_API_SECRET not in str(raised.value)


# -- Requests --------------------------------------------------------------------------------------------------------


def test_a_room_is_made_with_the_time_outs_of_the_settings(twirp: Twirp) -> None:
    route = twirp.answers("RoomService/CreateRoom", models.Room(sid="RM_1"))
    assert gateway.ensure_room("r", metadata={"createdBy": "Ü"}).sid == "RM_1"
    request = sent(route, room_service.CreateRoomRequest)
    assert (request.name, request.empty_timeout, request.departure_timeout) == ("r", 20, 20)
    assert request.metadata == '{"createdBy":"Ü"}'


def test_rooms_can_be_asked_for_by_name(twirp: Twirp) -> None:
    route = twirp.has_rooms(models.Room(name="a", sid="RM_a"), models.Room(name="b"))
    assert [room.name for room in gateway.rooms(["a", "b"])] == ["a", "b"]
    assert list(sent(route, room_service.ListRoomsRequest).names) == ["a", "b"]


def test_deleting_a_room_that_is_not_there_is_no_error(twirp: Twirp) -> None:
    twirp.refuses("RoomService/DeleteRoom", "not_found", status=404)
    assert gateway.delete_room("r") is False
    twirp.answers("RoomService/DeleteRoom", room_service.DeleteRoomResponse())
    assert gateway.delete_room("r") is True


def test_data_goes_reliably_to_whom_it_is_meant_for(twirp: Twirp) -> None:
    route = twirp.answers("RoomService/SendData", room_service.SendDataResponse())
    gateway.send_data("r", {"text": "Ü"}, topic="news", to=["ann"], sids=["PA_1"])
    request = sent(route, room_service.SendDataRequest)
    assert json.loads(request.data) == {"text": "Ü"}
    assert (request.topic, request.kind) == ("news", models.DataPacket.RELIABLE)
    assert (list(request.destination_identities), list(request.destination_sids)) == (["ann"], ["PA_1"])


def test_permissions_of_a_participant_are_stated_whole(twirp: Twirp) -> None:
    route = twirp.answers("RoomService/UpdateParticipant", models.ParticipantInfo())
    gateway.update_participant("r", "ann", permission=models.ParticipantPermission(can_subscribe=True))
    request = sent(route, room_service.UpdateParticipantRequest)
    assert (request.room, request.identity, request.metadata) == ("r", "ann", "")
    assert request.permission == models.ParticipantPermission(can_subscribe=True)


def test_metadata_alone_leaves_permissions_as_they_are(twirp: Twirp) -> None:
    route = twirp.answers("RoomService/UpdateParticipant", models.ParticipantInfo())
    gateway.update_participant("r", "ann", metadata="{}")
    assert not sent(route, room_service.UpdateParticipantRequest).HasField("permission")


def test_a_track_is_muted_never_unmuted(twirp: Twirp) -> None:
    route = twirp.answers("RoomService/MutePublishedTrack", room_service.MuteRoomTrackResponse())
    gateway.mute_track("r", "ann", track_sid="TR_1")
    request = sent(route, room_service.MuteRoomTrackRequest)
    assert (request.room, request.identity, request.track_sid, request.muted) == ("r", "ann", "TR_1", True)


def test_the_private_address_is_the_one_that_is_called(twirp: Twirp, settings: Settings) -> None:
    settings.LIVEKIT_URL = "wss://media.example.org"
    settings.LIVEKIT_HTTP_URL = "http://10.0.0.7:7880"
    twirp.base = "http://10.0.0.7:7880"
    route = twirp.has_rooms()
    gateway.rooms()
    assert route.call_count == 1

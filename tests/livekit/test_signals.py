"""Signals as they stand on the wire (rest-api.md 7.5)."""

import json
from typing import Any

import httpx
import pytest
from livekit.protocol import models
from livekit.protocol.room import SendDataRequest, SendDataResponse

from meet import clock
from meet.livekit import gateway, signals
from tests.livekit.wire import Twirp, sent

NOW = clock.from_ms(1_795_000_000_123)
SEND = "RoomService/SendData"


def payload(request: SendDataRequest) -> dict[str, Any]:
    assert request.room == "room-1"
    assert request.kind == models.DataPacket.RELIABLE
    data: dict[str, Any] = json.loads(request.data)
    return data


def test_new_permissions_are_told_to_the_one_concerned(twirp: Twirp) -> None:
    route = twirp.answers(SEND, SendDataResponse())
    signals.permissions_updated("room-1", "ann", now=NOW)
    request = sent(route, SendDataRequest)
    assert request.topic == "meet_participant_permissions_updated"
    assert list(request.destination_identities) == ["ann"]
    assert payload(request) == {"roomId": "room-1", "participantIdentity": "ann", "timestamp": 1_795_000_000_123}


def test_a_new_role_is_told_to_the_one_concerned(twirp: Twirp) -> None:
    route = twirp.answers(SEND, SendDataResponse())
    signals.role_updated("room-1", "ann", badge="moderator", now=NOW)
    request = sent(route, SendDataRequest)
    assert request.topic == "meet_participant_role_updated"
    assert list(request.destination_identities) == ["ann"]
    assert payload(request) == {
        "roomId": "room-1",
        "participantIdentity": "ann",
        "newBadge": "moderator",
        "timestamp": 1_795_000_000_123,
    }


@pytest.mark.parametrize(("late_joiner", "sids"), [(None, []), ("PA_1", ["PA_1"])])
def test_a_recording_is_told_to_all_or_to_a_late_joiner(twirp: Twirp, late_joiner: str | None, sids: list[str]) -> None:
    route = twirp.answers(SEND, SendDataResponse())
    signals.recording_updated("room-1", {"status": "active"}, now=NOW, late_joiner=late_joiner)
    request = sent(route, SendDataRequest)
    assert request.topic == "meet_recording_updated"
    assert list(request.destination_sids) == sids
    assert not request.destination_identities
    assert payload(request) == {
        "roomId": "room-1",
        "recording": {"status": "active"},
        "timestamp": 1_795_000_000_123,
    }


def test_where_nobody_is_a_signal_is_skipped(twirp: Twirp) -> None:
    twirp.refuses(SEND, "not_found", status=404)
    signals.permissions_updated("room-1", "ann", now=NOW)


def test_other_failures_are_for_the_caller_to_judge(twirp: Twirp) -> None:
    twirp.raises(SEND, httpx.ConnectError("refused"))
    with pytest.raises(gateway.LiveKitUnavailable):
        signals.role_updated("room-1", "ann", badge="other", now=NOW)

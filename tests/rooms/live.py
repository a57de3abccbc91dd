"""People in a running meeting, as our rows and LiveKit know them."""

import json
from typing import Any

import respx
from livekit.protocol import models
from livekit.protocol.room import RemoveParticipantResponse, SendDataRequest, SendDataResponse, UpdateParticipantRequest

from rooms.models import Admission, Meeting, Participation, Room
from tests.factories import make_admission, make_meeting, make_participation
from tests.livekit.wire import Twirp, sent

UPDATE = "RoomService/UpdateParticipant"
REMOVE = "RoomService/RemoveParticipant"
GET = "RoomService/GetParticipant"
SEND = "RoomService/SendData"
ANN = "ann-000000000000001"


def in_meeting(room: Room, identity: str = ANN, name: str = "Ann", **more: Any) -> Admission:
    """Somebody who is in the meeting of `room`, with an up-to-date LiveKit."""
    meeting = Meeting.objects.filter(room=room, ended_at=None).first() or make_meeting(room)
    admission = make_admission(room, identity, name, **more)
    make_participation(admission, meeting, sid=f"PA_{identity}", restricted_at=admission.issued_at)
    return admission


def has_everybody(twirp: Twirp) -> dict[str, respx.Route]:
    """LiveKit takes whatever is asked of it."""
    return {
        UPDATE: twirp.answers(UPDATE, models.ParticipantInfo()),
        REMOVE: twirp.answers(REMOVE, RemoveParticipantResponse()),
        GET: twirp.answers(GET, models.ParticipantInfo()),
        SEND: twirp.answers(SEND, SendDataResponse()),
    }


def told(route: respx.Route) -> tuple[UpdateParticipantRequest, dict[str, Any]]:
    """The last update of a participant, and the metadata in it without its `iat`."""
    request = sent(route, UpdateParticipantRequest)
    metadata = json.loads(request.metadata)
    metadata.pop("iat")
    return request, metadata


def signalled(route: respx.Route) -> dict[str, Any]:
    """The last signal: its topic and to whom it went, with its payload."""
    request = sent(route, SendDataRequest)
    payload = json.loads(request.data)
    payload.pop("timestamp")
    return {"topic": request.topic, "to": list(request.destination_identities), **payload}


def is_due(admission: Admission) -> bool:
    """Whether the sweep has still something to tell LiveKit."""
    return Participation.objects.filter(admission=admission, left_at=None, restricted_at=None).exists()

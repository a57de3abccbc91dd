"""LiveKit with an egress service, as far as a test says: what it sends, and what it answers."""

import itertools
import json
from pathlib import Path
from typing import Any

from google.protobuf.json_format import ParseDict
from livekit.protocol import models
from livekit.protocol.egress import EgressInfo, ListEgressResponse
from livekit.protocol.room import ListParticipantsResponse, SendDataResponse

from meet import clock
from meet.livekit import inbox
from meet.livekit.models import InboundEvent
from recordings.models import Recording
from rooms.models import Room
from tests.livekit.wire import Twirp, signature

START = "Egress/StartRoomCompositeEgress"
STOP = "Egress/StopEgress"
LIST = "Egress/ListEgress"
PEOPLE = "RoomService/ListParticipants"
PERSON = "RoomService/GetParticipant"
ROOMS = "RoomService/ListRooms"
SEND = "RoomService/SendData"
EG = "EG_kaT3NZ8bqvQd"

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.json"))
# How a recording may end, as LiveKit tells it.
ENDS = [name for name in NAMES if name.startswith(("complete", "aborted", "failed", "limit", "ended"))]

_events = itertools.count(1)


def body(name: str, recording: Recording, *, egress_id: str = EG) -> str:
    """The webhook `name` of the corpus, of the egress of `recording`; a new event every time."""
    text = (CORPUS / f"{name}.json").read_text()
    values = {
        "{room}": recording.room.room_id,
        "{uid}": recording.uid,
        "{egress}": egress_id,
        "{event}": f"EV_{next(_events)}",
    }
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def info(name: str, recording: Recording, *, egress_id: str = EG, **more: Any) -> EgressInfo:
    """The same as it comes in answers; `more` are fields that are to be otherwise."""
    content = json.loads(body(name, recording, egress_id=egress_id))["egressInfo"]
    message = ParseDict(content, EgressInfo(), ignore_unknown_fields=True)
    for field, value in more.items():
        setattr(message, field, value)
    return message


def happen(name: str, recording: Recording, *, egress_id: str = EG) -> None:
    """Goes the way of every webhook; fails the test if its handler did."""
    text = body(name, recording, egress_id=egress_id)
    event = inbox.receive(text.encode(), signature(text), now=clock.now())
    assert event is not None
    inbox.process(event.pk, now=clock.now())
    assert not InboundEvent.objects.get(pk=event.pk).error


def has_somebody(twirp: Twirp) -> None:
    person = models.ParticipantInfo(sid="PA_ann", identity="ann", kind=models.ParticipantInfo.STANDARD)
    twirp.answers(PEOPLE, ListParticipantsResponse(participants=[person]))
    twirp.answers(SEND, SendDataResponse())


def lists(twirp: Twirp, *infos: EgressInfo) -> Any:
    return twirp.answers(LIST, ListEgressResponse(items=infos))


def records(
    twirp: Twirp, recording: Recording, *, name: str = "active", egress_id: str = EG, **more: Any
) -> EgressInfo:
    """The egress of `recording` is listed, and in the room."""
    listed = info(name, recording, egress_id=egress_id, **more)
    lists(twirp, listed)
    twirp.answers(PERSON, models.ParticipantInfo(identity=egress_id, kind=models.ParticipantInfo.EGRESS))
    return listed


def fresh(recording: Recording) -> Recording:
    found: Recording = Recording.with_deleted.select_related("room").get(pk=recording.pk)
    return found


def has_room(twirp: Twirp, room: Room) -> None:
    twirp.has_rooms(models.Room(name=room.room_id, sid="RM_first"))

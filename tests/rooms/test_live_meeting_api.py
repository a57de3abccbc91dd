"""GET /api/v1/meetings/<room>: who is in the meeting, and what they publish."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from livekit.protocol import models
from livekit.protocol.room import ListParticipantsResponse

from accounts.models import User
from meet import clock
from rooms.models import Badge, Meeting, Participation, Room
from tests.conftest import Api, AsUser
from tests.factories import make_guest, make_meeting, make_participation
from tests.livekit.wire import Twirp
from tests.rooms.live import ANN, in_meeting

LIST = "RoomService/ListParticipants"


def get(api: Api, room: Room | str) -> Any:
    room_id = room if isinstance(room, str) else room.room_id
    return api.get(f"/api/v1/meetings/{room_id}")


def test_people_and_what_they_publish(api: Api, room: Room, twirp: Twirp) -> None:
    ann = in_meeting(room, badge=Badge.MODERATOR)
    in_meeting(room, "bob-000000000000001", "Bob")
    tracks = [
        models.TrackInfo(source=models.TrackSource.CAMERA),
        models.TrackInfo(source=models.TrackSource.MICROPHONE, muted=True),
    ]
    people = [models.ParticipantInfo(identity=ANN, tracks=tracks)]
    twirp.answers(LIST, ListParticipantsResponse(participants=people))
    answer = get(api, room)
    assert answer.status_code == 200, answer.content
    joined = {row.admission_id: clock.to_ms(row.joined_at) for row in Participation.objects.all()}
    bob = max(joined)
    assert answer.json() == {
        "meetingId": "RM_first",
        "roomId": room.room_id,
        "startDate": clock.to_ms(Meeting.objects.get().started_at),
        "roomName": room.name,
        "participants": [
            {
                "identity": ANN,
                "name": "Ann",
                "badge": "moderator",
                "joinDate": joined[ann.pk],
                "tracks": [{"source": "camera", "muted": False}, {"source": "microphone", "muted": True}],
            },
            {
                "identity": "bob-000000000000001",
                "name": "Bob",
                "badge": "other",
                "joinDate": joined[bob],
                "tracks": [],
            },
        ],
    }


def test_a_guests_secret_is_not_shown(api: Api, room: Room, twirp: Twirp) -> None:
    guest = make_guest(room)
    in_meeting(room, str(guest.guest_id), "Gwen", member=guest)
    people = [
        models.ParticipantInfo(
            identity=str(guest.guest_id), tracks=[models.TrackInfo(source=models.TrackSource.SCREEN_SHARE)]
        )
    ]
    twirp.answers(LIST, ListParticipantsResponse(participants=people))
    answer = get(api, room)
    assert str(guest.guest_id) not in answer.content.decode()
    [shown] = answer.json()["participants"]
    assert shown["identity"] == guest.public_id
    assert shown["tracks"] == [{"source": "screen_share", "muted": False}]


def test_somebody_who_has_just_reconnected_is_there_once_since_the_beginning(
    api: Api, room: Room, twirp: Twirp
) -> None:
    twirp.answers(LIST, ListParticipantsResponse())
    ann = in_meeting(room)
    Participation.objects.update(joined_at=clock.now() - timedelta(minutes=5))
    make_participation(ann, Meeting.objects.get(), sid="PA_second")
    [shown] = get(api, room).json()["participants"]
    assert shown["joinDate"] == clock.to_ms(Participation.objects.order_by("joined_at")[0].joined_at)


def test_with_livekit_away_all_but_the_tracks_is_known(api: Api, room: Room, twirp: Twirp) -> None:
    in_meeting(room)
    twirp.raises(LIST, httpx.ConnectError("refused"))
    [shown] = get(api, room).json()["participants"]
    assert shown["name"] == "Ann"
    assert "tracks" not in shown


def test_nobody_is_there(api: Api, room: Room, twirp: Twirp) -> None:
    make_meeting(room)
    assert get(api, room).json()["participants"] == []


def test_a_room_without_a_meeting(api: Api, room: Room) -> None:
    make_meeting(room, ended_at=clock.now())
    answer = get(api, room)
    assert answer.status_code == 404
    message = f"Room '{room.room_id}' has no meeting at the moment"
    assert answer.json() == {"error": "Meeting Error", "message": message}


@pytest.mark.parametrize("is_live", [True, False])
def test_strangers_learn_neither(as_user: AsUser, room: Room, stella: User, is_live: bool) -> None:
    if is_live:
        make_meeting(room)
    assert get(as_user(stella), room).status_code == 403
    assert get(as_user(stella), "nowhere-1").status_code == 404

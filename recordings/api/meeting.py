"""What the page of a meeting needs to know about its recording: ours, beside the signals, which are sent once and heard
only by those who are there."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import AnyRole
from meet import clock
from meet.api.describing import describes
from recordings import meeting_state
from recordings.api.schema import MEETING_RECORDING
from rooms.access import Need, room_for
from rooms.api.endpoint import RoomEndpoint
from rooms.api.room_bodies import room_id_from
from rooms.api.schema import ROOM_ID
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.errors import RoomNotFound


class MeetingRecordingView(RoomEndpoint):
    """For everybody with a token of the room: whoever is recorded must be able to know it."""

    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)
    operation = "getting the recording of the meeting"

    @describes(
        "getMeetingRecording",
        "Get the recording that is going on in a meeting",
        answers={200: MEETING_RECORDING},
        errors=[RoomNotFound(ROOM_ID)],
    )
    def get(self, request: Request, room_id: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Need.SEE)
        answer: dict[str, Any] = meeting_state.of(room, now=clock.now())
        return Response(answer)

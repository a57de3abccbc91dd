"""Meetings, for those who are in them (rest-api.md 1.9)."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import AnyRole
from meet import clock
from meet.api.describing import MESSAGE, describes
from meet.livekit.gateway import LiveKitUnavailable
from rooms import lifecycle
from rooms.access import room_for
from rooms.api.endpoint import RoomEndpoint
from rooms.api.room_bodies import (
    room_id_from,
)
from rooms.api.schema import ROOM_ID
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.errors import RoomNotFound
from rooms.permissions import Permission


class MeetingView(RoomEndpoint):
    """Ending is for participants whose token says so; managers delete or close the room."""

    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)
    operation = "ending meeting"

    @describes(
        "endMeeting",
        "End the meeting",
        answers={200: MESSAGE},
        errors=[RoomNotFound(ROOM_ID), LiveKitUnavailable()],
        text="Also answered when no meeting is running.",
    )
    def delete(self, request: Request, room_id: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Permission.meetingEnd)
        lifecycle.end_meeting(room, now=clock.now())
        return Response({"message": f"Meeting in room '{room.room_id}' ended successfully"})

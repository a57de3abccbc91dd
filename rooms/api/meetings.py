"""Meetings: for those who are in them by room member token (rest-api.md 1.9), for programs and managers by lists of our
own."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.permissions import AnyRole, ManagesRooms
from meet import clock
from meet.api.describing import MESSAGE, describes
from meet.api.fields import EnumField, ObjectSerializer
from meet.api.pagination import Sort, page, page_fields
from meet.livekit.gateway import LiveKitUnavailable
from rooms import attendance, lifecycle, moderation, promotion
from rooms.access import Need, room_for
from rooms.api.endpoint import RoomEndpoint
from rooms.api.room_bodies import room_id_from
from rooms.api.schema import ROOM_ID
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.errors import RoomNotFound
from rooms.permissions import Permission
from rooms.promotion import RoleAction


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


class ParticipantView(RoomEndpoint):
    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)
    operation = "kicking participant"

    def delete(self, request: Request, room_id: str, identity: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Permission.participantKick)
        moderation.kick(room, identity, now=clock.now())
        message = f"Participant '{identity}' kicked successfully from meeting in room '{room.room_id}'"
        return Response({"message": message})


class RoleBody(ObjectSerializer):
    action = EnumField([action.value for action in RoleAction])


class ParticipantRoleView(RoomEndpoint):
    """The body is read before anybody is refused."""

    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)
    operation = "updating participant role"

    def put(self, request: Request, room_id: str, identity: str) -> Response:
        clean_id = room_id_from(room_id)
        action = RoleAction(self.body(RoleBody)["action"])
        room = room_for(self.caller, clean_id, need=Permission.participantPromote)
        promotion.change_role(room, identity, action, now=clock.now())
        message = f"Moderation action '{action.value}' applied to participant '{identity}' in room '{room.room_id}'"
        return Response({"message": message})


# -- Lists of our own ------------------------------------------------------------------------------------------------

_SORTS = {"startDate": Sort("started_at", datetime)}


class MeetingListQuery(ObjectSerializer):
    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **page_fields(tuple(_SORTS))}


class LiveMeetingsView(RoomEndpoint):
    """GET: the meetings that run, `{"meetings": [{"meetingId", "roomId", "roomName", "startDate", "participants"}],
    "pagination"}`, the youngest first; `participants` is a number. Administrators and API keys see all, managers those
    of their rooms."""

    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "listing meetings"

    def get(self, request: Request) -> Response:
        query = self.query(MeetingListQuery)
        found = page([attendance.live_meetings(self.actor)], sorts=_SORTS, query=query)
        return Response(found.envelope("meetings", attendance.live_meeting_summary))


class LiveMeetingView(RoomEndpoint):
    """GET: the meeting of a room, `{"meetingId", "roomId", "roomName", "startDate", "participants": [{"identity",
    "name", "badge", "joinDate", "tracks"}]}`; `tracks` is `[{"source": "camera|microphone|screen_share|…", "muted"}]`
    and absent when LiveKit does not answer. 404 when there is none, or no such room; 403 unless the caller manages it.
    `identity` is never the secret of a guest; kicking takes it."""

    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "getting meeting"

    def get(self, request: Request, room_id: str) -> Response:
        room = room_for(self.actor, room_id_from(room_id), need=Need.MANAGE)
        return Response(attendance.live_meeting(room))


class RoomMeetingsView(RoomEndpoint):
    """GET: the meetings that a room has held, `{"meetings": [{"meetingId", "roomId", "startDate", "endDate",
    "endReason": "finished|vanished|superseded", "participants": [{"identity", "name", "badge", "joinDate", "leaveDate",
    "leaveReason"?}]}], "pagination"}`, the latest first. One entry of `participants` is one connection: who came back
    is there twice. 404 and 403 as for the room's members."""

    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "listing past meetings"

    def get(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        query = self.query(MeetingListQuery)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        found = page([attendance.past_meetings(room)], sorts=_SORTS, query=query)
        return Response(found.envelope("meetings", attendance.past_meeting))

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
from rooms.api.meeting_schema import IDENTITY, LIVE_MEETING, MEETING_PAGE, PAST_MEETING_PAGE
from rooms.api.room_bodies import room_id_from
from rooms.api.schema import ROOM_ID
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.errors import CannotBeDemoted, CannotBePromoted, MeetingNotFound, ParticipantNotFound, RoomNotFound
from rooms.permissions import Permission
from rooms.promotion import RoleAction, SignalFailed

_NOT_FOUND = [RoomNotFound(ROOM_ID), ParticipantNotFound(ROOM_ID, IDENTITY)]


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

    @describes(
        "kickParticipant",
        "Send somebody out of a meeting",
        answers={200: MESSAGE},
        errors=[*_NOT_FOUND, LiveKitUnavailable()],
        text="Their token is worth nothing from now on.",
    )
    def delete(self, request: Request, room_id: str, identity: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Permission.participantKick)
        moderation.kick(room, identity, now=clock.now())
        message = f"Participant '{identity}' kicked successfully from meeting in room '{room.room_id}'"
        return Response({"message": message})


class RoleActionBody(ObjectSerializer):
    action = EnumField([action.value for action in RoleAction])


class ParticipantRoleView(RoomEndpoint):
    """The body is read before anybody is refused."""

    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)
    operation = "updating participant role"

    @describes(
        "updateParticipantRole",
        "Make somebody moderator for this meeting, or take it back",
        answers={200: MESSAGE},
        body=RoleActionBody,
        body_example={"action": "upgrade"},
        errors=[
            *_NOT_FOUND,
            CannotBePromoted(ROOM_ID, IDENTITY),
            CannotBeDemoted(ROOM_ID, IDENTITY),
            SignalFailed(),
            LiveKitUnavailable(),
        ],
    )
    def put(self, request: Request, room_id: str, identity: str) -> Response:
        clean_id = room_id_from(room_id)
        action = RoleAction(self.body(RoleActionBody)["action"])
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
    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "listing meetings"

    @describes(
        "getMeetings",
        "List the meetings that are running",
        answers={200: MEETING_PAGE},
        query=MeetingListQuery,
        text="Administrators and API keys see all of them, others those of their own rooms.",
    )
    def get(self, request: Request) -> Response:
        query = self.query(MeetingListQuery)
        found = page([attendance.live_meetings(self.actor)], sorts=_SORTS, query=query)
        return Response(found.envelope("meetings", attendance.live_meeting_summary))


class LiveMeetingView(RoomEndpoint):
    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "getting meeting"

    @describes(
        "getMeeting",
        "Get the running meeting of a room",
        answers={200: LIVE_MEETING},
        errors=[RoomNotFound(ROOM_ID), MeetingNotFound(ROOM_ID)],
        text="For whoever manages the room.",
    )
    def get(self, request: Request, room_id: str) -> Response:
        room = room_for(self.actor, room_id_from(room_id), need=Need.MANAGE)
        return Response(attendance.live_meeting(room))


class RoomMeetingsView(RoomEndpoint):
    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "listing past meetings"

    @describes(
        "getRoomMeetings",
        "List the meetings that a room has held",
        answers={200: PAST_MEETING_PAGE},
        query=MeetingListQuery,
        errors=[RoomNotFound(ROOM_ID)],
        text="For whoever manages the room.",
    )
    def get(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        query = self.query(MeetingListQuery)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        found = page([attendance.past_meetings(room)], sorts=_SORTS, query=query)
        return Response(found.envelope("meetings", attendance.past_meeting))

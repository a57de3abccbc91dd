"""One room's configuration, status, roles and access (rest-api.md 1.5, routes 13–17)."""

from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.permissions import AnyRole, ManagesRooms
from meet import clock
from meet.api.describing import MESSAGE, Answer, describes
from meet.links import base_of
from rooms import configuration, opening
from rooms.access import Need, room_for
from rooms.api.config_bodies import ConfigChangeBody, config_changes
from rooms.api.endpoint import RoomEndpoint, deprecated_names, deprecation, room_selection
from rooms.api.permission_bodies import RolesChangeBody, grants
from rooms.api.room_bodies import AccessChangeBody, AnonymousChangeBody, StatusBody, access_changes, room_id_from
from rooms.api.schema import ACCESS, CONFIG, ROLES, ROOM, ROOM_FIELDS, ROOM_ID
from rooms.authentication import ANY_CREDENTIAL
from rooms.errors import RoomHasMeeting, RoomNotFound
from rooms.models import Room, RoomStatus
from rooms.representation import View, access_object, config_object, roles_object, room_object

_ERRORS = [RoomNotFound(ROOM_ID), RoomHasMeeting(ROOM_ID)]


class ManagedRoomEndpoint(RoomEndpoint):
    """For those who manage rooms, and of these for the owner and administrators."""

    authentication_classes: Any = API_KEY_OR_USER
    permission_classes: Any = (ManagesRooms,)

    def managed(self, room_id: str) -> Room:
        return room_for(self.actor, room_id, need=Need.MANAGE)


class RoomConfigView(ManagedRoomEndpoint):
    operation = "processing room config"

    def get_authenticators(self) -> list[Any]:
        accepted = ANY_CREDENTIAL if self.is_read else API_KEY_OR_USER
        return [kind() for kind in accepted]

    def get_permissions(self) -> list[Any]:
        return [AnyRole() if self.is_read else ManagesRooms()]

    @describes(
        "getRoomConfig", "Get a room's configuration", answers={200: CONFIG}, errors=[RoomNotFound(ROOM_ID)]
    )  # fmt: skip
    def get(self, request: Request, room_id: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Need.SEE)
        return Response(config_object(room))

    @describes(
        "updateRoomConfig",
        "Change a room's configuration",
        answers={200: CONFIG},
        body=ConfigChangeBody,
        body_example={"config": {"recording": {"enabled": True, "layout": "speaker"}, "chat": {"enabled": False}}},
        errors=_ERRORS,
        reshaped=True,
        text="What the body does not name stays as it is, but `encoding` is replaced as a whole. End-to-end encryption "
        "switches recording off. Not during a meeting. With `X-Meet-Dialect` only a message is answered.",
    )
    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        config, old_grants = config_changes(self.body(ConfigChangeBody)["config"])
        room = self.managed(clean_id)
        configuration.change_config(room, config, grants=old_grants, now=clock.now())
        return Response(config_object(room))


class RoomStatusView(ManagedRoomEndpoint):
    operation = "updating room status"

    @describes(
        "updateRoomStatus",
        "Open or close a room",
        answers={200: ROOM, 202: Answer(ROOM, text="There is a meeting; the room is closed when it ends")},
        body=StatusBody,
        body_example={"status": "closed"},
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        errors=[RoomNotFound(ROOM_ID)],
        reshaped=True,
        text="`open` also takes back a closing or a deletion at the end of the running meeting. With `X-Meet-Dialect` "
        "the answer is a message, and the room below `room`.",
    )
    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        status = self.body(StatusBody)["status"]
        chosen = room_selection(request)
        room = self.managed(clean_id)
        is_done = True
        if status == RoomStatus.OPEN:
            opening.reopen(room)
        else:
            is_done = opening.close(room, now=clock.now())
        return Response(
            room_object(room, View(base_of(request._request), chosen)),
            status=HTTPStatus.OK if is_done else HTTPStatus.ACCEPTED,
            headers=deprecation(chosen),
        )


class RoomRolesView(ManagedRoomEndpoint):
    operation = "updating room roles"

    @describes(
        "updateRoomRoles",
        "Change what the roles of a room may do",
        answers={200: ROLES},
        body=RolesChangeBody,
        body_example={"roles": {"speaker": {"permissions": {"recordingControl": True}}}},
        headers=["Deprecation"],
        errors=_ERRORS,
        reshaped=True,
        text="What the body does not name stays as it is. All tokens of the room end. Not during a meeting. With "
        "`X-Meet-Dialect` only a message is answered.",
    )
    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        wish = grants(self.body(RolesChangeBody)["roles"])
        room = self.managed(clean_id)
        configuration.change_roles(room, wish, now=clock.now())
        return Response(roles_object(room), headers=deprecated_names())


class RoomAccessView(ManagedRoomEndpoint):
    operation = "updating room access"

    @describes(
        "updateRoomAccess",
        "Change who may enter a room",
        answers={200: ACCESS},
        body=AccessChangeBody,
        body_example={"access": {"anonymous": {"speaker": {"enabled": False}}, "user": {"enabled": True}}},
        errors=_ERRORS,
        text="What the body does not name stays as it is; links keep their secrets. All tokens of the room end. Not "
        "during a meeting.",
    )
    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        wish = access_changes(self.body(AccessChangeBody)["access"])
        room = self.managed(clean_id)
        configuration.change_access(room, wish, now=clock.now())
        return Response(access_object(room, base=base_of(request._request), shows_links=True))


class RoomAnonymousView(ManagedRoomEndpoint):
    """The access of today by its name of old."""

    operation = "updating room anonymous access"

    @describes(
        "updateRoomAnonymousAccess",
        "Switch a room's links on or off (as of old)",
        answers={200: MESSAGE},
        body=AnonymousChangeBody,
        body_example={"anonymous": {"speaker": {"enabled": False}}},
        errors=_ERRORS,
        text="The 2026-Q1 spelling of `updateRoomAccess`.",
    )
    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        wish = access_changes(self.body(AnonymousChangeBody))
        room = self.managed(clean_id)
        configuration.change_access(room, wish, now=clock.now())
        return Response({"message": f"Anonymous access config for room '{clean_id}' updated successfully"})

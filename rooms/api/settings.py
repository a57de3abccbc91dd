"""One room's configuration, status, roles and access (rest-api.md 1.5, routes 13–17)."""

from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.permissions import AnyRole, ManagesRooms
from meet import clock
from meet.links import base_of
from rooms import configuration, opening
from rooms.access import Need, room_for
from rooms.api.config_bodies import ConfigChangeBody, config_changes
from rooms.api.endpoint import RoomEndpoint, deprecated_names, deprecation, room_selection
from rooms.api.permission_bodies import RolesChangeBody, grants
from rooms.api.room_bodies import AccessChangeBody, AnonymousChangeBody, StatusBody, access_changes, room_id_from
from rooms.authentication import ANY_CREDENTIAL
from rooms.models import Room, RoomStatus
from rooms.representation import View, access_object, config_object, roles_object, room_object


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

    def get(self, request: Request, room_id: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Need.SEE)
        return Response(config_object(room))

    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        config, old_grants = config_changes(self.body(ConfigChangeBody)["config"])
        room = self.managed(clean_id)
        configuration.change_config(room, config, grants=old_grants, now=clock.now())
        return Response(config_object(room))


class RoomStatusView(ManagedRoomEndpoint):
    operation = "updating room status"

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

    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        wish = grants(self.body(RolesChangeBody)["roles"])
        room = self.managed(clean_id)
        configuration.change_roles(room, wish, now=clock.now())
        return Response(roles_object(room), headers=deprecated_names())


class RoomAccessView(ManagedRoomEndpoint):
    operation = "updating room access"

    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        wish = access_changes(self.body(AccessChangeBody)["access"])
        room = self.managed(clean_id)
        configuration.change_access(room, wish, now=clock.now())
        return Response(access_object(room, base=base_of(request._request), shows_links=True))


class RoomAnonymousView(ManagedRoomEndpoint):
    """The access of today by its name of old."""

    operation = "updating room anonymous access"

    def put(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        wish = access_changes(self.body(AnonymousChangeBody))
        room = self.managed(clean_id)
        configuration.change_access(room, wish, now=clock.now())
        return Response({"message": f"Anonymous access config for room '{clean_id}' updated successfully"})

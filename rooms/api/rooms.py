"""Rooms (rest-api.md 1.5)."""

from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.permissions import AnyRole, ManagesRooms
from meet import clock
from meet.api.describing import describes
from meet.api.pagination import page
from meet.links import base_of
from meet.livekit.gateway import LiveKitUnavailable
from rooms import lifecycle
from rooms.access import Caller, Need, permissions_in, permissions_of, room_for, visible_rooms
from rooms.api.endpoint import RoomEndpoint, deprecation, room_selection
from rooms.api.room_bodies import (
    DeletionQuery,
    NewRoomBody,
    RoomListQuery,
    new_room,
    room_id_from,
)
from rooms.api.schema import (
    DELETION_CONFLICTS,
    ROOM,
    ROOM_DELETED,
    ROOM_DELETION_SCHEDULED,
    ROOM_FIELDS,
    ROOM_ID,
    ROOM_PAGE,
)
from rooms.authentication import ANY_CREDENTIAL
from rooms.deletion import Policy
from rooms.errors import RoomNotFound
from rooms.listing import SORTS
from rooms.models import MeetingPolicy, RecordingsPolicy, Room, RoomStatus
from rooms.permissions import Permission
from rooms.representation import EXTRA_FIELDS, OLD_LINK_FIELDS, View, room_object


class RoomsView(RoomEndpoint):
    authentication_classes = API_KEY_OR_USER
    operation = "processing rooms"

    def get_permissions(self) -> list[Any]:
        return [ManagesRooms() if self.request.method == "POST" else AnyRole()]

    @describes(
        "createRoom",
        "Create a room",
        answers={201: ROOM},
        body=NewRoomBody,
        body_example={"roomName": "Weekly stand-up", "config": {"chat": {"enabled": False}}},
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        text="Whoever creates it owns it; a room created with an API key belongs to the root administrator.",
    )
    def post(self, request: Request) -> Response:
        chosen = room_selection(request)
        room = lifecycle.create(new_room(self.body(NewRoomBody)), owner=self.actor.user, now=clock.now())
        base = base_of(request._request)
        return Response(
            room_object(room, View(base, chosen)),
            status=HTTPStatus.CREATED,
            headers={"Location": f"{base}/api/v1/rooms/{room.room_id}", **deprecation(chosen)},
        )

    @describes(
        "getRooms",
        "List rooms",
        answers={200: ROOM_PAGE},
        query=RoomListQuery,
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        text="Administrators see all of them, others those they own, are a member of, or may enter as any user.",
    )
    def get(self, request: Request) -> Response:
        query = self.query(RoomListQuery)
        chosen = room_selection(request)
        scopes = [scope.with_status().select_related("owner") for scope in visible_rooms(self.actor)]
        if "status" in query:
            scopes = [scope.in_status(RoomStatus(query["status"])) for scope in scopes]
        found = page(scopes, sorts=SORTS, query=query, prefetch=("links",))
        masks = permissions_in(self.actor, found.rows)
        base = base_of(request._request)

        def represent(room: Room) -> dict[str, Any]:
            shows_links = Permission.roomShareAccessLinks in masks[room.pk]
            return room_object(room, View(base, chosen, shows_links=shows_links), with_extra_fields=False)

        answer = {**found.envelope("rooms", represent), "_extraFields": list(EXTRA_FIELDS)}
        return Response(answer, headers=deprecation(chosen))


class RoomView(RoomEndpoint):
    operation = "processing room"

    def get_authenticators(self) -> list[Any]:
        accepted = API_KEY_OR_USER if self.request.method == "DELETE" else ANY_CREDENTIAL
        return [kind() for kind in accepted]

    def get_permissions(self) -> list[Any]:
        return [ManagesRooms() if self.request.method == "DELETE" else AnyRole()]

    @describes(
        "getRoom",
        "Get a room",
        answers={200: ROOM},
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        errors=[RoomNotFound(ROOM_ID)],
    )
    def get(self, request: Request, room_id: str) -> Response:
        chosen = room_selection(request)
        room = room_for(self.caller, room_id_from(room_id), need=Need.SEE)
        may_share = (chosen.keys is not None and not chosen.keys & _LINK_FIELDS) or _may_share(self.caller, room)
        view = View(base_of(request._request), chosen, shows_links=may_share)
        return Response(room_object(room, view), headers=deprecation(chosen))

    @describes(
        "deleteRoom",
        "Delete a room",
        answers={200: ROOM_DELETED, 202: ROOM_DELETION_SCHEDULED},
        query=DeletionQuery,
        selects=ROOM_FIELDS,
        errors=[RoomNotFound(ROOM_ID), *DELETION_CONFLICTS, LiveKitUnavailable()],
        text="A room with a meeting or with recordings goes only as far as the two policies allow: it may be closed "
        "instead, or when the meeting ends.",
    )
    def delete(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id, field="")
        query = self.query(DeletionQuery)
        chosen = room_selection(request)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        policy = Policy(MeetingPolicy(query["withMeeting"]), RecordingsPolicy(query["withRecordings"]))
        decision = lifecycle.delete(room, policy, now=clock.now())
        answer: dict[str, Any] = {"successCode": decision.code, "message": decision.text(room.room_id)}
        if decision.shows_room:
            view = View(base_of(request._request), chosen, with_old_permission_names=False)
            answer["room"] = room_object(room, view)
        return Response(answer, status=decision.status)


_LINK_FIELDS = frozenset({"access", *OLD_LINK_FIELDS})


def _may_share(caller: Caller, room: Room) -> bool:
    return Permission.roomShareAccessLinks in permissions_of(caller, room)

"""Rooms: made, listed, shown, renamed, deleted (rest-api.md 1.5, 3.1, 3.2)."""

from http import HTTPStatus
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.permissions import AnyRole, ManagesRooms
from meet import clock
from meet.api.describing import Answer, describes
from meet.api.fields import parsed
from meet.api.pagination import page
from meet.api.selection import Selection
from meet.links import base_of
from meet.livekit.gateway import LiveKitUnavailable
from rooms import bulk, configuration, external, lifecycle, listing, live_metadata
from rooms.access import Caller, Need, permissions_in, permissions_of, room_for
from rooms.api.endpoint import RoomEndpoint, deprecation, room_selection
from rooms.api.room_bodies import (
    ExternalIdPath,
    NewRoomBody,
    RoomBody,
    RoomDetailsBody,
    changes,
    details,
    new_room,
    room_id_from,
)
from rooms.api.room_queries import BulkDeletionQuery, DeletionQuery, RoomListQuery, filters, policy
from rooms.api.schema import (
    DELETION_CONFLICTS,
    ROOM,
    ROOM_DELETED,
    ROOM_DELETION_SCHEDULED,
    ROOM_FIELDS,
    ROOM_ID,
    ROOM_PAGE,
    ROOMS_DELETED,
    ROOMS_NOT_DELETED,
)
from rooms.authentication import ANY_CREDENTIAL
from rooms.deletion import Decision
from rooms.errors import ExternalIdTaken, RoomHasMeeting, RoomNotFound
from rooms.models import Room
from rooms.permissions import Permission
from rooms.representation import EXTRA_FIELDS, OLD_LINK_FIELDS, View, room_object

_EXTERNAL_ID_TAKEN = ExternalIdTaken("course-2026-11", "olga_")


class RoomsView(RoomEndpoint):
    """Ours beside the contract: `externalId` when a room is made and as a filter, `autoRecording` and
    `recordingRetentionDays`, shown only in rooms that have such; `dryRun=true` on the deletion."""

    authentication_classes = API_KEY_OR_USER
    operation = "processing rooms"

    def get_permissions(self) -> list[Any]:
        return [AnyRole() if self.is_read else ManagesRooms()]

    @describes(
        "createRoom",
        "Create a room",
        answers={201: ROOM},
        body=NewRoomBody,
        body_example={"roomName": "Weekly stand-up", "config": {"chat": {"enabled": False}}},
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        errors=[_EXTERNAL_ID_TAKEN],
        text="Whoever creates it owns it; a room created with an API key belongs to the root administrator.",
    )
    def post(self, request: Request) -> Response:
        chosen = room_selection(request)
        room = lifecycle.create(new_room(self.body(NewRoomBody)), owner=self.actor.user, now=clock.now())
        return _made(room, request, chosen)

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
        wanted = filters(query)
        scopes = listing.scopes(self.actor, wanted)
        with wanted.name.bounded():
            found = page(scopes, sorts=listing.SORTS, query=query, whole=listing.whole)
        listing.read_links(found.rows)
        masks = permissions_in(self.actor, found.rows)
        base = base_of(request._request)

        def represent(room: Room) -> dict[str, Any]:
            shows_links = Permission.roomShareAccessLinks in masks[room.pk]
            return room_object(room, View(base, chosen, shows_links=shows_links), with_extra_fields=False)

        answer = {**found.envelope("rooms", represent), "_extraFields": list(EXTRA_FIELDS)}
        return Response(answer, headers=deprecation(chosen))

    @describes(
        "deleteRooms",
        "Delete several rooms",
        answers={
            200: Answer(ROOMS_DELETED, text="All of them deleted, closed or scheduled"),
            400: Answer(ROOMS_NOT_DELETED, text="Some of them, or none"),
        },
        query=BulkDeletionQuery,
        selects=ROOM_FIELDS,
        reshaped=True,
        text="Each room by itself: what cannot be deleted does not keep the others from it. With `X-Meet-Dialect` the "
        "list `deleted` is called `successful`, and `failed` is left out when it is empty.",
    )
    def delete(self, request: Request) -> Response:
        query = self.query(BulkDeletionQuery)
        chosen = room_selection(request)
        report = bulk.delete_all(
            self.actor, query["roomIds"], policy(query), now=clock.now(), is_rehearsal=query["dryRun"]
        )
        view = View(base_of(request._request), chosen, with_old_permission_names=False)
        count = len(report.failed)
        message = "All rooms successfully processed for deletion"
        answer: dict[str, Any] = {
            "message": f"{count} room(s) failed to process while deleting" if count else message,
            "deleted": [{"roomId": room.room_id, **_outcome(room, decision, view)} for room, decision in report.done],
            "failed": [
                {"roomId": room_id, "error": error.code, "message": error.message} for room_id, error in report.failed
            ],
        }
        if query["dryRun"]:
            answer["dryRun"] = True
        return Response(answer, status=HTTPStatus.BAD_REQUEST if count else HTTPStatus.OK)


class RoomView(RoomEndpoint):
    """PATCH and `dryRun=true` on the deletion are ours."""

    operation = "processing room"

    def get_authenticators(self) -> list[Any]:
        accepted = ANY_CREDENTIAL if self.is_read else API_KEY_OR_USER
        return [kind() for kind in accepted]

    def get_permissions(self) -> list[Any]:
        return [AnyRole() if self.is_read else ManagesRooms()]

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
        "updateRoom",
        "Change a room's name and expiry",
        answers={200: ROOM},
        body=RoomDetailsBody,
        body_example={"roomName": "Weekly stand-up", "autoDeletionDate": None},
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        errors=[RoomNotFound(ROOM_ID), _EXTERNAL_ID_TAKEN],
        text="What the body does not name stays as it is. Also possible during a meeting.",
    )
    def patch(self, request: Request, room_id: str) -> Response:
        """`roomName`, `autoDeletionDate` (null: never), `autoDeletionPolicy`, `externalId` (null: none) and
        `autoRecording`."""
        clean_id = room_id_from(room_id)
        wish = details(self.body(RoomDetailsBody))
        chosen = room_selection(request)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        configuration.change_details(room, wish)
        live_metadata.refresh(room)
        return Response(room_object(room, View(base_of(request._request), chosen)), headers=deprecation(chosen))

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
        perform = lifecycle.rehearse if query["dryRun"] else lifecycle.delete
        decision = perform(room, policy(query), now=clock.now())
        view = View(base_of(request._request), chosen, with_old_permission_names=False)
        answer = _outcome(room, decision, view)
        if query["dryRun"]:
            answer["dryRun"] = True
        return Response(answer, status=decision.status)


class RoomByExternalIdView(RoomEndpoint):
    """Ours: makes the room that the caller knows by this name (201), or changes it by what the body mentions (200).
    The body is that of POST; what is as wished already ends no tokens and is no conflict with a meeting."""

    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "processing room"

    @describes(
        "putRoomByExternalId",
        "Create a room or change it, by your own id",
        answers={200: Answer(ROOM, text="There was one, and it is as the body says"), 201: ROOM},
        body=RoomBody,
        body_example={"roomName": "Course 11", "access": {"user": {"enabled": True}}},
        selects=ROOM_FIELDS,
        headers=["Deprecation"],
        errors=[RoomHasMeeting(ROOM_ID), _EXTERNAL_ID_TAKEN],
        text="Ids are looked for among the caller's own rooms. What the body does not name is as usual in a new room, "
        "and stays as it is in one that exists. The id may contain slashes.",
    )
    def put(self, request: Request, external_id: str) -> Response:
        parsed(ExternalIdPath, {"externalId": external_id})
        body = self.body(RoomBody)
        chosen = room_selection(request)
        wish = new_room(body, external_id=external_id)
        room, is_new = external.make_or_change(wish, changes(body), owner=self.actor.user, now=clock.now())
        if is_new:
            return _made(room, request, chosen)
        live_metadata.refresh(room)
        return Response(room_object(room, View(base_of(request._request), chosen)), headers=deprecation(chosen))


def _made(room: Room, request: Request, chosen: Selection) -> Response:
    base = base_of(request._request)
    return Response(
        room_object(room, View(base, chosen)),
        status=HTTPStatus.CREATED,
        headers={"Location": f"{base}/api/v1/rooms/{room.room_id}", **deprecation(chosen)},
    )


def _outcome(room: Room, decision: Decision, view: View) -> dict[str, Any]:
    answer: dict[str, Any] = {"successCode": decision.code, "message": decision.text(room.room_id)}
    if decision.shows_room:
        answer["room"] = room_object(room, view)
    return answer


_LINK_FIELDS = frozenset({"access", *OLD_LINK_FIELDS})


def _may_share(caller: Caller, room: Room) -> bool:
    return Permission.roomShareAccessLinks in permissions_of(caller, room)

"""Members of a room (rest-api.md 1.6)."""

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER
from accounts.models import Scope
from accounts.permissions import ManagesRooms, read_write
from meet import clock
from meet.api.describing import Answer, describes
from meet.api.matching import text_match
from meet.api.pagination import page
from meet.api.selection import Selection, selection
from meet.links import base_of
from rooms import members
from rooms.access import Need, find_member, find_members, member_for, room_for
from rooms.api.endpoint import RoomEndpoint, deprecated_names
from rooms.api.member_bodies import (
    SORTS,
    DryRunQuery,
    MemberChangeBody,
    MemberListQuery,
    MembersDeletionQuery,
    NewMemberBody,
    member_change,
    new_member,
)
from rooms.api.room_bodies import room_id_from
from rooms.api.schema import (
    MEMBER,
    MEMBER_DELETED,
    MEMBER_FIELDS,
    MEMBER_PAGE,
    MEMBERS_DELETED,
    MEMBERS_NOT_DELETED,
    ROOM_ID,
)
from rooms.authentication import ANY_CREDENTIAL
from rooms.errors import (
    AlreadyMember,
    MemberExternalIdTaken,
    MemberNotFound,
    NeedsNoMembership,
    RoomNotFound,
    UserNotFound,
)
from rooms.member_representation import BASE_FIELDS, EXTRA_FIELDS, member_object
from rooms.models import Member, Room

_NOT_FOUND = [RoomNotFound(ROOM_ID), MemberNotFound(ROOM_ID, "max__")]
_EXTERNAL_ID_TAKEN = MemberExternalIdTaken(ROOM_ID, "student-4711")
# Reading members shows the secrets of guests, who may be moderators.
_SCOPES = read_write(Scope.ROOMS_WRITE, Scope.ROOMS_WRITE)


class MembersView(RoomEndpoint):
    scopes = _SCOPES
    authentication_classes = API_KEY_OR_USER
    permission_classes = (ManagesRooms,)
    operation = "processing room members"

    @describes(
        "createRoomMember",
        "Invite somebody to a room",
        answers={201: MEMBER},
        body=NewMemberBody,
        body_example={"name": "Ann", "baseRole": "speaker", "customPermissions": {"recordingControl": True}},
        selects=MEMBER_FIELDS,
        headers=["Deprecation"],
        errors=[
            RoomNotFound(ROOM_ID),
            UserNotFound("max__"),
            AlreadyMember(ROOM_ID, "max__"),
            NeedsNoMembership(ROOM_ID, "olga_"),
            _EXTERNAL_ID_TAKEN,
        ],
        text="Either a user, by `userId`, or a guest, by `name`, who gets a link of their own.",
    )
    def post(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        body = self.body(NewMemberBody)
        chosen = _selection(request)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        member = members.add(room, new_member(body), now=clock.now())
        location = f"{base_of(request._request)}/api/v1/rooms/{room.room_id}/members/{member.member_id}"
        return _one(request, member, chosen, status=HTTPStatus.CREATED, headers={"Location": location})

    @describes(
        "getRoomMembers",
        "List the members of a room",
        answers={200: MEMBER_PAGE},
        query=MemberListQuery,
        selects=MEMBER_FIELDS,
        headers=["Deprecation"],
        errors=[RoomNotFound(ROOM_ID)],
    )
    def get(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        query = self.query(MemberListQuery)
        chosen = _selection(request)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        match = text_match(query, "name")
        wanted = _filtered(room, query).filter(match.on("name", key="name_key"))
        with match.bounded():
            found = page([wanted], sorts=SORTS, query=query)
        base = base_of(request._request)
        answer = found.envelope("members", lambda member: member_object(member, base=base, chosen=chosen))
        headers = _deprecation(*answer["members"])
        return Response({**answer, "_extraFields": list(EXTRA_FIELDS)}, headers=headers)

    @describes(
        "deleteRoomMembers",
        "Remove several members of a room",
        answers={200: MEMBERS_DELETED, 400: Answer(MEMBERS_NOT_DELETED, text="Some of them, or none")},
        query=MembersDeletionQuery,
        errors=[RoomNotFound(ROOM_ID)],
        text="Whoever of them is in a meeting of the room is sent out.",
    )
    def delete(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id)
        query = self.query(MembersDeletionQuery)
        room = room_for(self.actor, clean_id, need=Need.MANAGE)
        found = find_members(room, query["memberIds"])
        there = [member for member in found.values() if member]
        if not query["dryRun"]:
            members.remove(there, now=clock.now())
        failed = [{"memberId": key, "error": "Room member not found"} for key, member in found.items() if not member]
        message = f"{len(failed)} room member(s) could not be deleted" if failed else _ALL_DELETED
        answer = {"message": message, "deleted": [key for key, member in found.items() if member], "failed": failed}
        status = HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK
        return Response({**answer, **_dry(query)}, status=status)


_ALL_DELETED = "All room members deleted successfully"


class MemberView(RoomEndpoint):
    """Room member users never read members by their account, only by their token (quirk 5)."""

    scopes = _SCOPES
    permission_classes = (ManagesRooms,)
    operation = "processing room member"

    def get_authenticators(self) -> list[Any]:
        accepted = ANY_CREDENTIAL if self.is_read else API_KEY_OR_USER
        return [kind() for kind in accepted]

    @describes(
        "getRoomMember",
        "Get a member of a room",
        answers={200: MEMBER},
        selects=MEMBER_FIELDS,
        headers=["Deprecation"],
        errors=_NOT_FOUND,
    )
    def get(self, request: Request, room_id: str, member_id: str) -> Response:
        clean_id = room_id_from(room_id)
        chosen = _selection(request)
        return _one(request, member_for(self.caller, clean_id, member_id), chosen)

    @describes(
        "updateRoomMember",
        "Change what a member of a room may do",
        answers={200: MEMBER},
        body=MemberChangeBody,
        body_example={"baseRole": "moderator", "customPermissions": {"recordingDelete": False}},
        selects=MEMBER_FIELDS,
        headers=["Deprecation"],
        errors=[*_NOT_FOUND, _EXTERNAL_ID_TAKEN],
        text="What the body does not name stays as it is, but `customPermissions` are replaced as a whole. Reaches a "
        "running meeting at once: whoever may not join any more is sent out.",
    )
    def put(self, request: Request, room_id: str, member_id: str) -> Response:
        clean_id = room_id_from(room_id)
        body = self.body(MemberChangeBody)
        chosen = _selection(request)
        member = self._managed(clean_id, member_id)
        return _one(request, members.change(member, member_change(body), now=clock.now()), chosen)

    @describes(
        "deleteRoomMember",
        "Remove a member of a room",
        answers={200: MEMBER_DELETED},
        query=DryRunQuery,
        errors=_NOT_FOUND,
        text="If they are in a meeting of the room, they are sent out.",
    )
    def delete(self, request: Request, room_id: str, member_id: str) -> Response:
        clean_id = room_id_from(room_id)
        query = self.query(DryRunQuery)
        member = self._managed(clean_id, member_id)
        if not query["dryRun"]:
            members.remove([member], now=clock.now())
        message = f"Member '{member_id}' deleted successfully from room '{clean_id}'"
        return Response({"message": message, **_dry(query)})

    def _managed(self, room_id: str, member_id: str) -> Member:
        room = room_for(self.actor, room_id, need=Need.MANAGE)
        member = find_member(room, member_id)
        if member is None:
            raise MemberNotFound(room.room_id, member_id)
        return member


def _selection(request: Request) -> Selection:
    return selection(request, base=BASE_FIELDS, extra=EXTRA_FIELDS)


def _filtered(room: Room, query: dict[str, Any]) -> QuerySet[Member]:
    wanted = Member.objects.filter(room=room).select_related("user", "room")
    if "baseRole" in query:
        wanted = wanted.filter(base_role=query["baseRole"])
    if "type" in query:
        wanted = wanted.filter(user__isnull=query["type"] != "user")
    if "externalId" in query:
        wanted = wanted.filter(external_id=query["externalId"])
    return wanted


def _one(request: Request, member: Member, chosen: Selection, **options: Any) -> Response:
    shown = member_object(member, base=base_of(request._request), chosen=chosen)
    headers = {**options.pop("headers", {}), **_deprecation(shown)}
    return Response({**shown, "_extraFields": list(EXTRA_FIELDS)}, headers=headers, **options)


def _deprecation(*shown: dict[str, Any]) -> dict[str, str]:
    has_permissions = any("customPermissions" in entity or "effectivePermissions" in entity for entity in shown)
    return deprecated_names() if has_permissions else {}


def _dry(query: dict[str, Any]) -> dict[str, bool]:
    return {"dryRun": True} if query["dryRun"] else {}

"""Rooms and room member tokens (rest-api.md 1.5, 1.7)."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import API_KEY_OR_USER, USER, bearer
from accounts.endpoint import UserEndpoint
from accounts.models import User
from accounts.permissions import AnyRole, ManagesRooms
from meet import clock
from meet.api.pagination import Sort, page
from meet.api.selection import Selection, selection
from meet.api.views import ApiView
from meet.errors import DomainError, NotAuthenticated
from meet.limits import FAILED_SECRETS, TOKENS, client_of
from meet.links import base_of
from rooms import joining, lifecycle
from rooms.access import Caller, Need, RoomMember, permissions_in, permissions_of, room_for, visible_rooms, visitor_for
from rooms.authentication import ANY_CREDENTIAL, RoomMemberTokenAuthentication, room_member
from rooms.deletion import Policy
from rooms.errors import MemberNotFound, WrongSecret
from rooms.models import MeetingPolicy, RecordingsPolicy, Room, RoomStatus
from rooms.permissions import Permission
from rooms.representation import EXTRA_FIELDS, OLD_LINK_FIELDS, SELECTABLE_FIELDS, View, room_object
from rooms.serializers import (
    DeletionQuery,
    MemberTokenBody,
    NewRoomBody,
    RoomListQuery,
    new_room,
    room_id_from,
)

SORTS = {
    "creationDate": Sort("created_at", datetime),
    "roomName": Sort("name_key", str),
    "autoDeletionDate": Sort("expires_at", datetime, nullable=True),
}


def _selection(request: Request) -> Selection:
    return selection(request, base=SELECTABLE_FIELDS, extra=EXTRA_FIELDS)


def _deprecation(chosen: Selection) -> dict[str, str]:
    """Permissions in both spellings carry the header that says so (rest-api.md 2.3)."""
    return {"Deprecation": "true"} if "roles" in chosen.extras and settings.MEET_MODE == "compatibility" else {}


class RoomEndpoint(UserEndpoint):
    @property
    def caller(self) -> Caller:
        """A user, an API key, or the holder of a room member token."""
        caller: object = self.request.user
        return caller if isinstance(caller, RoomMember) else self.actor


class RoomsView(RoomEndpoint):
    authentication_classes = API_KEY_OR_USER
    operation = "processing rooms"

    def get_permissions(self) -> list[Any]:
        return [ManagesRooms() if self.request.method == "POST" else AnyRole()]

    def post(self, request: Request) -> Response:
        chosen = _selection(request)
        room = lifecycle.create(new_room(self.body(NewRoomBody)), owner=self.actor.user, now=clock.now())
        base = base_of(request._request)
        return Response(
            room_object(room, View(base, chosen)),
            status=HTTPStatus.CREATED,
            headers={"Location": f"{base}/api/v1/rooms/{room.room_id}", **_deprecation(chosen)},
        )

    def get(self, request: Request) -> Response:
        query = self.query(RoomListQuery)
        chosen = _selection(request)
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
        return Response(answer, headers=_deprecation(chosen))


class RoomView(RoomEndpoint):
    operation = "processing room"

    def get_authenticators(self) -> list[Any]:
        accepted = API_KEY_OR_USER if self.request.method == "DELETE" else ANY_CREDENTIAL
        return [kind() for kind in accepted]

    def get_permissions(self) -> list[Any]:
        return [ManagesRooms() if self.request.method == "DELETE" else AnyRole()]

    def get(self, request: Request, room_id: str) -> Response:
        chosen = _selection(request)
        room = room_for(self.caller, room_id_from(room_id), need=Need.SEE)
        may_share = (chosen.keys is not None and not chosen.keys & _LINK_FIELDS) or _may_share(self.caller, room)
        view = View(base_of(request._request), chosen, shows_links=may_share)
        return Response(room_object(room, view), headers=_deprecation(chosen))

    def delete(self, request: Request, room_id: str) -> Response:
        clean_id = room_id_from(room_id, field="")
        query = self.query(DeletionQuery)
        chosen = _selection(request)
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


class MeetingView(RoomEndpoint):
    """Ending is for participants whose token says so; managers delete or close the room."""

    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)
    operation = "ending meeting"

    def delete(self, request: Request, room_id: str) -> Response:
        room = room_for(self.caller, room_id_from(room_id), need=Permission.meetingEnd)
        lifecycle.end_meeting(room, now=clock.now())
        return Response({"message": f"Meeting in room '{room.room_id}' ended successfully"})


class MemberTokenView(ApiView):
    """With a secret no account is needed, and one that is there adds its rights. Validation comes first here."""

    limiter = TOKENS
    permission_classes = ()
    operation = "generating room member token"

    def perform_authentication(self, request: Request) -> None:
        """Who asks matters after the body has been read; asked now, DRF would note that it is nobody."""

    def post(self, request: Request, room_id: str) -> Response:
        body = self.body(MemberTokenBody)
        clean_id = room_id_from(room_id)
        secret = body.get("secret")
        now = clock.now()
        client = client_of(request._request)
        if secret is not None:
            FAILED_SECRETS.check(client)
        user = _user(request, is_needed=secret is None)
        try:
            visitor = visitor_for(clean_id, secret=secret, user=user, now=now)
        except (WrongSecret, MemberNotFound):
            FAILED_SECRETS.hit(client)
            raise
        is_opaque = body["opaqueIdentity"]
        if body["joinMeeting"]:
            name = body.get("participantName")
            return Response({"token": joining.join(visitor, name=name, is_opaque=is_opaque, now=now)})
        return Response({"token": joining.look_in(visitor, is_opaque=is_opaque, now=now)})


class MemberTokenRefreshView(ApiView):
    """The previous token is read here, not by the usual credentials: it may have expired a moment ago."""

    limiter = TOKENS
    permission_classes = ()
    operation = "refreshing room member token"

    def post(self, request: Request, room_id: str) -> Response:
        token = bearer(request, "X-Room-Member-Token")
        if token is None:
            raise NotAuthenticated
        now = clock.now()
        person = room_member(token, now=now, leeway=_REFRESH_LEEWAY)
        return Response({"token": joining.renew(person, room_id_from(room_id), now=now)})


_REFRESH_LEEWAY = timedelta(seconds=10)


def _user(request: Request, *, is_needed: bool) -> User | None:
    """The account behind the request. Beside a secret, one that does not hold counts as none."""
    for kind in USER:
        try:
            found = kind().authenticate(request)
        except DomainError:
            if is_needed:
                raise
            continue
        if found is not None:
            return found[0].user
    return None

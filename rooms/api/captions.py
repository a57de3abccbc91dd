"""Live captions: whether there are any, and the agents that make them (rest-api.md 1.10, 1.12)."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import AnyRole
from meet import clock
from meet.api.fields import ObjectSerializer, ObjectsField, StringField
from meet.api.views import ApiView
from meet.errors import Forbidden, InvalidRequest, Issue
from rooms import captions
from rooms.access import Need, RoomMember, room_for
from rooms.api.endpoint import RoomEndpoint
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.models import Room

_CAPABILITIES = frozenset({"live_captions"})


class CapabilityBody(ObjectSerializer):
    name = StringField()


class CapabilitiesField(ObjectsField):
    """Names that nobody knows are dropped; something must be left."""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        known = [one for one in super().to_internal_value(data) if one["name"] in _CAPABILITIES]
        if not known:
            raise ValidationError("At least one valid capability is required")
        return known


class AssistantBody(ObjectSerializer):
    capabilities = CapabilitiesField(CapabilityBody)


class CaptionsConfigView(ApiView):
    permission_classes = ()
    operation = "getting captions config"

    def get(self, request: Request) -> Response:
        return Response({"enabled": settings.MEET_CAPTIONS_ENABLED})


class AssistantEndpoint(RoomEndpoint):
    """For people in a meeting, about the meeting that their token was issued for."""

    authentication_classes = (RoomMemberTokenAuthentication,)
    permission_classes = (AnyRole,)

    def participant(self) -> tuple[Room, str]:
        person = self.caller
        if not isinstance(person, RoomMember) or person.identity is None:
            raise Forbidden
        return room_for(person, person.room_id, need=Need.SEE), person.identity


class AssistantsView(AssistantEndpoint):
    operation = "creating AI assistant"

    def post(self, request: Request) -> Response:
        self.body(AssistantBody)
        room, identity = self.participant()
        dispatch_id = captions.start(room, identity, now=clock.now())
        return Response({"id": dispatch_id, "status": "active"}, status=HTTPStatus.CREATED)


class AssistantView(AssistantEndpoint):
    """The contract takes any id: what ends is the caller's own reading."""

    operation = "canceling AI assistant"

    def delete(self, request: Request, assistant_id: str) -> Response:
        clean_id = assistant_id.strip()
        if not clean_id:
            raise InvalidRequest(Issue("assistantId", "assistantId is required"))
        room, identity = self.participant()
        captions.stop(room, identity, now=clock.now())
        return Response({"message": f"Assistant '{clean_id}' canceled successfully"})

"""Live captions: whether there are any, and the agents that make them (rest-api.md 1.10, 1.12)."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import AnyRole
from meet import clock
from meet.api.describing import MESSAGE, JsonSchema, array_of, describes
from meet.api.fields import ObjectSerializer, ObjectsField, StringField
from meet.api.views import ApiView
from meet.errors import Forbidden, InvalidRequest, Issue
from meet.livekit.gateway import LiveKitUnavailable
from rooms import captions
from rooms.access import Need, RoomMember, room_for
from rooms.api.endpoint import RoomEndpoint
from rooms.api.meeting_schema import ASSISTANT, CAPTIONS_CONFIG
from rooms.api.schema import ROOM_ID
from rooms.authentication import RoomMemberTokenAuthentication
from rooms.errors import RoomNotFound
from rooms.models import Room

_CAPABILITIES = frozenset({"live_captions"})
_ID_MISSING = Issue("assistantId", "assistantId is required")


class CapabilityBody(ObjectSerializer):
    name = StringField(help_text=f"Known are: {', '.join(sorted(_CAPABILITIES))}; others are ignored")


class CapabilitiesField(ObjectsField):
    """Names that nobody knows are dropped; something must be left."""

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        known = [one for one in super().to_internal_value(data) if one["name"] in _CAPABILITIES]
        if not known:
            raise ValidationError("At least one valid capability is required")
        return known

    def json_schema(self) -> JsonSchema:
        return array_of(CapabilityBody, minItems=1)


class AssistantBody(ObjectSerializer):
    capabilities = CapabilitiesField(CapabilityBody)


class CaptionsConfigView(ApiView):
    permission_classes = ()
    operation = "getting captions config"

    @describes("getCaptionsConfig", "Whether there are live captions", answers={200: CAPTIONS_CONFIG})
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

    @describes(
        "createAssistant",
        "Switch live captions on for oneself",
        answers={201: ASSISTANT},
        body=AssistantBody,
        body_example={"capabilities": [{"name": "live_captions"}]},
        errors=[
            RoomNotFound(ROOM_ID),
            captions.AlreadyStarting(ROOM_ID),
            captions.OffOnServer(),
            captions.OffInRoom(),
            LiveKitUnavailable(),
        ],
        text="For participants of a meeting. The agent comes for the first of them and serves all.",
    )
    def post(self, request: Request) -> Response:
        self.body(AssistantBody)
        room, identity = self.participant()
        dispatch_id = captions.start(room, identity, now=clock.now())
        return Response({"id": dispatch_id, "status": "active"}, status=HTTPStatus.CREATED)


class AssistantView(AssistantEndpoint):
    """The contract takes any id: what ends is the caller's own reading."""

    operation = "canceling AI assistant"

    @describes(
        "deleteAssistant",
        "Switch live captions off for oneself",
        answers={200: MESSAGE},
        errors=[InvalidRequest(_ID_MISSING), RoomNotFound(ROOM_ID)],
        text="The agent goes with the last one who reads them.",
    )
    def delete(self, request: Request, assistant_id: str) -> Response:
        clean_id = assistant_id.strip()
        if not clean_id:
            raise InvalidRequest(_ID_MISSING)
        room, identity = self.participant()
        captions.stop(room, identity, now=clock.now())
        return Response({"message": f"Assistant '{clean_id}' canceled successfully"})

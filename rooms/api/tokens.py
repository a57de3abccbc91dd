"""Room member tokens (rest-api.md 1.7)."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import USER, bearer
from accounts.models import User
from meet import clock
from meet.api.describing import TEXT, describes
from meet.api.fields import BooleanField, ObjectSerializer, StringField
from meet.api.views import ApiView
from meet.errors import DomainError, Forbidden, InvalidToken, NotAuthenticated
from meet.limits import FAILED_SECRETS, TOKENS, client_of
from meet.livekit.gateway import LiveKitUnavailable
from rooms import joining
from rooms.access import visitor_for
from rooms.api.meeting_schema import IDENTITY
from rooms.api.room_bodies import room_id_from
from rooms.api.schema import MEMBER_TOKEN, ROOM_ID
from rooms.authentication import previous_admission
from rooms.errors import (
    LinkIsDisabled,
    MemberNotFound,
    NameMissing,
    ParticipantNotFound,
    RoomIsClosed,
    RoomNotFound,
    WrongSecret,
)

_LONGEST_PARTICIPANT_NAME = 100


class MemberTokenBody(ObjectSerializer):
    secret = StringField(required=False, help_text="Of a link, or a guest's id")
    joinMeeting = BooleanField(default=False)
    participantName = StringField(
        maximum=(
            _LONGEST_PARTICIPANT_NAME,
            f"participantName cannot exceed {_LONGEST_PARTICIPANT_NAME} characters",
        ),
        required=False,
    )
    # Ours (decisions.md 3): name a guest by its public id, not by its secret.
    opaqueIdentity = BooleanField(default=False, help_text="Name a guest by its public id, not by its secret")


class MemberTokenView(ApiView):
    """With a secret no account is needed, and one that is there adds its rights. Validation comes first here.

    Whoever joins with the token of a meeting that they are in, keeps identity and name, and has their rights looked up
    anew (rest-api.md 4.4)."""

    limiter = TOKENS
    permission_classes = ()
    operation = "generating room member token"

    def perform_authentication(self, request: Request) -> None:
        """Who asks matters after the body has been read; asked now, DRF would note that it is nobody."""

    @describes(
        "createRoomMemberToken",
        "Get a token for a room",
        answers={200: MEMBER_TOKEN},
        body=MemberTokenBody,
        body_example={"secret": "5b1f0d6c9e4a47a28c3d7f10b2e69a84", "joinMeeting": True, "participantName": "Ann"},
        security=["AccessToken", "Session", None],
        errors=[
            WrongSecret(ROOM_ID),
            NameMissing(),
            NotAuthenticated(),
            Forbidden(),
            LinkIsDisabled(ROOM_ID, "speaker"),
            RoomNotFound(ROOM_ID),
            MemberNotFound(ROOM_ID, "guest-5b1f0d6c9e4a47a28c3d7f10b2e69a84"),
            ParticipantNotFound(ROOM_ID, IDENTITY),
            RoomIsClosed(ROOM_ID),
            LiveKitUnavailable(),
        ],
        parameters=[
            {
                "name": "X-Room-Member-Token",
                "in": "header",
                "description": "`Bearer <token>` of a participant who joins again: identity and name stay",
                "schema": TEXT,
            }
        ],
        text="With the secret of a link or of a guest nobody needs an account; without one a user's credential counts.",
    )
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
        if not body["joinMeeting"]:
            return Response({"token": joining.look_in(visitor, is_opaque=is_opaque, now=now)})
        previous = bearer(request, "X-Room-Member-Token")
        admission = previous_admission(previous, now=now) if previous is not None else None
        if admission:
            return Response({"token": joining.rejoin(visitor, admission, now=now)})
        name = body.get("participantName")
        return Response({"token": joining.join(visitor, name=name, is_opaque=is_opaque, now=now)})


class MemberTokenRefreshView(ApiView):
    """The previous token is read here, not by the usual credentials: it may have expired a moment ago."""

    limiter = TOKENS
    permission_classes = ()
    operation = "refreshing room member token"

    @describes(
        "refreshRoomMemberToken",
        "Renew the token of a participant",
        answers={200: MEMBER_TOKEN},
        security=["RoomMemberToken"],
        errors=[
            NotAuthenticated(),
            InvalidToken(),
            Forbidden(),
            ParticipantNotFound(ROOM_ID, IDENTITY),
            LiveKitUnavailable(),
        ],
        text="The previous token may have expired ten seconds ago; its owner must be connected to the meeting.",
    )
    def post(self, request: Request, room_id: str) -> Response:
        token = bearer(request, "X-Room-Member-Token")
        if token is None:
            raise NotAuthenticated
        now = clock.now()
        admission = previous_admission(token, now=now)
        if admission is None:
            raise InvalidToken
        return Response({"token": joining.renew(admission, room_id_from(room_id), now=now)})


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

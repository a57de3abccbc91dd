"""The room member token as a credential (rest-api.md 4.5, decisions.md 1)."""

from datetime import datetime, timedelta

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.authentication import AccessTokenAuthentication, ApiKeyAuthentication, SessionAuthentication, bearer
from accounts.models import User
from meet import clock
from meet.errors import InvalidToken
from meet.livekit import tokens
from rooms.access import RoomMember, find_member
from rooms.models import Admission, Badge, Room
from rooms.permissions import OLD_NAMES, Permission, from_object


class RoomMemberTokenAuthentication(BaseAuthentication):
    scheme = "RoomMemberToken"

    def authenticate(self, request: Request) -> tuple[RoomMember, str] | None:
        token = bearer(request, "X-Room-Member-Token")
        view = request.parser_context["view"]
        if token is None and getattr(view, "allow_query_tokens", False) and view.is_read:
            token = request.query_params.get("roomMemberToken")
        return (room_member(token, now=clock.now()), token) if token is not None else None


_LEEWAY = timedelta(seconds=10)

ANY_CREDENTIAL = (
    ApiKeyAuthentication,
    RoomMemberTokenAuthentication,
    AccessTokenAuthentication,
    SessionAuthentication,
)


def room_member(token: str, *, now: datetime) -> RoomMember:
    """Whom `token` stands for; `InvalidToken` unless everything about it still holds.

    Of a token that joins, LiveKit may have signed a copy with metadata that the participant wrote. So its rights come
    from the admission it was issued for; metadata counts only where there is none: in tokens that do not join and in
    those of an operator's own tools.
    """
    claims = tokens.verified(token, now=now)
    room = _room_of(claims)
    if claims.issued_at < room.roles_updated_at:
        raise InvalidToken
    admission = _admission(room, claims)
    if admission:
        found = RoomMember(
            room_id=room.room_id,
            permissions=admission.rights,
            badge=admission.rank,
            identity=admission.identity,
            member=admission.member,
            user=admission.user,
            admission=admission,
        )
    else:
        found = _from_metadata(room, claims)
    if found.member and claims.issued_at < found.member.permissions_updated_at:
        raise InvalidToken
    if found.user and (claims.issued_at < found.user.role_updated_at or not found.user.is_active):
        raise InvalidToken
    return found


def previous_admission(token: str, *, now: datetime) -> Admission | None:
    """The admission for which a join token was issued, also for a moment after its expiry; None for a token that does
    not join. Rights that were changed since are no reason to refuse it: it only says who is asking for the next one
    (rest-api.md 4.4)."""
    claims = tokens.verified(token, now=now, leeway=_LEEWAY)
    room = _room_of(claims)
    if claims.video is None or not claims.subject:
        return None
    admission = _admission(room, claims)
    if admission is None or (admission.user and not admission.user.is_active):
        raise InvalidToken
    return admission


def _room_of(claims: tokens.Claims) -> Room:
    room_id = claims.metadata.get("roomId")
    if claims.video is not None and claims.video.get("room") != room_id:
        raise InvalidToken
    room: Room | None = Room.objects.filter(room_id=str(room_id)).first()
    if room is None:
        raise InvalidToken
    return room


def _admission(room: Room, claims: tokens.Claims) -> Admission | None:
    """None for people whom we did not admit: an operator's tool did, by the metadata of the token."""
    if claims.video is None or not claims.subject:
        return None
    admission = (
        Admission.objects.filter(room=room, identity=claims.subject)
        .select_related("room", "member__user", "user")
        .order_by("-issued_at")
        .first()
    )
    if admission and admission.banned_at:
        raise InvalidToken
    return None if admission and admission.is_stranger else admission


def _from_metadata(room: Room, claims: tokens.Claims) -> RoomMember:
    metadata = claims.metadata
    try:
        badge = Badge(metadata["badge"])
        mask = _mask(metadata["permissions"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidToken from error
    member = user = None
    if metadata.get("memberId") is not None:
        member = find_member(room, str(metadata["memberId"]))
        if member is None:
            raise InvalidToken
    if metadata.get("userId") is not None:
        user = User.objects.filter(user_id=str(metadata["userId"])).first()
        if user is None:
            raise InvalidToken
    return RoomMember(room.room_id, mask, badge, claims.subject, member, user, None)


def _mask(granted: dict[str, object]) -> Permission:
    """All sixteen must be said, in either spelling."""
    named: dict[str, bool] = {}
    for name, value in granted.items():
        if not isinstance(value, bool):
            raise ValueError(name)
        group = OLD_NAMES.get(name)
        for permission in Permission:
            if name == permission.name or (group is not None and permission in group):
                named.setdefault(str(permission.name), value)
                if name == permission.name:
                    named[name] = value
    if len(named) != len(Permission):
        raise ValueError("permissions are missing")
    return from_object(named)

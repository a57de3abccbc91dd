"""What the recording endpoints share: ids, who asks, and which keys of a recording they want."""

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework.request import Request

from accounts.actor import Actor, Via
from accounts.authentication import UserIfAny
from accounts.models import Scope, User
from accounts.permissions import AnyRole, read_write
from meet import clock, ids
from meet.api.selection import Selection, selection
from meet.errors import InvalidRequest, Issue
from meet.limits import FAILED_SECRETS, client_of
from recordings import media_links
from recordings.access import WHOLE, recording_for, recording_visitor
from recordings.errors import WrongRecordingSecret
from recordings.models import Recording, RecordingQuerySet
from recordings.representation import FIELDS
from rooms.access import Caller, RoomMember
from rooms.api.endpoint import RoomEndpoint
from rooms.authentication import ANY_CREDENTIAL
from rooms.permissions import Permission

_PARTS = 3
MALFORMED = "recordingId does not follow the expected format"
_IN_PATH = "params.recordingId"


def recording_id_from(text: str, *, field: str = _IN_PATH) -> str:
    """`<roomId>--<EG_…>--<uid>`, with a clean room id; 422 for anything else."""
    clean = cleaned(text)
    if clean is None:
        raise InvalidRequest(Issue(field, MALFORMED))
    return clean


def cleaned(text: str) -> str | None:
    """None for what can be no recording's id."""
    room_id, *others = parts = text.strip().split("--")
    clean = ids.cleaned(room_id)
    if len(parts) != _PARTS or not clean or not others[1] or not others[0].startswith("EG_") or others[0] == "EG_":
        return None
    return "--".join([clean, *others])


def recording_selection(request: Request) -> Selection:
    return selection(request, base=FIELDS)


def caller_name(caller: Caller) -> str:
    """Who asks, in words for the log of a recording."""
    if isinstance(caller, RoomMember):
        return caller.admission.name if caller.admission else (caller.user.name if caller.user else "")
    if isinstance(caller, Actor) and caller.via is Via.API_KEY and caller.key:
        return f"API key «{caller.key.name}»"
    return caller.user.name


class RecordingEndpoint(RoomEndpoint):
    scopes = read_write(Scope.RECORDINGS_READ, Scope.RECORDINGS_WRITE)


class SharedEndpoint(RecordingEndpoint):
    """Reads that a link opens as well, in place of any other credential: by `?recordingSecret=`, of old `?secret=`, or
    where `signed_for` says for what, by our own `?s=`. Here, and only here, validation comes before who asks."""

    signed_for: media_links.Purpose | None = None
    recordings: ClassVar[RecordingQuerySet] = WHOLE
    recording_id: str

    def get_authenticators(self) -> list[Any]:
        accepted = (UserIfAny,) if self._has_link() else ANY_CREDENTIAL
        return [kind() for kind in accepted]

    def get_permissions(self) -> list[Any]:
        return [] if self._has_link() else [AnyRole()]

    def perform_authentication(self, request: Request) -> None:
        if self.is_read:
            self.recording_id = recording_id_from(self.kwargs["recording_id"])
            self.validate(request)
        super().perform_authentication(request)

    def validate(self, request: Request) -> None:
        """What else must be right about the request; raises `InvalidRequest`."""
        self._parameter("recordingSecret")
        self._parameter("secret")

    def recording(self, *, need: Permission) -> Recording:
        """For whoever has a link, or a credential that grants what they need."""
        if self.came_by_signature and self.signed_for:
            return media_links.opened(self._signature(), self.recording_id, self.signed_for, now=clock.now())
        secret = self._secret()
        if secret:
            return self._shared(secret)
        return recording_for(self.caller, self.recording_id, need=need, among=self.recordings)

    def _shared(self, secret: str) -> Recording:
        caller: object = self.request.user
        user: User | None = caller.user if isinstance(caller, Actor) else None
        client = client_of(self.request._request)
        FAILED_SECRETS.check(client)
        try:
            found = recording_visitor(self.recording_id, secret=secret, user=user, among=self.recordings)
        except WrongRecordingSecret:
            FAILED_SECRETS.hit(client)
            raise
        return found.recording

    @property
    def came_by_signature(self) -> bool:
        return bool(self._signature())

    def _has_link(self) -> bool:
        return self.is_read and bool(self._signature() or self._secret())

    def _secret(self) -> str:
        return self._first("recordingSecret") or self._first("secret")

    def _signature(self) -> str:
        return self._first("s") if self.signed_for else ""

    def _first(self, name: str) -> str:
        """Asked before the request is validated as well."""
        values: Sequence[str] = self.request.GET.getlist(name)
        return values[0] if values else ""

    def _parameter(self, name: str) -> None:
        if len(self.request.GET.getlist(name)) > 1:
            raise InvalidRequest(Issue(f"query.{name}", "Expected string, received array"))

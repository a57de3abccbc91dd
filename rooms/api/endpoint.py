"""What the room endpoints share: who asks, and which keys of a room they want."""

from django.conf import settings
from rest_framework.request import Request

from accounts.endpoint import UserEndpoint
from accounts.models import Scope
from accounts.permissions import read_write
from meet.api.selection import Selection, selection
from rooms.access import Caller, RoomMember
from rooms.representation import EXTRA_FIELDS, SELECTABLE_FIELDS


def room_selection(request: Request) -> Selection:
    return selection(request, base=SELECTABLE_FIELDS, extra=EXTRA_FIELDS)


def deprecation(chosen: Selection) -> dict[str, str]:
    return deprecated_names() if "roles" in chosen.extras else {}


def deprecated_names() -> dict[str, str]:
    """Permissions in both spellings carry the header that says so (rest-api.md 2.3)."""
    return {"Deprecation": "true"} if settings.MEET_MODE == "compatibility" else {}


class RoomEndpoint(UserEndpoint):
    scopes = read_write(Scope.ROOMS_READ, Scope.ROOMS_WRITE)

    @property
    def caller(self) -> Caller:
        """A user, an API key, or the holder of a room member token."""
        caller: object = self.request.user
        return caller if isinstance(caller, RoomMember) else self.actor

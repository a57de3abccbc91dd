"""Why a public page of recordings stays shut, in words (meeting-ui.md 1.16)."""

from django.utils.translation import gettext_lazy as _

from meet.errors import DomainError, Forbidden
from meet.pages import Explanation
from recordings.errors import NotStopped, RecordingNotFound, WrongRecordingSecret
from rooms.errors import LinkIsDisabled
from rooms.meeting_views import EXPLANATIONS
from rooms.models import AccessLink

_EXPLANATIONS: dict[type[DomainError], Explanation] = {
    **EXPLANATIONS,
    RecordingNotFound: Explanation(
        "invalid-recording",
        _("This recording does not exist"),
        _("The link may be incomplete, or the recording has been deleted. Ask whoever sent it to you."),
    ),
    WrongRecordingSecret: Explanation(
        "invalid-recording-secret",
        _("This link does not work"),
        _("It may be incomplete or replaced by a newer one. Ask whoever sent it to you."),
    ),
    NotStopped: Explanation(
        "internal-error", _("The recording is still going on"), _("It can be deleted when it has ended.")
    ),
}
_DISABLED = Explanation(
    "anonymous-recording-access-disabled",
    _("Recordings are not shared by link"),
    _("The owner of the room has switched these links off. Ask them to switch them on, or sign in."),
)
_FORBIDDEN_LIST = Explanation(
    "forbidden-room-recordings-access",
    _("You have no access to these recordings"),
    _("Ask the owner of the room to let you watch its recordings."),
)
_FORBIDDEN_RECORDING = Explanation(
    "forbidden-recording-access",
    _("You have no access to this recording"),
    _("Ask the owner of the room to let you watch its recordings, or whoever sent you the link for another one."),
)


def explanation_of(error: DomainError, *, is_list: bool) -> Explanation | None:
    """None where the page for its status says it well enough."""
    if isinstance(error, LinkIsDisabled) and error.role == AccessLink.Role.RECORDING:
        return _DISABLED
    if isinstance(error, Forbidden):
        return _FORBIDDEN_LIST if is_list else _FORBIDDEN_RECORDING
    return _EXPLANATIONS.get(type(error))

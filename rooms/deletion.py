"""What a deletion does, decided purely: rest-api.md 3.1 as a table."""

from dataclasses import dataclass
from http import HTTPStatus

from rooms.errors import DeletionConflict
from rooms.models import EndAction, MeetingPolicy, RecordingsPolicy, Room


@dataclass(frozen=True)
class Facts:
    has_meeting: bool
    has_recordings: bool


@dataclass(frozen=True)
class Policy:
    with_meeting: MeetingPolicy = MeetingPolicy.FAIL
    with_recordings: RecordingsPolicy = RecordingsPolicy.FAIL


@dataclass(frozen=True)
class Decision:
    """`action` happens now, or when the meeting ends if one is running; `ends_meeting` makes that now, too."""

    code: str
    message: str
    action: EndAction = EndAction.NONE
    status: HTTPStatus = HTTPStatus.OK
    ends_meeting: bool = False
    shows_room: bool = False

    def text(self, room_id: str) -> str:
        return f"Room '{room_id}' {self.message}"


def _conflict(code: str, message: str) -> Decision:
    return Decision(code, message, status=HTTPStatus.CONFLICT)


_CLOSE, _DELETE = EndAction.CLOSE, EndAction.DELETE
_END, _WAIT = MeetingPolicy.FORCE, MeetingPolicy.WHEN_MEETING_ENDS
_KEEP, _DROP, _REFUSE = RecordingsPolicy.CLOSE, RecordingsPolicy.FORCE, RecordingsPolicy.FAIL

_IDLE: dict[RecordingsPolicy, Decision] = {
    _REFUSE: _conflict("room_has_recordings", "cannot be deleted because it has recordings."),
    _DROP: Decision("room_and_recordings_deleted", "and its recordings deleted successfully", _DELETE),
    _KEEP: Decision(
        "room_closed", "has been closed instead of deleted because it has recordings", _CLOSE, shows_room=True
    ),
}
_LIVE: dict[MeetingPolicy, Decision] = {
    MeetingPolicy.FAIL: _conflict("room_has_active_meeting", "cannot be deleted because it has an active meeting."),
    _END: Decision(
        "room_with_active_meeting_deleted", "with active meeting deleted successfully", _DELETE, ends_meeting=True
    ),
    _WAIT: Decision(
        "room_with_active_meeting_scheduled_to_be_deleted",
        "with active meeting scheduled to be deleted when the meeting ends",
        _DELETE,
        HTTPStatus.ACCEPTED,
        shows_room=True,
    ),
}
_LIVE_WITH_RECORDINGS: dict[tuple[MeetingPolicy, RecordingsPolicy], Decision] = {
    (_END, _REFUSE): _conflict(
        "room_with_active_meeting_has_recordings",
        "with active meeting cannot be deleted because it has recordings.",
    ),
    (_END, _DROP): Decision(
        "room_with_active_meeting_and_recordings_deleted",
        "with active meeting and its recordings deleted successfully",
        _DELETE,
        ends_meeting=True,
    ),
    (_END, _KEEP): Decision(
        "room_with_active_meeting_closed",
        "with active meeting has been closed instead of deleted because it has recordings",
        _CLOSE,
        ends_meeting=True,
        shows_room=True,
    ),
    (_WAIT, _REFUSE): _conflict(
        "room_with_active_meeting_has_recordings_cannot_schedule_deletion",
        "with active meeting cannot be scheduled to be deleted because it has recordings.",
    ),
    (_WAIT, _DROP): Decision(
        "room_with_active_meeting_and_recordings_scheduled_to_be_deleted",
        "with active meeting and its recordings scheduled to be deleted when the meeting ends",
        _DELETE,
        HTTPStatus.ACCEPTED,
        shows_room=True,
    ),
    (_WAIT, _KEEP): Decision(
        "room_with_active_meeting_scheduled_to_be_closed",
        "with active meeting scheduled to be closed when the meeting ends because it has recordings",
        _CLOSE,
        HTTPStatus.ACCEPTED,
        shows_room=True,
    ),
}
_MEETING_FIRST = _conflict(
    "room_with_recordings_has_active_meeting",
    "with recordings cannot be deleted because it has an active meeting.",
)


def decide(facts: Facts, policy: Policy) -> Decision:
    """No I/O; the meeting's policy is looked at before that of the recordings."""
    if not facts.has_meeting and not facts.has_recordings:
        return Decision("room_deleted", "deleted successfully", _DELETE)
    if not facts.has_meeting:
        return _IDLE[policy.with_recordings]
    if not facts.has_recordings:
        return _LIVE[policy.with_meeting]
    if policy.with_meeting is MeetingPolicy.FAIL:
        return _MEETING_FIRST
    return _LIVE_WITH_RECORDINGS[policy.with_meeting, policy.with_recordings]


def facts_of(room: Room) -> Facts:
    return Facts(has_meeting=room.open_meeting() is not None, has_recordings=room.recordings.exists())


def decide_or_refuse(room: Room, policy: Policy) -> Decision:
    """The decision for `room` as it is; raises `DeletionConflict` for a refusal."""
    decision = decide(facts_of(room), policy)
    if decision.status is HTTPStatus.CONFLICT:
        raise DeletionConflict(decision.code, decision.text(room.room_id))
    return decision


def fate_after_meeting(room: Room) -> EndAction:
    """What happens to `room` now that its meeting is over. A deletion is decided again: recordings made since it was
    scheduled turn it into a closing unless their deletion was asked for as well (decisions.md 10)."""
    if room.on_meeting_end != EndAction.DELETE:
        return EndAction(room.on_meeting_end)
    has_recordings = room.recordings.exists()
    if has_recordings and room.on_meeting_end_recordings != RecordingsPolicy.FORCE:
        return EndAction.CLOSE
    return EndAction.DELETE

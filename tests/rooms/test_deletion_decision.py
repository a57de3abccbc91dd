"""The deletion table of rest-api.md 3.1, row by row."""

import pytest

from rooms.deletion import Decision, Facts, Policy, decide
from rooms.models import EndAction, MeetingPolicy, RecordingsPolicy

ANY_MEETING = list(MeetingPolicy)
ANY_RECORDINGS = list(RecordingsPolicy)
FORCE, WAIT, FAIL = MeetingPolicy.FORCE, MeetingPolicy.WHEN_MEETING_ENDS, MeetingPolicy.FAIL
DROP, KEEP, REFUSE = RecordingsPolicy.FORCE, RecordingsPolicy.CLOSE, RecordingsPolicy.FAIL

# meeting, recordings, withMeeting, withRecordings → status, code, action, ends the meeting, shows the room
TABLE = [
    (False, False, ANY_MEETING, ANY_RECORDINGS, 200, "room_deleted", "delete", False, False),
    (True, False, [FAIL], ANY_RECORDINGS, 409, "room_has_active_meeting", "none", False, False),
    (True, False, [FORCE], ANY_RECORDINGS, 200, "room_with_active_meeting_deleted", "delete", True, False),
    (True, False, [WAIT], ANY_RECORDINGS, 202, "room_with_active_meeting_scheduled_to_be_deleted", "delete", False, True),  # noqa: E501
    (False, True, ANY_MEETING, [REFUSE], 409, "room_has_recordings", "none", False, False),
    (False, True, ANY_MEETING, [DROP], 200, "room_and_recordings_deleted", "delete", False, False),
    (False, True, ANY_MEETING, [KEEP], 200, "room_closed", "close", False, True),
    (True, True, [FAIL], ANY_RECORDINGS, 409, "room_with_recordings_has_active_meeting", "none", False, False),
    (True, True, [FORCE], [REFUSE], 409, "room_with_active_meeting_has_recordings", "none", False, False),
    (True, True, [FORCE], [DROP], 200, "room_with_active_meeting_and_recordings_deleted", "delete", True, False),
    (True, True, [FORCE], [KEEP], 200, "room_with_active_meeting_closed", "close", True, True),
    (True, True, [WAIT], [REFUSE], 409, "room_with_active_meeting_has_recordings_cannot_schedule_deletion", "none", False, False),  # noqa: E501
    (True, True, [WAIT], [DROP], 202, "room_with_active_meeting_and_recordings_scheduled_to_be_deleted", "delete", False, True),  # noqa: E501
    (True, True, [WAIT], [KEEP], 202, "room_with_active_meeting_scheduled_to_be_closed", "close", False, True),
]  # fmt: skip
CASES = [
    (Facts(meeting, recordings), Policy(with_meeting, with_recordings), expected)
    for meeting, recordings, meetings, all_recordings, *expected in TABLE
    for with_meeting in meetings
    for with_recordings in all_recordings
]


def test_the_table_names_every_combination_once() -> None:
    assert len(CASES) == 2 * 2 * len(MeetingPolicy) * len(RecordingsPolicy)
    assert len({(facts, policy) for facts, policy, _ in CASES}) == len(CASES)


@pytest.mark.parametrize(("facts", "policy", "expected"), CASES)
def test_a_deletion_is_decided_as_the_contract_says(facts: Facts, policy: Policy, expected: list[object]) -> None:
    status, code, action, ends_meeting, shows_room = expected
    decision: Decision = decide(facts, policy)
    assert (decision.status, decision.code, decision.action) == (status, code, EndAction(str(action)))
    assert (decision.ends_meeting, decision.shows_room) == (ends_meeting, shows_room)


def test_conflicts_end_in_a_full_stop_and_successes_do_not() -> None:
    for facts, policy, _ in CASES:
        decision = decide(facts, policy)
        assert decision.text("r").endswith(".") == (decision.status == 409)

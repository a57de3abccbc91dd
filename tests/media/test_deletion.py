"""Every way to delete a room (rest-api.md 3.1, 3.2) with people who are really in its meeting, until that has ended.

All rooms live through it at the same time: one story, told once, and a test for each row of the contract's table."""

import asyncio
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests import servers
from tests.media.people import Person, joined

MEETING_POLICIES = ("force", "when_meeting_ends", "fail")
RECORDINGS_POLICIES = ("force", "close", "fail")
NAME = "To be deleted"
STAYS, CLOSES, GOES = "open", "closed", "gone"
# How long the contract gives a room to disappear after its meeting.
SOON = 15


@dataclass(frozen=True)
class Row:
    """One row of the table: what is answered, what becomes of the room, and whether its people are sent out."""

    status: int
    code: str
    message: str
    fate: str
    ends_meeting: bool = False
    action: str = "none"
    shows_room: bool = False


ACTIVE, WAITING = "with active meeting", "when the meeting ends"
INSTEAD = "instead of deleted because it has recordings"
ROWS = {
    "nothing": Row(200, "room_deleted", "deleted successfully", GOES),
    "meeting fail": Row(409, "room_has_active_meeting", "cannot be deleted because it has an active meeting.", STAYS),
    "meeting force": Row(
        200, "room_with_active_meeting_deleted", f"{ACTIVE} deleted successfully", GOES, True, "delete"
    ),
    "meeting when_meeting_ends": Row(
        202, "room_with_active_meeting_scheduled_to_be_deleted", f"{ACTIVE} scheduled to be deleted {WAITING}",
        GOES, action="delete", shows_room=True,
    ),
    "recordings fail": Row(409, "room_has_recordings", "cannot be deleted because it has recordings.", STAYS),
    "recordings force": Row(
        200, "room_and_recordings_deleted", "and its recordings deleted successfully", GOES
    ),
    "recordings close": Row(200, "room_closed", f"has been closed {INSTEAD}", CLOSES, shows_room=True),
    "both fail any": Row(
        409, "room_with_recordings_has_active_meeting",
        "with recordings cannot be deleted because it has an active meeting.", STAYS,
    ),
    "both force fail": Row(
        409, "room_with_active_meeting_has_recordings", f"{ACTIVE} cannot be deleted because it has recordings.", STAYS
    ),
    "both force force": Row(
        200, "room_with_active_meeting_and_recordings_deleted",
        f"{ACTIVE} and its recordings deleted successfully", GOES, True, "delete",
    ),
    "both force close": Row(
        200, "room_with_active_meeting_closed", f"{ACTIVE} has been closed {INSTEAD}", CLOSES, True, "close", True
    ),
    "both when_meeting_ends fail": Row(
        409, "room_with_active_meeting_has_recordings_cannot_schedule_deletion",
        f"{ACTIVE} cannot be scheduled to be deleted because it has recordings.", STAYS,
    ),
    "both when_meeting_ends force": Row(
        202, "room_with_active_meeting_and_recordings_scheduled_to_be_deleted",
        f"{ACTIVE} and its recordings scheduled to be deleted {WAITING}", GOES, action="delete", shows_room=True,
    ),
    "both when_meeting_ends close": Row(
        202, "room_with_active_meeting_scheduled_to_be_closed",
        f"{ACTIVE} scheduled to be closed {WAITING} because it has recordings", CLOSES, action="close", shows_room=True,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    has_meeting: bool
    has_recordings: bool
    with_meeting: str = "fail"
    with_recordings: str = "fail"

    @property
    def row(self) -> Row:
        if self.has_meeting and self.has_recordings:
            policy = "fail any" if self.with_meeting == "fail" else f"{self.with_meeting} {self.with_recordings}"
            return ROWS[f"both {policy}"]
        if self.has_meeting:
            return ROWS[f"meeting {self.with_meeting}"]
        return ROWS[f"recordings {self.with_recordings}" if self.has_recordings else "nothing"]

    @property
    def policy(self) -> str:
        return f"withMeeting={self.with_meeting}&withRecordings={self.with_recordings}"

    def __str__(self) -> str:
        there = [name for name in ("meeting", "recordings") if getattr(self, f"has_{name}")]
        return f"{'+'.join(there) or 'nothing'}, {self.policy}"


@dataclass
class Told:
    """A room of the story, and what came of it."""

    case: Case
    room_id: str
    link: str
    person: Person | None = None
    answer: httpx.Response | None = None
    was_sent_out: bool = False
    after_answer: dict[str, Any] | None = None
    at_the_end: dict[str, Any] | None = None
    recordings: int = 0


@dataclass
class Story:
    told: list[Told]
    bulk: dict[str, list[Told]]
    bulk_answers: dict[str, httpx.Response] = field(default_factory=dict)

    @property
    def all(self) -> list[Told]:
        return [*self.told, *itertools.chain(*self.bulk.values())]


FLAGS = (False, True)
CASES = [Case(*one) for one in itertools.product(FLAGS, FLAGS, MEETING_POLICIES, RECORDINGS_POLICIES)]
# Two deletions of many: one that refuses most of them, and one that takes them all.
BULK = {
    policy: [Case(meeting, recordings, *policy.split()) for meeting, recordings in itertools.product(FLAGS, FLAGS)]
    for policy in ("fail fail", "when_meeting_ends close")
}
UNKNOWN = "nobody-made-this-room"


@pytest.fixture(scope="module")
def story(installation: servers.Installation, program: httpx.Client) -> Iterator[Story]:
    with ThreadPoolExecutor(8) as threads:

        def prepared(cases: Sequence[Case]) -> list[Told]:
            return list(threads.map(lambda case: _room(program, case), cases))

        rooms = Story(prepared(CASES), {policy: prepared(cases) for policy, cases in BULK.items()})
        _record(installation, [one.room_id for one in rooms.all if one.case.has_recordings])
        asyncio.run(_live_through(rooms, program, threads))
    left = _recordings(installation)
    for one in rooms.all:
        one.recordings = left.get(one.room_id, 0)
    yield rooms
    for one in rooms.all:
        program.delete(f"/api/v1/rooms/{one.room_id}?withMeeting=force&withRecordings=force")


def _room(program: httpx.Client, case: Case) -> Told:
    created = program.post("/api/v1/rooms", json={"roomName": NAME}).json()
    return Told(case, created["roomId"], created["speakerUrl"])


def _token(program: httpx.Client, one: Told) -> str:
    body = {"secret": one.link.partition("secret=")[2], "joinMeeting": True, "participantName": "Ana"}
    token: str = program.post(f"/internal-api/v1/rooms/{one.room_id}/members/token", json=body).json()["token"]
    return token


async def _live_through(story: Story, program: httpx.Client, threads: ThreadPoolExecutor) -> None:
    loop = asyncio.get_running_loop()

    async def at_once(job: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
        return list(await asyncio.gather(*(loop.run_in_executor(threads, job, thing) for thing in things)))

    async with AsyncExitStack() as people:
        live = [one for one in story.all if one.case.has_meeting]
        tokens = await at_once(lambda one: _token(program, one), live)
        # Of twenty who come in the same instant LiveKit drops the signals of some («channel is full»). It does not hear
        # them leave then, and believes in them for as long as it takes for a lost connection.
        door = asyncio.Semaphore(4)

        async def enter(token: str) -> Person:
            async with door:
                return await people.enter_async_context(joined(token, publishes=False))

        for one, person in zip(live, await asyncio.gather(*map(enter, tokens)), strict=True):
            one.person = person
        await _until(lambda: _are_active(program, live), "all meetings run")
        for one, answer in zip(story.told, await at_once(lambda one: _delete(program, one), story.told), strict=True):
            one.answer = answer
        for policy, rooms in story.bulk.items():
            story.bulk_answers[policy] = await asyncio.to_thread(_delete_all, program, policy, rooms)
        now = await asyncio.to_thread(_rooms, program)
        for one in story.all:
            one.after_answer = now.get(one.room_id)
        forced = [one for one in live if one.case.row.ends_meeting]
        await _until(lambda: all(one.person and one.person.ended.is_set() for one in forced), "people are sent out")
        for one in live:
            one.was_sent_out = bool(one.person and one.person.ended.is_set())
    await _until(lambda: _are_over(program, story), "every room has met its fate")


async def _until(holds: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(servers.wait_until, holds, seconds=SOON, what=what)


def _rooms(program: httpx.Client) -> dict[str, dict[str, Any]]:
    answer = program.get(f"/api/v1/rooms?roomName={NAME}&maxItems=100").json()
    assert not answer["pagination"]["isTruncated"]
    return {room["roomId"]: room for room in answer["rooms"]}


def _are_active(program: httpx.Client, live: Sequence[Told]) -> bool:
    rooms = _rooms(program)
    return all(rooms[one.room_id]["status"] == "active_meeting" for one in live)


def _are_over(program: httpx.Client, story: Story) -> bool:
    """Notes where the rooms are; whether none is on its way any more."""
    rooms = _rooms(program)
    for one in story.all:
        one.at_the_end = rooms.get(one.room_id)
    return all(room["status"] != "active_meeting" for room in rooms.values())


def _delete(program: httpx.Client, one: Told) -> httpx.Response:
    return program.delete(f"/api/v1/rooms/{one.room_id}?{one.case.policy}")


def _delete_all(program: httpx.Client, policy: str, rooms: Sequence[Told]) -> httpx.Response:
    ids = [one.room_id for one in rooms] + ([UNKNOWN] if policy == "fail fail" else [])
    return program.delete(f"/api/v1/rooms?roomIds={','.join(ids)}&{rooms[0].case.policy}")


# -- Rows that no program can make -----------------------------------------------------------------------------------

_MAKE = """
from rooms.models import Room
from tests.factories import make_recording
for room in Room.objects.filter(room_id__in={ids!r}):
    make_recording(room)
"""
_COUNT = """
import json
from collections import Counter
from recordings.models import Recording
print(json.dumps(Counter(Recording.objects.values_list("room__room_id", flat=True))))
"""


def _record(installation: servers.Installation, ids: list[str]) -> None:
    _inside(installation, _MAKE.format(ids=ids))


def _recordings(installation: servers.Installation) -> dict[str, int]:
    counts: dict[str, int] = json.loads(_inside(installation, _COUNT))
    return counts


def _inside(installation: servers.Installation, code: str) -> str:
    """Runs `code` on the installation's database."""
    foreign = dict.fromkeys(("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "DATABASE_URL", "REDIS_URL"), "")
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code]
    env = {**os.environ, **foreign, **installation.env, "LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, env=env, cwd=servers.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- The table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", range(len(CASES)), ids=[str(case) for case in CASES])
def test_a_room_is_deleted_as_the_table_says(story: Story, index: int) -> None:
    one = story.told[index]
    row, answer = one.case.row, one.answer
    assert answer is not None
    message = f"Room '{one.room_id}' {row.message}"
    assert answer.status_code == row.status
    if row.status == 409:
        assert answer.json() == {"error": row.code, "message": message}
    else:
        _check_success(answer.json(), one, ["successCode", "message"])
    _check_fate(one)


def _check_success(entry: dict[str, Any], one: Told, keys: list[str]) -> None:
    """An answer, or one of many: its keys, what it says, and the room in it."""
    row = one.case.row
    assert list(entry) == keys + (["room"] if row.shows_room else [])
    assert (entry["successCode"], entry["message"]) == (row.code, f"Room '{one.room_id}' {row.message}")
    if row.shows_room:
        status = "active_meeting" if one.case.has_meeting else "closed"
        seen = entry["room"]
        assert (seen["roomId"], seen["status"], seen["meetingEndAction"]) == (one.room_id, status, row.action)


def _check_fate(one: Told) -> None:
    row = one.case.row
    assert one.was_sent_out is row.ends_meeting
    if one.case.has_meeting and not row.ends_meeting:
        assert one.after_answer is not None, "a meeting that goes on keeps its room"
        assert (one.after_answer["status"], one.after_answer["meetingEndAction"]) == ("active_meeting", row.action)
    if row.fate == GOES:
        assert one.at_the_end is None
        assert one.recordings == 0
    else:
        assert one.at_the_end is not None
        assert (one.at_the_end["status"], one.at_the_end["meetingEndAction"]) == (row.fate, "none")
        assert one.recordings == int(one.case.has_recordings)


def test_the_story_has_every_combination() -> None:
    assert len(set(CASES)) == 36
    assert {case.row.code for case in CASES} == {row.code for row in ROWS.values()}


def test_of_many_rooms_those_that_can_go_do_and_the_others_say_why_not(story: Story) -> None:
    rooms, answer = story.bulk["fail fail"], story.bulk_answers["fail fail"]
    assert answer.status_code == 400
    body = answer.json()
    assert list(body) == ["message", "deleted", "failed"]
    refused = [one for one in rooms if one.case.row.status == 409]
    assert body["message"] == f"{len(refused) + 1} room(s) failed to process while deleting"
    _check_entries(body["deleted"], [one for one in rooms if one.case.row.status != 409])
    assert body["failed"] == [
        *(
            {
                "roomId": one.room_id,
                "error": one.case.row.code,
                "message": f"Room '{one.room_id}' {one.case.row.message}",
            }
            for one in refused
        ),
        {"roomId": UNKNOWN, "error": "Room Error", "message": f"Room '{UNKNOWN}' does not exist"},
    ]
    for one in rooms:
        _check_fate(one)


def test_many_rooms_are_deleted_closed_and_scheduled_in_one_go(story: Story) -> None:
    """200 although some of them only wait for the end of their meeting."""
    rooms, answer = story.bulk["when_meeting_ends close"], story.bulk_answers["when_meeting_ends close"]
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["message", "deleted", "failed"]
    assert body["message"] == "All rooms successfully processed for deletion"
    assert body["failed"] == []
    _check_entries(body["deleted"], rooms)
    for one in rooms:
        _check_fate(one)


def _check_entries(entries: list[dict[str, Any]], rooms: list[Told]) -> None:
    by_id = {entry["roomId"]: entry for entry in entries}
    assert len(by_id) == len(entries) == len(rooms)
    for one in rooms:
        _check_success(by_id[one.room_id], one, ["roomId", "successCode", "message"])

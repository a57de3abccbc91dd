"""Who may do what with the recordings of a room, by how the room is set up: one table (rest-api.md 4.6, 5.7, 8.2, 9.3).

A row is a way to set up a room, a column a caller, a cell the letters of what they may do:

    s start   x stop   l list   g get   p play   d download   u url   z zip   D delete   B delete in bulk

Users start and stop nothing, whatever they may (401): that is done in the meeting, with its tokens. Whoever lists
nothing gets an empty list, whoever has nothing to zip or to delete is told so (400); all else is 403.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import Role, User
from meet import clock
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, MeetingRole, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_member, make_recording, make_room, make_user
from tests.recordings.doors import RECORDINGS, Stored, body_of, holder, path_of, recorder, stored

__all__ = ["recorder", "stored"]

NOTHING = Permission(0)


@dataclass(frozen=True)
class Setting:
    """`access` is the option of the 2025 dialect, `speaker` what the room's speakers may, `custom` what the invited
    speaker may, whatever the others may."""

    access: str = ""
    speaker: Permission | None = None
    custom: Permission | None = None
    user_access: bool = False
    is_closed: bool = False
    is_recorded: bool = True


ALLOW_SPEAKERS = Setting(access="admin_moderator_speaker")
OPEN_TO_ALL = Setting(user_access=True)

CALLERS = (
    "nobody", "key", "admin", "owner", "moderator", "speaker", "stranger", "manager", "moderator token",
    "speaker token", "token of another room",
)  # fmt: skip

SEE = "lgpduz"
RULE = "lgpduzDB"
ALSO_RECORD = "sxlgpduzDB"
# nobody, key, admin, owner: the same in every room.
ABOVE = ("", ALSO_RECORD, RULE, RULE)
# What a token does in another room than its own: it lists its own.
ELSEWHERE = "l"

# room → moderator, speaker, stranger, manager without a role in the room, moderator's token, speaker's token
TABLE: dict[str, tuple[Setting, tuple[str, ...]]] = {
    "as it is made": (Setting(), (RULE, SEE, "", "", ALSO_RECORD, SEE)),
    "only admin": (Setting(access="admin"), ("", "", "", "", "sx", "")),
    "admin and moderators": (Setting(access="admin_moderator"), (RULE, "", "", "", ALSO_RECORD, "")),
    "admin, moderators and speakers": (ALLOW_SPEAKERS, (RULE, SEE, "", "", ALSO_RECORD, SEE)),
    "open to all users": (OPEN_TO_ALL, (RULE, SEE, SEE, SEE, ALSO_RECORD, SEE)),
    "open to all users, only admin": (Setting("admin", user_access=True), ("", "", "", "", "sx", "")),
    "open to all users, admin and moderators": (
        Setting("admin_moderator", user_access=True),
        (RULE, "", "", "", ALSO_RECORD, ""),
    ),
    "open to all users, speakers delete": (
        Setting(speaker=SPEAKER_DEFAULT | Permission.recordingDelete, user_access=True),
        (RULE, RULE, RULE, RULE, ALSO_RECORD, RULE),
    ),
    "open to all users but a member": (
        Setting(custom=NOTHING, user_access=True),
        (RULE, "", SEE, SEE, ALSO_RECORD, SEE),
    ),
    "speakers list": (Setting(speaker=Permission.recordingList), (RULE, "l", "", "", ALSO_RECORD, "l")),
    "speakers play": (Setting(speaker=Permission.recordingPlay), (RULE, "gpu", "", "", ALSO_RECORD, "gpu")),
    "speakers download": (Setting(speaker=Permission.recordingDownload), (RULE, "dz", "", "", ALSO_RECORD, "dz")),
    "speakers delete": (Setting(speaker=Permission.recordingDelete), (RULE, "DB", "", "", ALSO_RECORD, "DB")),
    "speakers record": (Setting(speaker=Permission.recordingControl), (RULE, "", "", "", ALSO_RECORD, "sx")),
    "a member may do all": (Setting(custom=ALL), (RULE, RULE, "", "", ALSO_RECORD, SEE)),
    "a member plays": (Setting(custom=Permission.recordingPlay), (RULE, "gpu", "", "", ALSO_RECORD, SEE)),
    "closed": (Setting(is_closed=True), (RULE, SEE, "", "", ALSO_RECORD, SEE)),
    "not recorded any more": (Setting(is_recorded=False), (RULE, SEE, "", "", ALSO_RECORD, SEE)),
}
CASES = [
    pytest.param(setting, caller, allowed, id=f"{name}: {caller}")
    for name, (setting, cells) in TABLE.items()
    for caller, allowed in zip(CALLERS, (*ABOVE, *cells, ELSEWHERE), strict=True)
]

SUCCESS = {"s": 201, "x": 202}
IN_MEETINGS = "sx"
PER_ITEM = "zB"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 130


@pytest.mark.usefixtures("recorder")
@pytest.mark.parametrize(("setting", "caller", "allowed"), CASES)
def test_each_caller_may_do_what_the_table_says(
    program: Callable[[str, Setting], Api], room: Room, stored: Stored, setting: Setting, caller: str, allowed: str
) -> None:
    set_up(room, setting)
    client = program(caller, setting)
    done = stored(make_recording(room))
    answers = {action: do(client, action, done) for action in "lgpduzsxBD"}
    found = {action: answer.status_code for action, answer in answers.items()}
    for answer in answers.values():
        body_of(answer)
    assert found == {action: expected(action, caller, setting, allowed) for action in found}
    if found["l"] == 200:
        shown = [one["recordingId"] for one in answers["l"].json()["recordings"]]
        assert shown == ([done.recording_id] if "l" in allowed and caller != CALLERS[-1] else [])
    assert Recording.objects.filter(pk=done.pk).exists() is ("D" not in allowed)


def do(client: Api, action: str, done: Recording) -> Any:
    in_query = f"recordingIds={done.recording_id}"
    if action == "s":
        return client.post(RECORDINGS, {"roomId": done.room.room_id})
    if action == "x":
        return client.post(path_of(running(done.room), "stop"))
    if action == "B":
        another = make_recording(done.room)
        return client.delete(f"{RECORDINGS}?recordingIds={another.recording_id}")
    if action == "D":
        return client.delete(path_of(done))
    reads = {
        "l": RECORDINGS,
        "g": path_of(done),
        "p": path_of(done, "media"),
        "d": path_of(done, "download"),
        "u": path_of(done, "url?privateAccess=true"),
        "z": f"{RECORDINGS}/download?{in_query}",
    }
    return client.get(reads[action])


def running(room: Room) -> Recording:
    """The one that the caller has started, if they could."""
    found: Recording | None = room.recordings.filter(released_at=None).first()
    return found or make_recording(room, status=RecordingStatus.ACTIVE)


def expected(action: str, caller: str, setting: Setting, allowed: str) -> int:
    is_user = caller != "key" and "token" not in caller
    if caller == "nobody" or (action in IN_MEETINGS and is_user):
        return 401
    if action == "s" and not setting.is_recorded:
        return 403
    if action in allowed:
        return SUCCESS.get(action, 200)
    if action == "l" and is_user:
        return 200
    return 400 if action in PER_ITEM else 403


def set_up(room: Room, setting: Setting) -> None:
    room.user_access = setting.user_access
    room.closed_at = clock.now() if setting.is_closed else None
    room.config["recording"]["enabled"] = setting.is_recorded
    if setting.speaker is not None:
        room.speaker_permissions = int(setting.speaker)
    room.save()


@pytest.fixture
def program(room: Room, admin: User, olga: User, api: Api, as_user: AsUser) -> Callable[[str, Setting], Api]:
    """`program("owner", setting)`: with the credential of that column."""

    def member(role: MeetingRole, custom: Permission | None) -> Api:
        user = make_user(role)
        make_member(room, user, permissions=room.role_permissions(role) if custom is None else custom)
        return as_user(user)

    makers: dict[str, Callable[[Setting], Api]] = {
        "nobody": lambda _: Api({}),
        "key": lambda _: api,
        "admin": lambda _: as_user(admin),
        "owner": lambda _: as_user(olga),
        "moderator": lambda _: member(MeetingRole.MODERATOR, None),
        "speaker": lambda setting: member(MeetingRole.SPEAKER, setting.custom),
        "stranger": lambda _: as_user(make_user("stranger")),
        "manager": lambda _: as_user(make_user("manager", role=Role.ROOM_MANAGER)),
        "moderator token": lambda _: holder(room, room.role_permissions(MeetingRole.MODERATOR)),
        "speaker token": lambda _: holder(room, room.role_permissions(MeetingRole.SPEAKER)),
        "token of another room": lambda _: holder(make_room(olga, "Another room"), ALL),
    }

    def make(caller: str, setting: Setting) -> Api:
        if setting.access:
            config = {"recording": {"enabled": True, "allowAccessTo": setting.access}}
            answer = as_user(olga).put(f"/api/v1/rooms/{room.room_id}/config", {"config": config})
            assert answer.status_code == 200, answer.content
            room.refresh_from_db()
        return makers[caller](setting)

    return make

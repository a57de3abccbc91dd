"""Rows for tests that need something to be there already; each with what a test rarely cares about filled in."""

from datetime import datetime
from typing import Any

from accounts.models import Role, User
from meet import clock, ids
from recordings.models import Recording, RecordingStatus
from rooms import lifecycle
from rooms.lifecycle import NewRoom
from rooms.models import AccessLink, Admission, Badge, Meeting, Member, Participation, Room
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT, MeetingRole, Permission

PASSWORD = "a password for tests"


def make_user(
    user_id: str, *, name: str = "", role: Role = Role.ROOM_MEMBER, must_change_password: bool = False
) -> User:
    return User.objects.create_user(
        user_id=user_id,
        name=name or user_id.capitalize(),
        role=role,
        password=PASSWORD,
        must_change_password=must_change_password,
    )


def make_room(owner: User, name: str = "Weekly stand-up", *, now: datetime | None = None, **more: Any) -> Room:
    """`more` are columns to set afterwards, past every rule."""
    room = lifecycle.create(NewRoom(name=name), owner=owner, now=now or clock.now())
    if more:
        for column, value in more.items():
            setattr(room, column, value)
        room.save(update_fields=list(more))
    return room


def secret_of(room: Room, role: str = "speaker") -> str:
    return AccessLink.objects.get(room=room, role=role, is_contract=True).secret


def make_member(
    room: Room,
    user: User,
    *,
    role: MeetingRole = MeetingRole.SPEAKER,
    permissions: Permission | None = None,
    now: datetime | None = None,
) -> Member:
    default = MODERATOR_DEFAULT if role is MeetingRole.MODERATOR else SPEAKER_DEFAULT
    moment = now or clock.now()
    return Member.objects.create(
        room=room,
        user=user,
        name=user.name,
        base_role=role,
        effective_permissions=int(default if permissions is None else permissions),
        created_at=moment,
        permissions_updated_at=moment,
    )


def make_guest(room: Room, name: str = "Gwen", *, permissions: Permission = SPEAKER_DEFAULT) -> Member:
    now = clock.now()
    return Member.objects.create(
        room=room,
        guest_id=f"guest-{ids.hex_secret()}",
        public_id=f"guest-{ids.hex_secret()}",
        name=name,
        base_role=MeetingRole.SPEAKER,
        effective_permissions=int(permissions),
        created_at=now,
        permissions_updated_at=now,
    )


def make_meeting(room: Room, *, sid: str = "RM_first", started_at: datetime | None = None, **more: Any) -> Meeting:
    number = room.meetings.count() + 1
    meeting = Meeting.objects.create(
        room=room, number=number, livekit_sid=sid, started_at=started_at or clock.now(), **more
    )
    room.has_open_meeting = meeting.ended_at is None
    return meeting


def make_admission(room: Room, identity: str = "ann-000000000000001", name: str = "Ann", **more: Any) -> Admission:
    now = clock.now()
    columns: dict[str, Any] = {
        "base_permissions": int(SPEAKER_DEFAULT),
        "permissions": int(SPEAKER_DEFAULT),
        "badge": Badge.OTHER,
        "issued_at": now,
        "expires_at": now + clock.MILLISECOND * 12 * 3_600_000,
        **more,
    }
    return Admission.objects.create(room=room, identity=identity, name=name, **columns)


def make_participation(admission: Admission, meeting: Meeting, *, sid: str = "PA_ann", **more: Any) -> Participation:
    columns: dict[str, Any] = {"joined_at": clock.now(), **more}
    return Participation.objects.create(admission=admission, meeting=meeting, sid=sid, **columns)


def make_recording(room: Room, *, status: RecordingStatus = RecordingStatus.COMPLETE, **more: Any) -> Recording:
    uid = ids.base36(10)
    now = clock.now()
    columns: dict[str, Any] = {
        "recording_id": f"{room.room_id}--EG_{uid}--{uid}",
        "egress_id": f"EG_{uid}",
        "room_name": room.name,
        "created_at": now,
        "started_at": now,
        "released_at": now if status.is_final else None,
        "deadline_at": None if status.is_final else now,
        **more,
    }
    recording: Recording = Recording.objects.create(
        uid=uid,
        room=room,
        status=status,
        backend=Recording.Backend.BROWSER,
        key=f"recordings/{room.room_id}/{room.room_id}--{uid}.mp4",
        layout="grid",
        encoding="H264_720P_30",
        public_secret=ids.hex_secret(),
        private_secret=ids.hex_secret(),
        **columns,
    )
    return recording

"""Loading is authorising: the only ways to get a recording. Its room decides who may (rest-api.md 4.6, 4.7, 5.7)."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import Role, User
from meet.errors import DomainError, Forbidden, NotAuthenticated
from recordings.errors import RecordingNotFound, WrongRecordingSecret
from recordings.models import Recording, RecordingQuerySet
from recordings.share_links import Share, expect_public, share_of
from recordings.starting import expect_enabled
from rooms.access import Caller, Need, RoomMember, permissions_in, permissions_of, room_for
from rooms.models import Member, Room
from rooms.permissions import NONE, Permission

_NULL = "\0"

WHOLE: RecordingQuerySet = Recording.objects.visible().select_related("room")
# What says who may have the file, and where it is. A player asks for it again and again.
FOR_FILE: RecordingQuerySet = WHOLE.only(
    "recording_id", "status", "key", "public_secret", "private_secret",
    "room__room_id", "room__owner", "room__user_access", "room__speaker_permissions", "room__roles_updated_at",
)  # fmt: skip


def recording_for(
    caller: Caller, recording_id: str, *, need: Permission, among: RecordingQuerySet = WHOLE
) -> Recording:
    """The recording, if `caller` may do with it what it needs; 404 if there is none, 403 if it is not for them."""
    recording = find(recording_id, among=among)
    if need not in permissions_of(caller, recording.room):
        raise Forbidden
    return recording


def recordings_for(
    caller: Caller, recording_ids: Collection[str], *, need: Permission
) -> tuple[dict[str, Recording], dict[str, DomainError]]:
    """`recording_for` many at once: by id those that `caller` may have, and why the others are out of reach."""
    wanted = [recording_id for recording_id in recording_ids if _NULL not in recording_id]
    found = {str(recording.recording_id): recording for recording in WHOLE.filter(recording_id__in=wanted)}
    masks = permissions_for_list(caller, found.values())
    allowed: dict[str, Recording] = {}
    refusals: dict[str, DomainError] = {}
    for recording_id in recording_ids:
        recording = found.get(recording_id)
        if recording is None:
            refusals[recording_id] = RecordingNotFound(recording_id)
        elif need not in masks[recording.pk]:
            refusals[recording_id] = Forbidden()
        else:
            allowed[recording_id] = recording
    return allowed, refusals


def find(recording_id: str, *, among: RecordingQuerySet = WHOLE) -> Recording:
    """Raises `RecordingNotFound`."""
    if _NULL in recording_id:
        raise RecordingNotFound(recording_id)
    try:
        return among.get(recording_id=recording_id)
    except Recording.DoesNotExist as error:
        raise RecordingNotFound(recording_id) from error


def room_to_record(caller: Caller, room_id: str) -> Room:
    """A room whose recording is switched off refuses everybody alike, before it is asked who may record it."""
    room = room_for(caller, room_id, need=Need.SEE)
    expect_enabled(room)
    if Permission.recordingControl not in permissions_of(caller, room):
        raise Forbidden
    return room


# -- Lists -----------------------------------------------------------------------------------------------------------


def visible_recordings(caller: Caller) -> list[RecordingQuerySet]:
    """The recordings that `caller` may see in lists, as scopes that overlap: each is one index range, their OR is not
    (decisions.md 13). Raises `Forbidden` for holders of a token that lists none."""
    recordings: RecordingQuerySet = Recording.objects.visible()
    if isinstance(caller, RoomMember):
        if Permission.recordingList not in caller.permissions:
            raise Forbidden
        return [recordings.filter(room__in=Room.objects.filter(room_id=caller.room_id))]
    user = caller.user
    if user.is_admin:
        return [recordings]
    scopes = [_as_member(recordings, user), _as_any_user(recordings, user)]
    if user.role == Role.ROOM_MANAGER:
        # By a query of their own: an index of those that are not deleted answers it alone.
        scopes.append(recordings.filter(room__in=Room.objects.filter(owner=user)))
    return scopes


def _as_member(recordings: RecordingQuerySet, user: User) -> RecordingQuerySet:
    may_list = Member.objects.filter(user=user, effective_permissions__has_any=Permission.recordingList)
    return recordings.filter(room__in=may_list.values("room"))


def _as_any_user(recordings: RecordingQuerySet, user: User) -> RecordingQuerySet:
    """Of rooms open to everybody with an account, who have a speaker's rights there; members have their own."""
    is_member = Exists(Member.objects.filter(user=user, room=OuterRef("room")))
    return recordings.filter(
        ~is_member, room__user_access=True, room__speaker_permissions__has_any=Permission.recordingList
    )


def permissions_for_list(caller: Caller, recordings: Collection[Recording]) -> dict[int, Permission]:
    """What `caller` may do with each of `recordings`, by primary key, in one query; their rooms are read already."""
    if isinstance(caller, RoomMember):
        return {one.pk: caller.permissions if one.room.room_id == caller.room_id else NONE for one in recordings}
    masks = permissions_in(caller, list({one.room_id: one.room for one in recordings}.values()))
    return {one.pk: masks[one.room_id] for one in recordings}


# -- Share links -----------------------------------------------------------------------------------------------------

# What either link of a recording opens.
SHARED = Permission.recordingPlay | Permission.recordingDownload


@dataclass(frozen=True)
class RecordingVisitor:
    """Whoever came by one of the two links of a recording; behind the private one there is an account."""

    recording: Recording
    share: Share
    user: User | None
    permissions: Permission = SHARED


def recording_visitor(
    recording_id: str, *, secret: str, user: User | None, among: RecordingQuerySet = WHOLE
) -> RecordingVisitor:
    """404 unknown recording, 400 wrong secret, 403 public link switched off, 401 private link without an account."""
    recording = find(recording_id, among=among)
    share = share_of(recording, secret)
    if share is None:
        raise WrongRecordingSecret(recording_id)
    if share is Share.PUBLIC:
        expect_public(recording.room)
    elif user is None:
        raise NotAuthenticated
    return RecordingVisitor(recording, share, user)

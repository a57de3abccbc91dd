"""The life of a room: made, open, in a meeting, closed. Both doors and LiveKit's events end up here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import User
from meet import ids
from meet.links import base_in_background
from meet.livekit import gateway
from meet.names import tidy
from meet.webhooks.outbox import emit
from rooms import deletion
from rooms.errors import ExternalIdTaken, RoomNotFound
from rooms.models import (
    AccessLink,
    Admission,
    CaptionListener,
    EndAction,
    Meeting,
    MeetingPolicy,
    Participation,
    RecordingsPolicy,
    Room,
    RoomStatus,
    default_config,
)
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT, Permission
from rooms.representation import event_data

log = structlog.get_logger(__name__)

DEFAULT_NAME = "Room"
# A run is begun by the first to join, whose admission is that much older: made before LiveKit was asked for the run.
_FIRST_STEP = timedelta(seconds=6)
_SHORTEST_LEAD = timedelta(hours=1)


@dataclass(frozen=True)
class Expiry:
    """When a room deletes itself, and how."""

    at: datetime
    with_meeting: MeetingPolicy = MeetingPolicy.WHEN_MEETING_ENDS
    with_recordings: RecordingsPolicy = RecordingsPolicy.CLOSE


def earliest_expiry(*, now: datetime) -> datetime:
    """Nobody who makes a room is surprised by its end while they still share the link."""
    return now + _SHORTEST_LEAD


@dataclass(frozen=True)
class NewRoom:
    """What the maker of a room may choose; `config` holds changes to the default configuration, block by block."""

    name: str = ""
    expiry: Expiry | None = None
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    moderator_permissions: Permission = MODERATOR_DEFAULT
    speaker_permissions: Permission = SPEAKER_DEFAULT
    user_access: bool = False
    disabled_links: frozenset[str] = frozenset()
    external_id: str | None = None
    auto_recording: bool = False
    recording_retention_days: int | None = None


def create(wish: NewRoom, *, owner: User, now: datetime) -> Room:
    """The room with its three links; raises `ExternalIdTaken`."""
    try:
        with transaction.atomic():
            room = _insert(wish, owner=owner, now=now)
    except IntegrityError as error:
        if wish.external_id and Room.objects.filter(owner=owner, external_id=wish.external_id).exists():
            raise ExternalIdTaken(wish.external_id, owner.user_id) from error
        raise
    room.has_open_meeting = False
    return room


def _insert(wish: NewRoom, *, owner: User, now: datetime) -> Room:
    name = tidy(wish.name) or DEFAULT_NAME
    room = Room(
        room_id=ids.prefixed(name, fallback="room"),
        name=name,
        owner=owner,
        external_id=wish.external_id,
        auto_recording=wish.auto_recording,
        recording_retention_days=wish.recording_retention_days,
        created_at=now,
        roles_updated_at=now,
        config=merged_config(default_config(), wish.config),
        moderator_permissions=int(wish.moderator_permissions),
        speaker_permissions=int(wish.speaker_permissions),
        user_access=wish.user_access,
    )
    if wish.expiry:
        room.expires_at = wish.expiry.at
        room.expiry_with_meeting = wish.expiry.with_meeting
        room.expiry_with_recordings = wish.expiry.with_recordings
    room.save(force_insert=True)
    AccessLink.objects.bulk_create(
        AccessLink(
            room=room,
            role=role,
            secret=ids.hex_secret(),
            enabled=role not in wish.disabled_links,
            is_contract=True,
            created_at=now,
        )
        for role in AccessLink.Role
    )
    return room


def merged_config(config: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """`config` with each block of `changes` laid over its own; an encrypted room cannot be recorded."""
    merged = {block: {**values, **changes.get(block, {})} for block, values in config.items()}
    if merged["e2ee"]["enabled"]:
        merged["recording"]["enabled"] = False
    return merged


# -- Meetings --------------------------------------------------------------------------------------------------------


def locked(room_id: str) -> Room | None:
    """The room, deleted or not, held until the transaction ends. None if it is not ours."""
    return Room.with_deleted.select_for_update(no_key=True).filter(room_id=room_id).first()


def meeting_started(room: Room, *, sid: str, now: datetime, began: datetime | None = None) -> Meeting | None:
    """A run of the room has begun, for LiveKit at `began`. None if it is known already, or long over: events come late
    and twice."""
    if Meeting.objects.filter(livekit_sid=sid).exists():
        return None
    began = min(began or now, now)
    number = (room.meetings.aggregate(last=Max("number"))["last"] or 0) + 1
    previous = room.open_meeting()
    if previous and began < previous.started_at:
        # Late news of an older run, noted so that whatever else comes of it changes nothing.
        reason = Meeting.EndReason.SUPERSEDED
        room.meetings.create(number=number, livekit_sid=sid, started_at=began, ended_at=now, end_reason=reason)
        return None
    if previous:
        # Its `room_finished` was lost: LiveKit holds one run of a room at a time.
        meeting_ended(room, previous, reason=Meeting.EndReason.SUPERSEDED, now=now, at=began - _FIRST_STEP)
    if room.deleted_at:
        # Somebody still had a token. Nobody is told of a room that is gone; `reconciliation` ends the run.
        gone: Meeting = room.meetings.create(number=number, livekit_sid=sid, started_at=began, end_requested_at=now)
        return gone
    meeting: Meeting = room.meetings.create(number=number, livekit_sid=sid, started_at=began)
    room.has_open_meeting = True
    emit("meetingStarted", event_data(room, base=base_in_background()), room_id=room.room_id, now=now)
    return meeting


def meeting_ended(
    room: Room, meeting: Meeting, *, reason: Meeting.EndReason, now: datetime, at: datetime | None = None
) -> None:
    """Ends the run and does to the room what was waiting for that. `at` is when it really ended: names reserved until
    then are free again, later ones belong to the next run."""
    if not Meeting.objects.filter(pk=meeting.pk, ended_at=None).update(ended_at=now, end_reason=reason):
        return
    Participation.objects.filter(meeting=meeting, left_at=None).update(left_at=now, reason=reason)
    Admission.objects.filter(room=room, released_at=None, issued_at__lte=at or now).update(released_at=now)
    CaptionListener.objects.filter(room=room, created_at__lte=at or now).delete()
    if room.deleted_at:
        return
    room.has_open_meeting = True
    before = event_data(room, base=base_in_background())
    fate = deletion.fate_after_meeting(room)
    room.has_open_meeting = False
    room.on_meeting_end = EndAction.NONE
    if fate is EndAction.CLOSE:
        room.closed_at = room.closed_at or now
    elif fate is EndAction.DELETE:
        _bury(room, now=now)
    room.save(update_fields=["closed_at", "deleted_at", "on_meeting_end"])
    # A room that goes with its meeting is reported as it was.
    data = before if fate is EndAction.DELETE else event_data(room, base=base_in_background())
    emit("meetingEnded", data, room_id=room.room_id, now=now)


def end_meeting(room: Room, *, now: datetime) -> None:
    """Sends everybody out. The wish is stored first, and repeated by `reconciliation` should LiveKit not answer, which
    raises `LiveKitError`. Where LiveKit knows no such meeting any more, it is over at once."""
    wished = Meeting.objects.filter(room=room, ended_at=None)
    wished.filter(end_requested_at=None).update(end_requested_at=now)
    sids = list(wished.values_list("livekit_sid", flat=True))
    if not gateway.delete_room(room.room_id):
        for sid in sids:
            close_run(room.room_id, sid=sid, now=now)


def close_run(room_id: str, *, sid: str, now: datetime, at: datetime | None = None) -> None:
    """The run is over without having said so; it was not there any more `at` that time."""
    with transaction.atomic():
        room = locked(room_id)
        meeting = room.open_meeting() if room else None
        # By now another one may be running.
        if room and meeting and meeting.livekit_sid == sid:
            meeting_ended(room, meeting, reason=Meeting.EndReason.VANISHED, now=now, at=at)


# -- Deletion --------------------------------------------------------------------------------------------------------


def _bury(room: Room, *, now: datetime) -> None:
    """Makes `room` and its recordings tombstones; the caller saves the room."""
    room.deleted_at = room.deleted_at or now
    # In the order in which others lock many of them.
    list(room.recordings.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    room.recordings.update(deleted_at=now)


def settle(room: Room, decision: deletion.Decision, policy: deletion.Policy, *, now: datetime) -> None:
    """Notes on `room`, without saving it, what was decided for it."""
    if room.status is RoomStatus.ACTIVE_MEETING:
        room.on_meeting_end = decision.action
        room.on_meeting_end_recordings = policy.with_recordings
    elif decision.action is EndAction.DELETE:
        room.deleted_at = room.deleted_at or now
    else:
        room.closed_at = room.closed_at or now


# What `settle` may have changed.
SETTLED = ("closed_at", "deleted_at", "on_meeting_end", "on_meeting_end_recordings")


def delete(room: Room, policy: deletion.Policy, *, now: datetime) -> deletion.Decision:
    """Deletes, closes or schedules, as `deletion.decide` says; brings `room` up to date. Raises `DeletionConflict`.

    A deleted room is a tombstone: gone for everybody, kept until its recordings are purged."""
    with transaction.atomic():
        row = locked(room.room_id)
        if row is None or row.deleted_at:
            raise RoomNotFound(room.room_id)
        decision = deletion.decide_or_refuse(row, policy)
        settle(row, decision, policy, now=now)
        if row.deleted_at:
            _bury(row, now=now)
        row.save(update_fields=SETTLED)
    if decision.ends_meeting:
        try:
            end_meeting(row, now=now)
        except gateway.LiveKitError as error:
            log.warning("meeting not ended yet, will be repeated", room_id=row.room_id, reason=error.reason)
        # A meeting that was not there any more has taken what was to happen at its end along.
        row.refresh_from_db(fields=SETTLED)
    for column in SETTLED:
        setattr(room, column, getattr(row, column))
    room.has_open_meeting = row.open_meeting() is not None
    return decision


def rehearse(room: Room, policy: deletion.Policy, *, now: datetime) -> deletion.Decision:
    """What `delete` would do at this moment. `room` shows it; nothing is stored."""
    decision = deletion.decide_or_refuse(room, policy)
    settle(room, decision, policy, now=now)
    return decision

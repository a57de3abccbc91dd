"""Rooms, the links into them, and their meetings."""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar, Protocol, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meet.db import KeyField, NullsFirstIndex
from meet.names import NAME_KEY_LENGTH, name_key
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT, MeetingRole, Permission

LONGEST_NAME = 50
LONGEST_EXTERNAL_ID = 100
LONGEST_RETENTION = 32_767  # days


class RoomStatus(models.TextChoices):
    OPEN = "open", _("Open")
    ACTIVE_MEETING = "active_meeting", _("Live")
    CLOSED = "closed", _("Closed")


class EndAction(models.TextChoices):
    """What happens to the room when its meeting ends."""

    NONE = "none", _("Nothing")
    CLOSE = "close", _("Close")
    DELETE = "delete", _("Delete")


class MeetingPolicy(models.TextChoices):
    """What a deletion does about a running meeting."""

    FORCE = "force", _("End it now")
    WHEN_MEETING_ENDS = "when_meeting_ends", _("Wait for its end")
    FAIL = "fail", _("Do not delete")


class RecordingsPolicy(models.TextChoices):
    """What a deletion does about recordings."""

    FORCE = "force", _("Delete them too")
    CLOSE = "close", _("Close the room instead")
    FAIL = "fail", _("Do not delete")


def default_config() -> dict[str, Any]:
    """A room's configuration as the contract creates it (rest-api.md 2.2)."""
    return {
        "recording": {"enabled": True, "layout": "grid", "encoding": "H264_720P_30"},
        "chat": {"enabled": True},
        "virtualBackground": {"enabled": True},
        "e2ee": {"enabled": False},
        "captions": {"enabled": True},
    }


@cache
def _is_active() -> Exists:
    """Made once: queries take copies of it."""
    return Exists(Meeting.objects.filter(room=OuterRef("pk"), ended_at=None))


class RoomQuerySet(models.QuerySet["Room"]):
    def with_status(self) -> Self:
        """Annotates `has_open_meeting`, so that a list's statuses cost no query each."""
        return self.annotate(has_open_meeting=_is_active())

    def in_status(self, status: RoomStatus) -> Self:
        if status is RoomStatus.ACTIVE_MEETING:
            return self.filter(_is_active())
        return self.filter(~_is_active(), closed_at__isnull=status is RoomStatus.OPEN)


class RoomManager(models.Manager.from_queryset(RoomQuerySet)):  # type: ignore[misc]
    """Rooms that exist: a deleted one stays as a tombstone until its recordings are purged (decisions.md 10)."""

    def get_queryset(self) -> RoomQuerySet:
        return RoomQuerySet(self.model, using=self._db).filter(deleted_at=None)


class ContractLink(Protocol):
    """What is shown of a link."""

    @property
    def role(self) -> str: ...

    @property
    def secret(self) -> str: ...

    @property
    def enabled(self) -> bool: ...


class Room(models.Model):
    room_id = models.CharField(max_length=100)
    name = models.CharField(_("Name"), max_length=LONGEST_NAME)
    name_key = KeyField(max_length=NAME_KEY_LENGTH, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rooms")
    # What the owner's own system calls this room.
    external_id = models.CharField(max_length=LONGEST_EXTERNAL_ID, null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    expires_at = models.DateTimeField(_("Deleted on"), null=True)
    expiry_with_meeting = models.CharField(
        max_length=20, choices=MeetingPolicy, default=MeetingPolicy.WHEN_MEETING_ENDS
    )
    expiry_with_recordings = models.CharField(max_length=20, choices=RecordingsPolicy, default=RecordingsPolicy.CLOSE)
    on_meeting_end = models.CharField(max_length=10, choices=EndAction, default=EndAction.NONE)
    # The policy that a scheduled deletion was asked with: what is recorded until then obeys it too.
    on_meeting_end_recordings = models.CharField(
        max_length=10, choices=RecordingsPolicy, default=RecordingsPolicy.CLOSE
    )

    config = models.JSONField(default=default_config)
    moderator_permissions = models.PositiveIntegerField(default=int(MODERATOR_DEFAULT))
    speaker_permissions = models.PositiveIntegerField(default=int(SPEAKER_DEFAULT))
    user_access = models.BooleanField(default=False)
    # Ours, outside of `config`, whose shape is fixed: every meeting is recorded from its first picture or sound on.
    auto_recording = models.BooleanField(default=False)
    # Recordings are deleted so many days after their end; without it, as the installation has it.
    recording_retention_days = models.PositiveSmallIntegerField(null=True)
    roles_updated_at = models.DateTimeField()

    objects: ClassVar[RoomManager] = RoomManager()
    with_deleted = RoomQuerySet.as_manager()

    class Meta:
        base_manager_name = "with_deleted"
        constraints = [
            models.UniqueConstraint(fields=["room_id"], name="room_id_once"),
            models.UniqueConstraint(
                fields=["external_id", "owner"],
                condition=Q(deleted_at=None, external_id__isnull=False),
                name="external_id_once_per_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], condition=Q(deleted_at=None), name="room_created"),
            models.Index(fields=["name_key", "id"], condition=Q(deleted_at=None), name="room_name"),
            NullsFirstIndex(fields=["expires_at", "id"], condition=Q(deleted_at=None), name="room_expires"),
            models.Index(fields=["owner", "created_at", "id"], condition=Q(deleted_at=None), name="room_owner_created"),
            models.Index(fields=["owner", "name_key", "id"], condition=Q(deleted_at=None), name="room_owner_name"),
            models.Index(
                fields=["created_at", "id"], condition=Q(deleted_at=None, user_access=True), name="room_shared_created"
            ),
            models.Index(
                fields=["name_key", "id"], condition=Q(deleted_at=None, user_access=True), name="room_shared_name"
            ),
            NullsFirstIndex(
                fields=["owner", "expires_at", "id"], condition=Q(deleted_at=None), name="room_owner_expires"
            ),
            NullsFirstIndex(
                fields=["expires_at", "id"], condition=Q(deleted_at=None, user_access=True), name="room_shared_expires"
            ),
            models.Index(
                fields=["created_at", "id"], condition=Q(deleted_at=None, closed_at__isnull=False), name="room_closed"
            ),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="room_deleted"),
            models.Index(
                fields=["recording_retention_days"],
                condition=Q(recording_retention_days__isnull=False),
                name="room_retention",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)

    @property
    def status(self) -> RoomStatus:
        """Derived: an open meeting, else closed, else open. One query unless annotated by `with_status`."""
        if not hasattr(self, "has_open_meeting"):
            self.has_open_meeting = self.open_meeting() is not None
        if self.has_open_meeting:
            return RoomStatus.ACTIVE_MEETING
        return RoomStatus.CLOSED if self.closed_at else RoomStatus.OPEN

    @property
    def meeting_end_action(self) -> EndAction:
        """As reported: what waits for the end of the running meeting (decisions.md 11)."""
        if self.status is not RoomStatus.ACTIVE_MEETING:
            return EndAction.NONE
        action = EndAction(self.on_meeting_end)
        return EndAction.CLOSE if action is EndAction.NONE and self.closed_at else action

    def open_meeting(self) -> "Meeting | None":
        return self.meetings.filter(ended_at=None).first()

    def role_permissions(self, role: MeetingRole) -> Permission:
        mask = self.moderator_permissions if role == MeetingRole.MODERATOR else self.speaker_permissions
        return Permission(mask)

    @cached_property
    def contract_links(self) -> Sequence[ContractLink]:
        """The three links of the contract; lists read them for all of their rooms."""
        return [link for link in self.links.all() if link.is_contract]

    def is_managed_by(self, user: User) -> bool:
        return user.is_admin or self.owner_id == user.pk


class AccessLink(models.Model):
    """A way in without an account. The three links of the contract are made with the room; `enabled` of those is the
    master switch of all links of their role."""

    class Role(models.TextChoices):
        MODERATOR = "moderator", _("Moderator")
        SPEAKER = "speaker", _("Speaker")
        RECORDING = "recording", _("Recordings")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="links")
    role = models.CharField(max_length=10, choices=Role)
    secret = models.CharField(max_length=64)
    enabled = models.BooleanField(default=True)
    is_contract = models.BooleanField(default=False)
    label = models.CharField(max_length=50, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret"], name="link_secret_once"),
            models.UniqueConstraint(
                fields=["room", "role"], condition=Q(is_contract=True), name="one_contract_link_per_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.role}"


class Meeting(models.Model):
    """One run of a room, from LiveKit's `room_started` to its `room_finished`; `livekit_sid` tells runs apart."""

    class EndReason(models.TextChoices):
        FINISHED = "finished", _("Everybody left")
        VANISHED = "vanished", _("Lost by the media server")
        SUPERSEDED = "superseded", _("Another one began")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="meetings", db_index=False)
    number = models.PositiveIntegerField()
    livekit_sid = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # Somebody wants it over; repeated until LiveKit has heard it.
    end_requested_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)
    # How often it has begun to record itself; the recordings may be purged by now.
    auto_recordings = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["livekit_sid"], name="meeting_sid_once"),
            models.UniqueConstraint(fields=["room"], condition=Q(ended_at=None), name="one_open_meeting_per_room"),
            models.UniqueConstraint(fields=["room", "number"], name="meeting_number_in_room"),
        ]
        indexes = [models.Index(fields=["room", "started_at", "id"], name="meeting_room_started")]

    def __str__(self) -> str:
        return f"{self.room_id} #{self.number}"

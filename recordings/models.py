"""Recordings of meetings: one row from the wish to record until the file is deleted."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meet.db import NullsFirstIndex
from rooms.models import Meeting, Room


class RecordingStatus(models.TextChoices):
    """The contract's machine: starting → active → ending → complete, or one of the three other ends."""

    STARTING = "starting", _("Starting")
    ACTIVE = "active", _("Recording")
    ENDING = "ending", _("Ending")
    COMPLETE = "complete", _("Ready")
    FAILED = "failed", _("Failed")
    ABORTED = "aborted", _("Aborted")
    LIMIT_REACHED = "limit_reached", _("Limit reached")

    @property
    def rank(self) -> int:
        """An event that does not raise the rank changes nothing."""
        return {"starting": 0, "active": 1, "ending": 2}.get(self.value, 3)

    @property
    def is_final(self) -> bool:
        return self.rank == 3


class RecordingQuerySet(models.QuerySet["Recording"]):
    def visible(self) -> Self:
        """A start that never got an egress id is no recording (decisions.md 27)."""
        return self.exclude(egress_id=None)


class RecordingManager(models.Manager.from_queryset(RecordingQuerySet)):  # type: ignore[misc]
    """Recordings that exist: deleted ones stay as tombstones until their files are gone."""

    def get_queryset(self) -> RecordingQuerySet:
        return RecordingQuerySet(self.model, using=self._db).filter(deleted_at=None)


class Recording(models.Model):
    class Backend(models.TextChoices):
        BROWSER = "browser", _("Embedded recorder")
        EGRESS = "egress", _("LiveKit Egress")

    # <roomId>--<egressId>--<uid>; known once there is an egress id.
    recording_id = models.CharField(max_length=200, null=True, unique=True)
    uid = models.CharField(max_length=32, unique=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="recordings")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.SET_NULL, related_name="recordings")
    status = models.CharField(max_length=15, choices=RecordingStatus, default=RecordingStatus.STARTING)
    backend = models.CharField(max_length=10, choices=Backend)
    host = models.CharField(max_length=100, blank=True)
    egress_id = models.CharField(max_length=64, null=True, unique=True)
    key = models.CharField(max_length=255, unique=True)
    layout = models.CharField(max_length=20)
    encoding = models.JSONField()
    size = models.PositiveBigIntegerField(null=True)
    duration = models.FloatField(null=True)
    error_code = models.PositiveSmallIntegerField(null=True)
    error = models.TextField(blank=True)
    details = models.TextField(blank=True)
    public_secret = models.CharField(max_length=64, unique=True)
    private_secret = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    # When the recorder had stopped: the room may be recorded again while the file is still on its way.
    released_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar[RecordingManager] = RecordingManager()
    with_deleted = RecordingQuerySet.as_manager()

    class Meta:
        base_manager_name = "with_deleted"
        constraints = [
            models.UniqueConstraint(fields=["room"], condition=Q(released_at=None), name="one_live_recording_per_room"),
            models.CheckConstraint(
                condition=Q(deadline_at__isnull=False)
                | Q(status__in=["complete", "failed", "aborted", "limit_reached"]),
                name="unfinished_recording_has_deadline",
            ),
        ]
        indexes = [
            NullsFirstIndex(fields=["started_at", "id"], condition=Q(deleted_at=None), name="recording_started"),
            models.Index(fields=["room", "started_at"], condition=Q(deleted_at=None), name="recording_room"),
            models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="recording_deadline"),
        ]

    def __str__(self) -> str:
        return self.recording_id or self.uid

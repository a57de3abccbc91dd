"""Recordings of meetings: one row from the wish to record until the file is deleted."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from meet.db import KeyField, NullsFirstIndex
from meet.names import NAME_KEY_LENGTH, name_key
from recordings.failures import Failure
from rooms.models import LONGEST_NAME, Meeting, Room


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


IN_PROGRESS = (RecordingStatus.STARTING, RecordingStatus.ACTIVE, RecordingStatus.ENDING)
# What may have a file that can be played.
WITH_FILE = (RecordingStatus.COMPLETE, RecordingStatus.LIMIT_REACHED)


class DeletionReason(models.TextChoices):
    REQUEST = "request", _("On request")
    WITH_ROOM = "with_room", _("With its room")
    RETENTION = "retention", _("Kept as long as it should be")


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
    # A copy, as of the last news of the recorder: lists sort by it.
    room_name = models.CharField(max_length=LONGEST_NAME, default="")
    room_name_key = KeyField(max_length=NAME_KEY_LENGTH, editable=False, default="")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.SET_NULL, related_name="recordings")
    status = models.CharField(max_length=15, choices=RecordingStatus, default=RecordingStatus.STARTING)
    backend = models.CharField(max_length=10, choices=Backend)
    # Which recorder has the file until the storage has it; empty until one has taken the recording.
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
    # Who pressed the button, in words for the log.
    started_by = models.CharField(max_length=110, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    # Somebody wants it over; repeated until the recorder has heard it.
    stop_requested_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    # When the recorder had stopped: the room may be recorded again while the file is still on its way.
    released_at = models.DateTimeField(null=True)
    # What it becomes when the storage has its file.
    outcome = models.CharField(max_length=15, choices=RecordingStatus, blank=True)
    # When the file is to be brought to the storage, or looked for there, the next time.
    deliver_at = models.DateTimeField(null=True)
    delivery_attempts = models.PositiveSmallIntegerField(default=0)
    # The people in the meeting have not been told yet how it is by now.
    signal_due_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.CharField(max_length=110, blank=True)
    # Empty: its room was deleted, which knows nothing of reasons.
    deletion_reason = models.CharField(max_length=10, choices=DeletionReason, blank=True)
    # When its file is to be deleted the next time; empty: at once.
    purge_at = models.DateTimeField(null=True)
    purge_attempts = models.PositiveSmallIntegerField(default=0)

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
            NullsFirstIndex(fields=["duration", "id"], condition=Q(deleted_at=None), name="recording_duration"),
            NullsFirstIndex(fields=["size", "id"], condition=Q(deleted_at=None), name="recording_size"),
            models.Index(fields=["room_name_key", "id"], condition=Q(deleted_at=None), name="recording_name"),
            models.Index(fields=["room", "started_at"], condition=Q(deleted_at=None), name="recording_room"),
            models.Index(
                fields=["ended_at"], condition=Q(deleted_at=None, ended_at__isnull=False), name="recording_ended"
            ),
            models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="recording_deadline"),
            models.Index(fields=["deliver_at"], condition=Q(deliver_at__isnull=False), name="recording_deliver"),
            models.Index(fields=["signal_due_at"], condition=Q(signal_due_at__isnull=False), name="recording_signal"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="recording_deleted"),
        ]

    def __str__(self) -> str:
        return self.recording_id or self.uid

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.room_name_key = name_key(self.room_name)
        super().save(*args, **kwargs)

    @property
    def filename(self) -> str:
        return self.key.rpartition("/")[2]

    @property
    def is_streamable(self) -> bool:
        """Whether the storage has a file of it that was seen whole (decisions.md 28)."""
        return self.status in WITH_FILE

    @property
    def is_in_progress(self) -> bool:
        return self.status in IN_PROGRESS

    @property
    def failure(self) -> Failure | None:
        return Failure(self.error_code) if self.error_code in Failure.values else None


class RecordingEvent(models.Model):
    """A line in the log of a recording: what happened to it, for whoever asks why."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", _("Recording requested")
        STARTING = "starting", _("Recorder is starting")
        ACTIVE = "active", _("Recording began")
        STOP_REQUESTED = "stop_requested", _("Stop requested")
        ENDING = "ending", _("Recording ended, file is being finished")
        RECORDER_LOST = "recorder_lost", _("Recorder lost")
        RESCUED = "rescued", _("File rescued")
        LINKS_REPLACED = "links_replaced", _("Links replaced by new ones")
        DELIVERY_FAILED = "delivery_failed", _("File not stored yet")
        COMPLETE = "complete", _("File stored")
        FAILED = "failed", _("Failed")
        ABORTED = "aborted", _("Aborted")
        LIMIT_REACHED = "limit_reached", _("Limit reached, file stored")
        FILE_LOST = "file_lost", _("File missing or damaged")
        FILE_FOUND = "file_found", _("File is there again")

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    by = models.CharField(max_length=110, blank=True)
    details = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["recording", "at", "id"], name="recording_log")]

    def __str__(self) -> str:
        return f"{self.recording_id}: {self.kind}"


class DeletionReceipt(models.Model):
    """That there is nothing left of a recording: neither row nor file."""

    uid = models.CharField(max_length=32, unique=True)
    recording_id = models.CharField(max_length=200, blank=True)
    room_id = models.CharField(max_length=100)
    room_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    key = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(null=True)
    recorded_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField()
    deleted_by = models.CharField(max_length=110, blank=True)
    reason = models.CharField(max_length=10, choices=DeletionReason)
    # When the storage was seen without the file.
    gone_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["deleted_at", "id"], name="receipt_deleted")]

    def __str__(self) -> str:
        return self.recording_id or self.uid

    @property
    def filename(self) -> str:
        return self.key.rpartition("/")[2]


class StoredFileFinding(models.Model):
    """A file and the rows that do not agree, from when it was first noticed until they do (recordings.files.upkeep)."""

    class Kind(models.TextChoices):
        ORPHAN = "orphan", _("File without a recording")
        LOST = "lost", _("Recording without its file")

    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    # Of what is there; none if nothing is.
    size = models.PositiveBigIntegerField(null=True)
    first_seen_at = models.DateTimeField()
    recording = models.ForeignKey(Recording, null=True, on_delete=models.CASCADE, related_name="findings")
    # What the recording lacked before its file did.
    error_code_before = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"


class RecorderHost(models.Model):
    """A machine with embedded recorders, which says now and then that it is there (decisions.md 31)."""

    name = models.CharField(max_length=100, unique=True)
    slots = models.PositiveSmallIntegerField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

"""The inbox of LiveKit's webhooks: every verified event is a row before anything happens to it."""

from django.db import models
from django.db.models import Q


class InboundEvent(models.Model):
    """One webhook of LiveKit. `body` is the JSON as received; unknown enum values survive there."""

    event_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=64)
    # LiveKit's room name, our room_id; of an egress event that of its egress.
    room_name = models.CharField(max_length=256)
    body = models.JSONField()
    received_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id"], name="inbound_event_once")]
        indexes = [
            models.Index(fields=["room_name", "id"], condition=Q(processed_at=None), name="inbound_waiting"),
            models.Index(fields=["due_at", "id"], condition=Q(processed_at=None), name="inbound_due"),
            models.Index(fields=["received_at"], name="inbound_received"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"

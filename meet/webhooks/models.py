"""Outgoing webhooks: what happened (Event), who wants to know (Endpoint), who has been told (Delivery)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Endpoint(models.Model):
    """An address that events are sent to. The contract's single webhook is the row with `is_contract`."""

    url = models.URLField(max_length=2000, blank=True)
    enabled = models.BooleanField(default=False)
    is_contract = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_contract"], condition=Q(is_contract=True), name="one_contract_webhook_endpoint"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Event(models.Model):
    """Something that happened, with the exact text that is signed and sent. Written with the change it tells of."""

    kind = models.CharField(max_length=40)
    room_id = models.CharField(max_length=100, db_index=True)
    created_at = models.DateTimeField(db_index=True)
    body = models.TextField()

    def __str__(self) -> str:
        return f"{self.kind} {self.room_id}"


class Delivery(models.Model):
    """One event on its way to one endpoint."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "endpoint"], name="one_delivery_per_endpoint")]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(status="pending"), name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.event} → {self.endpoint}"

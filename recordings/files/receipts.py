"""What stays of deleted recordings: that they are gone, since when, and who wanted it (decisions.md 10)."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from meet import clock
from meet.api.pagination import Sort
from recordings.models import DeletionReceipt

SORTS = {"deletionDate": Sort("deleted_at", datetime)}


def receipts(*, recording_id: str | None = None, room_id: str | None = None) -> QuerySet[DeletionReceipt]:
    found = DeletionReceipt.objects.all()
    if recording_id is not None:
        found = found.filter(recording_id=recording_id)
    if room_id is not None:
        found = found.filter(room_id=room_id)
    return found


def receipt_object(receipt: DeletionReceipt) -> dict[str, Any]:
    """Keys without a value are absent."""
    values: dict[str, Any] = {
        "recordingId": receipt.recording_id or None,
        "roomId": receipt.room_id,
        "roomName": receipt.room_name,
        "filename": receipt.filename,
        "size": receipt.size,
        "startDate": clock.to_ms(receipt.recorded_at) if receipt.recorded_at else None,
        "deletionDate": clock.to_ms(receipt.deleted_at),
        "deletedBy": receipt.deleted_by or None,
        "reason": receipt.reason,
        "goneDate": clock.to_ms(receipt.gone_at),
    }
    return {name: value for name, value in values.items() if value is not None}


def forget(*, now: datetime) -> int:
    """Deletes those older than MEET_RECEIPT_DAYS, if there is such a time; returns how many."""
    if not settings.MEET_RECEIPT_DAYS:
        return 0
    old = DeletionReceipt.objects.filter(deleted_at__lt=now - timedelta(days=settings.MEET_RECEIPT_DAYS))
    return old.delete()[0]

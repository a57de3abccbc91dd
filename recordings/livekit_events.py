"""What LiveKit's events mean to recordings. Each runs in the transaction that marks it processed; all bear coming
twice, late and out of order."""

from datetime import datetime

from livekit.protocol.webhook import WebhookEvent

from meet.hurry import hurry
from recordings import tasks
from recordings.late_joiners import running
from rooms.models import Participation


def participant_joined(event: WebhookEvent, *, now: datetime) -> None:
    newcomer = Participation.objects.select_related("meeting__room").filter(sid=event.participant.sid).first()
    if newcomer and newcomer.left_at is None and running(newcomer.meeting.room):
        hurry(tasks.tell_newcomer, newcomer.pk)

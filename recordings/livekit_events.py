"""What LiveKit's events mean to recordings. Each runs in the transaction that marks it processed; all bear coming
twice, late and out of order."""

from datetime import datetime

from livekit.protocol.webhook import WebhookEvent
from prometheus_client import Counter

from meet.hurry import hurry
from recordings import tasks
from recordings.late_joiners import running
from recordings.recorders.egress.news import Outcome, take_in
from rooms.models import Participation

EGRESS_EVENTS = Counter("meet_egress_events", "Events of egresses by what became of them", ["outcome"])


def participant_joined(event: WebhookEvent, *, now: datetime) -> None:
    newcomer = Participation.objects.select_related("meeting__room").filter(sid=event.participant.sid).first()
    if newcomer and newcomer.left_at is None and running(newcomer.meeting.room):
        hurry(tasks.tell_newcomer, newcomer.pk)


def egress_changed(event: WebhookEvent, *, now: datetime) -> None:
    """That it has ended says the kind of the event, whatever status a newer LiveKit may find for it."""
    news = take_in(event.egress_info, is_over=event.event == "egress_ended", now=now)
    EGRESS_EVENTS.labels(news.outcome.value).inc()
    if news.outcome is Outcome.UNWANTED:
        hurry(tasks.compare_egresses)
    elif news.outcome is Outcome.NOTED and news.recording:
        hurry(tasks.tell)
        if news.recording.deliver_at:
            hurry(tasks.deliver, news.recording.pk)

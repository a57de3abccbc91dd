from celery import shared_task

from meet import clock
from meet.livekit import inbox


@shared_task
def process(event_id: int) -> None:
    inbox.process(event_id, now=clock.now())


@shared_task
def sweep() -> None:
    inbox.sweep(now=clock.now())


@shared_task
def forget() -> None:
    inbox.forget(now=clock.now())

from celery import shared_task

from meet import clock
from meet.idempotency import calls


@shared_task
def forget() -> None:
    calls.forget(now=clock.now())

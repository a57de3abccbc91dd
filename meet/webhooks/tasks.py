from celery import shared_task

from meet import clock
from meet.hurry import hurry
from meet.webhooks import delivery

_SHORT = 10.0  # seconds a worker may keep a wake-up in memory; longer waits are the sweep's


@shared_task
def deliver(delivery_id: int, number: int) -> None:
    wait = delivery.attempt(delivery_id, number, now=clock.now())
    if wait is not None and wait.total_seconds() < _SHORT:
        hurry(deliver, delivery_id, number + 1, countdown=wait.total_seconds())


@shared_task
def sweep() -> None:
    for delivery_id, number in delivery.take_due(now=clock.now()):
        hurry(deliver, delivery_id, number)


@shared_task
def forget() -> None:
    delivery.forget(now=clock.now())

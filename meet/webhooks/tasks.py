from threading import BoundedSemaphore

from celery import shared_task

from meet import clock
from meet.hurry import hurry
from meet.webhooks import delivery

_SHORT = 10.0  # seconds a worker may keep a wake-up in memory; longer waits are the sweep's
# Of the worker's four threads: receivers that let us wait must leave room for LiveKit's events.
_SENDING = BoundedSemaphore(2)


@shared_task
def deliver(delivery_id: int, number: int) -> None:
    if not _SENDING.acquire(blocking=False):
        delivery.postpone(delivery_id, number, now=clock.now())
        return
    try:
        wait = delivery.attempt(delivery_id, number, now=clock.now())
    finally:
        _SENDING.release()
    if wait is not None and wait.total_seconds() < _SHORT:
        hurry(deliver, delivery_id, number + 1, countdown=wait.total_seconds())
    # The sweep would come to these as well, but a few at a time.
    _hand_out(delivery.take_postponed(now=clock.now()))


@shared_task
def sweep() -> None:
    _hand_out(delivery.take_due(now=clock.now()))


def _hand_out(taken: list[tuple[int, int]]) -> None:
    for delivery_id, number in taken:
        hurry(deliver, delivery_id, number)


@shared_task
def forget() -> None:
    delivery.forget(now=clock.now())

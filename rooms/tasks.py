from celery import shared_task

from meet import clock
from rooms import captions, expiry, reconciliation, telling


@shared_task
def reconcile() -> None:
    reconciliation.compare_meetings(now=clock.now())


@shared_task
def count_heads() -> None:
    reconciliation.compare_participants(now=clock.now())


@shared_task
def expire() -> None:
    expiry.sweep(now=clock.now())


@shared_task
def restrict() -> None:
    telling.restrict_newcomers(now=clock.now())


@shared_task
def stop_unread_captions() -> None:
    captions.stop_unread(now=clock.now())

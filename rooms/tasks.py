from celery import shared_task

from meet import clock
from rooms import captions, expiry, lifecycle, moderation


@shared_task
def reconcile() -> None:
    lifecycle.reconcile(now=clock.now())


@shared_task
def expire() -> None:
    expiry.sweep(now=clock.now())


@shared_task
def restrict() -> None:
    moderation.restrict_newcomers(now=clock.now())


@shared_task
def stop_unread_captions() -> None:
    captions.stop_unread(now=clock.now())

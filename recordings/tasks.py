from celery import shared_task

from meet import clock
from recordings.purge import purge_rooms


@shared_task
def purge() -> None:
    purge_rooms(now=clock.now())

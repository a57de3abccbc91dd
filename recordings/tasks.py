"""Recordings in the background. `record`, `rescue` and the delivery of files run in the recorder process of the machine
concerned, everything else in any worker."""

from celery import shared_task

from meet import clock
from meet.hurry import hurry
from recordings import automatic, late_joiners, sweep
from recordings.files import delivery, purge, quota, receipts, retention, upkeep
from recordings.models import Recording
from recordings.recorders import host
from recordings.recorders.egress import comparison
from recordings.recorders.embedded import hosts_there


@shared_task(acks_late=False)
def record(recording_id: int) -> None:
    """A lost one is found by the sweep until its deadline, never by redelivery."""
    host.record(recording_id)
    hurry(tell)
    deliver(recording_id)


def call_recorder(recording: Recording) -> None:
    """Wakes the embedded recorders for it, of which the quickest takes it; other recorders have been asked already."""
    if recording.backend == Recording.Backend.BROWSER:
        _wake_recorders(recording.pk)


def _wake_recorders(pk: int) -> None:
    for machine in hosts_there(now=clock.now()):
        hurry(record, pk, queue=host.queue_of(machine))


@shared_task(acks_late=False)
def rescue(recording_id: int) -> None:
    host.finish_left_behind(recording_id, now=clock.now())
    deliver(recording_id)


@shared_task
def deliver(recording_id: int) -> None:
    if delivery.deliver(recording_id, now=clock.now()):
        hurry(tell)


@shared_task
def tell() -> None:
    sweep.tell_people(now=clock.now())


@shared_task
def tell_newcomer(participation_id: int) -> None:
    late_joiners.tell(participation_id, now=clock.now())


@shared_task
def look_after() -> None:
    """The sweep of everything that is on its way."""
    now = clock.now()
    for pk in sweep.untaken():
        _wake_recorders(pk)
    for pk, machine in sweep.left_behind(now=now):
        hurry(rescue, pk, queue=host.queue_of(machine))
    for pk, machine in sweep.undelivered(now=now):
        hurry(deliver, pk, queue=host.queue_of(machine) if machine else None)
    sweep.tell_people(now=now)
    sweep.stop_unwanted(now=now)


@shared_task
def judge() -> None:
    """Apart from what waits for LiveKit: deadlines matter most when it is gone."""
    sweep.judge_overdue(now=clock.now())


@shared_task
def compare_egresses() -> None:
    comparison.compare(now=clock.now())
    hurry(tell)


@shared_task
def record_automatically() -> None:
    for recording in automatic.start_due():
        call_recorder(recording)


@shared_task
def take_away() -> None:
    """What was deleted."""
    purge.purge_recordings(now=clock.now())
    purge.purge_rooms(now=clock.now())


@shared_task
def expire() -> None:
    retention.sweep(now=clock.now())


@shared_task
def keep_house() -> None:
    upkeep.remove_unfinished(now=clock.now())
    upkeep.compare(now=clock.now())
    quota.warn()


@shared_task
def forget() -> None:
    receipts.forget(now=clock.now())

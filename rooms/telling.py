"""Telling LiveKit what people in a meeting may do, or that they have to go (rest-api.md 7.2).

What must hold is stored before LiveKit is asked: a connection whose `restricted_at` is empty has yet to be told, and
the sweep repeats it until LiveKit has heard.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from livekit.protocol.models import ParticipantPermission

from meet.livekit import gateway
from rooms.models import Admission, Participation
from rooms.permissions import Permission, media_sources
from rooms.token_metadata import metadata_in_livekit

log = structlog.get_logger(__name__)

_BATCH = 100
# One that LiveKit cannot reach does not hold up the others; when it reaches nobody, the next run is soon enough.
_FAILURES_IN_A_ROW = 3
# The claims of a process that died end then. To be told twice does no harm.
_LEASE = timedelta(minutes=1)
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 16, 32, 60))


def restrict_newcomers(*, now: datetime) -> int:
    """Tells LiveKit about all whom it has to be told about: people who have joined, from whom it takes the right to
    write their own metadata, which the contract's token grants (decisions.md 1); people with other rights than before;
    people who were banned. Whom it does not reach comes after all others the next time. Returns how many were told;
    with LiveKit out of reach they stay due."""
    claimed = _claimed(now)
    people = {row.admission_id: row.admission for row in claimed}
    heard = {admission.pk: was_told for admission, was_told in _tell_each(people.values(), now=now)}
    _postpone([pk for pk, was_told in heard.items() if not was_told], now=now)
    untried = [row.pk for row in claimed if row.admission_id not in heard]
    Participation.objects.filter(pk__in=untried).update(tell_again_at=None)
    return sum(heard.values())


def _claimed(now: datetime) -> list[Participation]:
    """Those who are due, and no longer so for a run that begins while this one waits for LiveKit."""
    due = Participation.objects.filter(Q(tell_again_at=None) | Q(tell_again_at__lte=now), left_at=None)
    due = due.filter(restricted_at=None)
    rows = due.select_related("admission").order_by("tell_failures", "joined_at")[:_BATCH]
    return [row for row in rows if due.filter(pk=row.pk).update(tell_again_at=now + _LEASE)]


def _postpone(admissions: list[int], *, now: datetime) -> None:
    """Their connections are due again in 2 s, 4 s … 1 min."""
    untold = Participation.objects.filter(admission__in=admissions, left_at=None, restricted_at=None)
    for pk, failures in untold.values_list("pk", "tell_failures"):
        pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
        untold.filter(pk=pk).update(tell_again_at=now + pause, tell_failures=min(failures + 1, len(_PAUSES)))


def tell_at_best(people: Iterable[Admission], *, now: datetime) -> int:
    """As `tell`, for many: gives up when LiveKit reaches nobody, and takes everything else as done. Returns how many
    LiveKit was told of; of the others it is by the sweep."""
    return sum(was_told for _, was_told in _tell_each(people, now=now))


def _tell_each(people: Iterable[Admission], *, now: datetime) -> Iterator[tuple[Admission, bool]]:
    """Each with whether LiveKit was told, as far as it gets."""
    failures = 0
    for admission in people:
        try:
            tell(admission, now=now)
        except gateway.LiveKitUnavailable as error:
            log.warning("participant not told about yet", identity=admission.identity, reason=error.reason)
            failures += 1
            yield admission, False
            if failures == _FAILURES_IN_A_ROW:
                return
        else:
            failures = 0
            yield admission, True


def tell(admission: Admission, *, now: datetime) -> Admission:
    """Makes LiveKit's view of somebody ours: sent out, or with the rights and the metadata of the admission, which is
    read and returned as it is at this moment. Somebody who has left is no error."""
    found = Admission.objects.select_related("room", "member__user", "user").filter(pk=admission.pk).first()
    if found is None:
        return admission  # taken back: there was no LiveKit to join
    admission = found
    room_id = admission.room.room_id
    try:
        if admission.banned_at:
            gateway.remove_participant(room_id, admission.identity)
        else:
            gateway.update_participant(
                room_id,
                admission.identity,
                permission=livekit_permission(Permission(admission.permissions)),
                metadata=json.dumps(metadata_in_livekit(admission), separators=(",", ":"), ensure_ascii=False),
            )
    except gateway.LiveKitUnavailable:
        raise
    except gateway.LiveKitError as error:
        log.info("participant not told about", room_id=room_id, reason=error.reason)
    _told(admission, now=now)
    return admission


def _told(admission: Admission, *, now: datetime) -> None:
    """LiveKit has heard of `admission` as it was read. If it has changed meanwhile, whoever changed it may have told
    LiveKit before this did: then it has to hear the news again."""
    unchanged = Admission.objects.filter(pk=admission.pk, **{name: getattr(admission, name) for name in _TOLD_OF})
    connected = Participation.objects.filter(admission=admission.pk, left_at=None)
    due_at_once = {"tell_again_at": None, "tell_failures": 0}
    connected.filter(restricted_at=None, admission__in=unchanged).update(restricted_at=now, **due_at_once)
    connected.exclude(admission__in=unchanged).update(restricted_at=None, **due_at_once)


_TOLD_OF = ("base_permissions", "permissions", "badge", "promoted", "banned_at")


def livekit_permission(mask: Permission) -> ParticipantPermission:
    """Every flag stated: LiveKit takes each absent one as false."""
    sources = media_sources(mask)
    return ParticipantPermission(
        can_subscribe=True,
        can_publish=bool(sources),
        can_publish_data=Permission.chatWrite in mask,
        can_publish_sources=[source.upper() for source in sources],
        hidden=False,
        can_update_metadata=False,
    )

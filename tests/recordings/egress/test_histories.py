"""Histories told at random: buttons, a LiveKit that dies, falls silent or loses its answers, and news of it that are
lost, doubled and swapped. Whatever happens, recordings come to their end, and the room is free."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from livekit.protocol.egress import EgressStatus

from meet.errors import DomainError
from meet.webhooks.models import Event
from recordings import lifecycle, livekit_events, starting, stopping, sweep
from recordings.files import delivery
from recordings.models import Recording, RecordingStatus
from recordings.recorders.egress import comparison
from rooms.models import Room
from tests.recordings.egress.conftest import Told
from tests.recordings.egress.service import Service

# Later than everything that fixtures have made.
START = datetime(2040, 1, 1, tzinfo=UTC)
_WAITS = [timedelta(seconds=seconds) for seconds in (1, 6, 21, 31, 95, 660)]
_TURNS = [
    EgressStatus.EGRESS_ACTIVE,
    EgressStatus.EGRESS_ACTIVE,
    *(status for status in EgressStatus.values() if status),
]
# What is likely stands here more than once.
_HAPPENINGS = [
    *["somebody_records"] * 3,
    *["an_egress_goes_on", "news_arrives", "time_passes", "the_schedule_runs"] * 2,
    *["somebody_stops", "somebody_deletes", "news_is_lost", "the_service_dies", "we_compare"],
    *["livekit_falls_silent", "livekit_comes_back"],
]
Draw = Callable[[st.SearchStrategy[Any]], Any]


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.room = Room.objects.get()
        self.service = Service(START)
        self.stand_in = self.service.standing_in()
        self.stand_in.__enter__()

    def teardown(self) -> None:
        try:
            self._settle()
        finally:
            self.stand_in.__exit__(None, None, None)
            transaction.savepoint_rollback(self.before)

    @rule(data=st.data())
    def happens(self, data: st.DataObject) -> None:
        """One rule for everything: of many, Hypothesis leaves out most for a whole history."""
        getattr(self, data.draw(st.sampled_from(_HAPPENINGS)))(data.draw)

    # -- What happens ------------------------------------------------------------------------------------------------

    def somebody_records(self, draw: Draw) -> None:
        self.service.loses_answers = draw(st.booleans())
        with suppress(DomainError):
            starting.request(self.room, starting.Wish(by="Ann"), now=self.service.now)

    def somebody_stops(self, _draw: Draw | None = None) -> None:
        row = Recording.objects.filter(released_at=None).exclude(egress_id=None).select_related("room").first()
        if row:
            with suppress(DomainError):
                stopping.stop(row, by="Ann", now=self.service.now)

    def somebody_deletes(self, _draw: Draw) -> None:
        Recording.objects.filter(released_at=None).exclude(egress_id=None).update(deleted_at=self.service.now)

    def an_egress_goes_on(self, draw: Draw) -> None:
        for egress_id in sorted(self.service.at_work)[-1:]:
            self.service.becomes(egress_id, draw(st.sampled_from(_TURNS)))

    def news_arrives(self, draw: Draw) -> None:
        """The first or another one, and perhaps once more later."""
        if self.service.news:
            number = draw(st.integers(0, len(self.service.news) - 1))
            event = self.service.news[number] if draw(st.booleans()) else self.service.news.pop(number)
            with transaction.atomic():
                livekit_events.egress_changed(event, now=self.service.now)

    def news_is_lost(self, _draw: Draw) -> None:
        self.service.news.clear()

    def the_service_dies(self, _draw: Draw) -> None:
        self.service.dies()

    def livekit_falls_silent(self, _draw: Draw) -> None:
        self.service.is_out_of_reach = True

    def livekit_comes_back(self, _draw: Draw) -> None:
        self.service.is_out_of_reach = False

    def time_passes(self, draw: Draw) -> None:
        self.service.now += draw(st.sampled_from(_WAITS))

    def the_schedule_runs(self, _draw: Draw | None = None) -> None:
        now = self.service.now
        sweep.stop_unwanted(now=now)
        sweep.judge_overdue(now=now)
        for pk, _machine in sweep.undelivered(now=now):
            delivery.deliver(pk, now=now)

    def we_compare(self, _draw: Draw | None = None) -> None:
        comparison.compare(now=self.service.now)

    # -- What must hold ----------------------------------------------------------------------------------------------

    @invariant()
    def whatever_is_not_over_has_a_deadline(self) -> None:
        for row in Recording.with_deleted.all():
            assert RecordingStatus(row.status).is_final == (row.deadline_at is None)

    @invariant()
    def an_end_frees_the_room(self) -> None:
        for row in Recording.with_deleted.all():
            assert row.released_at or not RecordingStatus(row.status).is_final
            assert row.egress_id or row.status == RecordingStatus.STARTING

    @invariant()
    def failures_have_a_sentence(self) -> None:
        for row in Recording.with_deleted.filter(status__in=["failed", "aborted"]):
            assert row.error_code
            assert row.error

    @invariant()
    def the_world_hears_of_each_state_once_and_in_order(self) -> None:
        told: dict[str, list[tuple[str, str]]] = {}
        for text in Event.objects.order_by("pk").values_list("body", flat=True):
            body = json.loads(text)
            told.setdefault(body["data"]["recordingId"], []).append((body["event"], body["data"]["status"]))
        for events in told.values():
            ranks = [RecordingStatus(status).rank for _event, status in events]
            assert ranks == sorted(set(ranks))
            kinds = {0: "recordingStarted", 1: "recordingUpdated", 2: "recordingUpdated", 3: "recordingEnded"}
            assert [event for event, _status in events] == [kinds[rank] for rank in ranks]

    def _settle(self) -> None:
        """With LiveKit in reach, everything is over soon after somebody has pressed «Stop», and nobody records for
        nothing."""
        self.service.is_out_of_reach = False
        for _ in range(4):
            self.somebody_stops()
            self.we_compare()
            self.the_schedule_runs()
            for egress_id in sorted(self.service.at_work):
                if self.service.infos[egress_id].status == EgressStatus.EGRESS_ENDING:
                    self.service.becomes(egress_id, EgressStatus.EGRESS_COMPLETE)
            self.service.now += lifecycle.FINISH_WITHIN + timedelta(minutes=1)
        live = [str(row) for row in Recording.with_deleted.all() if not RecordingStatus(row.status).is_final]
        assert live == []
        assert self.service.at_work == set()


@pytest.mark.parametrize("number", range(20))
def test_no_history_of_recordings_breaks_what_must_hold(room: Room, told: Told, number: int) -> None:
    options = settings(
        max_examples=2,
        stateful_step_count=40,
        deadline=None,
        database=None,
        # Shrinking may take minutes; the number tells the same history again.
        phases=[Phase.generate],
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(History), settings=options)

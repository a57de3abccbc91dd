"""Rooms, their meetings and LiveKit in any order: commands between events that are late, doubled and lost."""

import json
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import ApiKey
from meet.webhooks.models import Event
from recordings.models import Recording
from rooms import expiry, reconciliation, telling
from rooms.models import Admission, EndAction, Meeting, Participation, RecordingsPolicy, Room, RoomStatus
from rooms.permissions import Permission, to_object
from tests.rooms.lifecycle_commands import EXPIRES_AT, Commands, Draw

SETTLING = timedelta(seconds=11)

_MANAGERS = [
    *("create", "delete", "delete", "delete_many", "open", "close", "put_roles"),
    *("add_member", "put_member", "put_member", "remove_member", "record", "record", "delete_recordings"),
]
_VISITORS = ["join", "join", "join", "refresh", "join_again", "kick", "promote", "promote", "demote", "end"]
_LIVEKIT = [
    *("connect", "connect", "connect_stranger", "visit", "visit", "disconnect", "disconnect"),
    *("close_empty_rooms", "crash", "cut_off", "come_back"),
]
_NEWS = ["deliver_all", "deliver_shuffled", "deliver_shuffled", "deliver", "deliver", "repeat", "lose"]
_TIME = ["wait", "expire", "reconcile", "settle", "settle"]
_ENDS = ["delete", "delete", "delete", "open", "close", "record", "record", "record", "end", "end", "end", "join"]
# Each history has its subject; what is likely in it stands here more than once.
_SUBJECTS = [
    [*_MANAGERS, *_VISITORS, *_LIVEKIT, *_NEWS, *_NEWS, *_TIME],
    [*_VISITORS, *_LIVEKIT, *_NEWS, *_NEWS, *_TIME],
    [*_ENDS, "deliver_all", "deliver_all", "deliver_shuffled", "expire", "settle"],
]


def tell_a_history(*, number: int, steps: int) -> None:
    """The history of that number, always the same."""
    # One history of its own, after the empty one: what Hypothesis makes of the first one differs in details only.
    options = settings(
        max_examples=2,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        # Shrinking may take minutes; the number tells the same history again.
        phases=[Phase.generate],
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(Lifecycle), settings=options)


class Lifecycle(RuleBasedStateMachine):
    """Each history finds the same accounts, a key and an endpoint for webhooks, and leaves nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self._before = transaction.savepoint()
        self.world = Commands()
        self.livekit = self.world.livekit
        self.deleted: dict[str, datetime | None] = {}
        self.has_changed = True
        self._stand_in = self.livekit.standing_in()
        self._stand_in.__enter__()

    def teardown(self) -> None:
        self._stand_in.__exit__(None, None, None)
        transaction.savepoint_rollback(self._before)

    @initialize(data=st.data(), subject=st.sampled_from(_SUBJECTS))
    def begin(self, data: st.DataObject, subject: list[str]) -> None:
        self.commands = ["wait", *subject]
        self.world.create(data.draw)
        self.world.let_in(self.world.room_ids[0], "speaker", name="Ann")
        self.world.deliver_all(data.draw)

    @rule(data=st.data())
    def happens(self, data: st.DataObject) -> None:
        """One rule for everything: of many, Hypothesis leaves out most for a whole history. It always tells the
        simplest one too, in which nothing happens."""
        command = data.draw(st.sampled_from(self.commands))
        self.has_changed = command != "wait"
        if hasattr(self, command):
            getattr(self, command)(data.draw)
            return
        with self.world.refusals():
            getattr(self.world, command)(data.draw)

    # -- Time --------------------------------------------------------------------------------------------------------

    def wait(self, draw: Draw) -> None:
        self.world.pass_time(timedelta(seconds=draw(st.sampled_from([0.4, 1, 5, 9.7, 11, 60, 3600, 13 * 3600]))))

    def expire(self, _draw: Draw) -> None:
        before = dict(Room.objects.values_list("room_id", "on_meeting_end"))
        self.livekit.now = max(self.livekit.now, EXPIRES_AT)
        expiry.sweep(now=self.world.now)
        for room in Room.with_deleted.filter(room_id__in=before, expires_at__lt=self.livekit.now):
            was_scheduled = before[room.room_id] == EndAction.DELETE
            if not was_scheduled and (room.deleted_at or room.on_meeting_end == EndAction.DELETE):
                is_forced = room.expiry_with_recordings == RecordingsPolicy.FORCE
                self.world.takes_recordings[room.room_id] = is_forced

    def reconcile(self, _draw: Draw) -> None:
        reconciliation.compare_meetings(now=self.world.now)
        reconciliation.compare_participants(now=self.world.now)
        telling.restrict_newcomers(now=self.world.now)

    def settle(self, draw: Draw) -> None:
        """With LiveKit in reach and nothing new, what we know is what is there: after three rounds, for what the first
        finds out the second ends, and the third notes that it has ended."""
        self.livekit.is_out_of_reach = False
        # Whom LiveKit was not told about is due again after a minute at the latest.
        self.world.pass_time(timedelta(minutes=1))
        for _ in range(3):
            self.world.pass_time(SETTLING)
            self.reconcile(draw)
        self._expect_what_livekit_knows()
        self._expect_deleted_rooms_to_be_gone()

    def _expect_what_livekit_knows(self) -> None:
        running = Meeting.objects.filter(ended_at=None)
        assert {meeting.livekit_sid for meeting in running} == {run.sid for run in self.livekit.runs.values()}
        here = Participation.objects.filter(left_at=None).select_related("admission")
        connections = {one.sid: one for run in self.livekit.runs.values() for one in run.people.values()}
        assert {participation.sid for participation in here} == set(connections)
        for participation in here:
            admission, metadata = participation.admission, connections[participation.sid].metadata
            assert not admission.banned_at, f"{admission} was sent out"
            assert participation.restricted_at, f"{admission} has yet to be told about"
            if admission.permissions:
                assert json.loads(metadata)["permissions"] == to_object(Permission(admission.permissions))

    def _expect_deleted_rooms_to_be_gone(self) -> None:
        headers = {"X-API-KEY": str(ApiKey.objects.default().text)}  # type: ignore[union-attr]
        for room_id in self.deleted:
            assert Client(headers=headers).get(f"/api/v1/rooms/{room_id}").status_code == 404

    # -- What must hold at any time ----------------------------------------------------------------------------------

    @invariant()
    def what_must_hold_holds(self) -> None:
        if self.has_changed:
            self._a_room_has_one_meeting_and_the_status_that_follows()
            self._deleted_rooms_stay_deleted()
            self._recordings_are_lost_by_force_only()
            self._what_livekit_has_told_of_is_so()
            self._people_are_in_running_meetings_under_names_of_their_own()
            self._webhooks_tell_of_each_meeting_that_it_began_and_that_it_ended()

    def _a_room_has_one_meeting_and_the_status_that_follows(self) -> None:
        meetings = list(Meeting.objects.filter(ended_at=None).values_list("room_id", flat=True))
        assert len(meetings) == len(set(meetings))
        for room in Room.with_deleted.with_status():
            expected = RoomStatus.CLOSED if room.closed_at else RoomStatus.OPEN
            assert room.status is (RoomStatus.ACTIVE_MEETING if room.pk in meetings else expected)
            assert room.pk in meetings or room.on_meeting_end == EndAction.NONE, "nothing waits for no end"

    def _deleted_rooms_stay_deleted(self) -> None:
        deleted = dict(Room.with_deleted.exclude(deleted_at=None).values_list("room_id", "deleted_at"))
        assert deleted == {**deleted, **self.deleted}
        self.deleted = deleted
        assert not Recording.objects.filter(room__deleted_at__isnull=False).exists()

    def _recordings_are_lost_by_force_only(self) -> None:
        kept = set(Recording.objects.values_list("pk", flat=True))
        lost = {room_id for pk, room_id in self.world.recordings.items() if pk not in kept}
        assert all(self.world.takes_recordings[room_id] for room_id in lost)

    def _what_livekit_has_told_of_is_so(self) -> None:
        heard = self.world.heard
        running = set(Meeting.objects.filter(ended_at=None).values_list("livekit_sid", flat=True))
        assert not running & heard["room_finished"]
        assert running >= {run.sid for run in self.livekit.runs.values()} & heard["room_started"]
        assert not Participation.objects.filter(left_at=None, sid__in=heard["participant_left"]).exists()

    def _people_are_in_running_meetings_under_names_of_their_own(self) -> None:
        assert not Participation.objects.filter(left_at=None, meeting__ended_at__isnull=False).exists()
        names = list(Admission.objects.filter(released_at=None).values_list("room_id", "name_key"))
        assert len(names) == len(set(names))

    def _webhooks_tell_of_each_meeting_that_it_began_and_that_it_ended(self) -> None:
        told: dict[str, list[str]] = defaultdict(list)
        for room_id, kind in Event.objects.order_by("pk").values_list("room_id", "kind"):
            told[room_id].append(kind)
        for kinds in told.values():
            assert kinds == (["meetingStarted", "meetingEnded"] * len(kinds))[: len(kinds)]
        live = Meeting.objects.filter(ended_at=None, room__deleted_at=None).values_list("room__room_id", flat=True)
        assert set(live) == {room_id for room_id, kinds in told.items() if kinds[-1] == "meetingStarted"}

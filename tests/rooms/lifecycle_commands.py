"""What can happen to rooms, in a world with a LiveKit of its own: by managers, by visitors, and by LiveKit. Each
command draws what it needs; to be refused is fine, to fall over is not."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from hypothesis import strategies as st

from accounts.actor import Actor, Via
from accounts.models import User
from meet import clock
from meet.errors import DomainError
from meet.livekit import inbox, tokens
from meet.livekit.models import InboundEvent
from recordings.models import Recording
from rooms import bulk, configuration, joining, lifecycle, members, moderation, opening, promotion
from rooms.access import Need, Visitor, room_for, visitor_for
from rooms.authentication import previous_admission, room_member
from rooms.deletion import Policy
from rooms.lifecycle import Expiry, NewRoom
from rooms.members import MemberChange, NewMember
from rooms.models import MeetingPolicy, RecordingsPolicy, Room, RoomStatus
from rooms.permissions import MeetingRole
from tests.factories import make_recording, secret_of
from tests.livekit.memory import LiveKit, News
from tests.livekit.wire import signature

# Later than every account and key of the tests.
START = datetime(2040, 1, 1, tzinfo=UTC)
EXPIRES_AT = START + timedelta(hours=1)

ROLES = st.sampled_from(MeetingRole)
NAMES = st.sampled_from(["Ann", "ANN", "Ann_1", "Bob"])
COMES = st.sampled_from([True, True, False])
VISITORS = st.sampled_from(["speaker", "speaker", "moderator", "olga_", "max__", "guest"])
RIGHTS = st.sampled_from([{}, {"meetingJoin": False}, {"chatWrite": False}, {"participantKick": True}])
POLICIES = st.builds(Policy, st.sampled_from(MeetingPolicy), st.sampled_from(RecordingsPolicy))
EXPIRIES = st.builds(
    Expiry,
    at=st.just(EXPIRES_AT),
    with_meeting=st.sampled_from([MeetingPolicy.FORCE, MeetingPolicy.WHEN_MEETING_ENDS]),
    with_recordings=st.sampled_from([RecordingsPolicy.FORCE, RecordingsPolicy.CLOSE]),
)

Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Ticket:
    """A token to join with; LiveKit takes it for as long as somebody keeps it."""

    room_id: str
    who: str
    token: str
    identity: str
    name: str


class Commands:
    def __init__(self) -> None:
        self.livekit = LiveKit(now=START)
        self.owner = User.objects.get(user_id="olga_")
        self.actor = Actor(self.owner, Via.TOKEN)
        self.room_ids: list[str] = []
        self.tickets: list[Ticket] = []
        # By primary key, to which room those belong that nobody has deleted.
        self.recordings: dict[int, str] = {}
        # Whether the deletion that counts by now was to take recordings along.
        self.takes_recordings: dict[str, bool] = defaultdict(bool)
        # By kind of event, the runs and connections of which we have been told.
        self.heard: dict[str, set[str]] = defaultdict(set)
        self._old_news: list[News] = []
        self._deliveries = 0

    @property
    def now(self) -> datetime:
        """No two things happen at the same moment."""
        self.pass_time(clock.MILLISECOND)
        return self.livekit.now

    def pass_time(self, span: timedelta) -> None:
        self.livekit.now += span

    @contextmanager
    def refusals(self) -> Iterator[None]:
        try:
            yield
        except DomainError as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not self.livekit.is_out_of_reach:
                raise

    # -- Managers ----------------------------------------------------------------------------------------------------

    def create(self, draw: Draw) -> None:
        wish = NewRoom(name="Room", expiry=draw(st.none() | EXPIRIES))
        self.room_ids.append(lifecycle.create(wish, owner=self.owner, now=self.now).room_id)

    def delete(self, draw: Draw) -> None:
        room, policy = self._managed(draw), draw(POLICIES)
        lifecycle.delete(room, policy, now=self.now)
        self.takes_recordings[room.room_id] = policy.with_recordings is RecordingsPolicy.FORCE

    def delete_many(self, draw: Draw) -> None:
        room_ids = draw(st.lists(st.sampled_from(self.room_ids), min_size=1, max_size=3, unique=True))
        policy = draw(POLICIES)
        for room, _decision in bulk.delete_all(self.actor, room_ids, policy, now=self.now).done:
            self.takes_recordings[room.room_id] = policy.with_recordings is RecordingsPolicy.FORCE

    def open(self, draw: Draw) -> None:
        room = self._managed(draw)
        opening.reopen(room)
        self.takes_recordings[room.room_id] = False

    def close(self, draw: Draw) -> None:
        room = self._managed(draw)
        opening.close(room, now=self.now)
        self.takes_recordings[room.room_id] = False

    def put_roles(self, draw: Draw) -> None:
        configuration.change_roles(self._managed(draw), {draw(ROLES): draw(RIGHTS)}, now=self.now)

    def add_member(self, draw: Draw) -> None:
        user_id = draw(st.sampled_from([None, "max__", "olga_"]))
        wish = NewMember(draw(ROLES), user_id, name="Gwen", custom_permissions=draw(RIGHTS))
        members.add(self._managed(draw), wish, now=self.now)

    def put_member(self, draw: Draw) -> None:
        member = self._managed(draw).members.order_by("-pk").first()
        if member:
            members.change(member, MemberChange(draw(ROLES), draw(st.none() | RIGHTS)), now=self.now)

    def remove_member(self, draw: Draw) -> None:
        members.remove(list(self._managed(draw).members.order_by("-pk")[:1]), now=self.now)

    def record(self, draw: Draw) -> None:
        room = self._managed(draw)
        self.recordings[make_recording(room).pk] = room.room_id

    def delete_recordings(self, draw: Draw) -> None:
        room = self._managed(draw)
        Recording.objects.filter(room=room).update(deleted_at=self.now)
        self.recordings = {pk: room_id for pk, room_id in self.recordings.items() if room_id != room.room_id}

    def _managed(self, draw: Draw) -> Room:
        return room_for(self.actor, draw(st.sampled_from(self.room_ids)), need=Need.MANAGE)

    # -- Visitors ----------------------------------------------------------------------------------------------------

    def join(self, draw: Draw) -> None:
        room_id = draw(st.sampled_from(self.room_ids))
        self.let_in(room_id, draw(VISITORS), name=draw(NAMES), is_opaque=draw(st.booleans()), comes=draw(COMES))

    def let_in(self, room_id: str, who: str, *, name: str, is_opaque: bool = False, comes: bool = True) -> None:
        token = joining.join(self._visitor(room_id, who), name=name, is_opaque=is_opaque, now=self.now)
        assert Room.objects.get(room_id=room_id).status is not RoomStatus.CLOSED
        ticket = self._keep(room_id, who, token)
        if comes:
            self.livekit.connect(room_id, ticket.identity, ticket.name)

    def refresh(self, draw: Draw) -> None:
        ticket = self._ticket(draw)
        admission = previous_admission(ticket.token, now=self.now)
        assert admission
        self._keep(ticket.room_id, ticket.who, joining.renew(admission, ticket.room_id, now=self.now))

    def join_again(self, draw: Draw) -> None:
        ticket = self._ticket(draw)
        admission = previous_admission(ticket.token, now=self.now)
        assert admission
        token = joining.rejoin(self._visitor(ticket.room_id, ticket.who), admission, now=self.now)
        self._keep(ticket.room_id, ticket.who, token)

    def kick(self, draw: Draw) -> None:
        ticket = self._ticket(draw)
        room = room_for(self.actor, ticket.room_id, need=Need.MANAGE)
        moderation.kick(room, ticket.identity, now=self.now)

    def promote(self, draw: Draw) -> None:
        self._change_role(draw, promotion.RoleAction.UPGRADE)

    def demote(self, draw: Draw) -> None:
        self._change_role(draw, promotion.RoleAction.DOWNGRADE)

    def _change_role(self, draw: Draw, action: promotion.RoleAction) -> None:
        ticket = self._ticket(draw)
        room = room_for(self.actor, ticket.room_id, need=Need.MANAGE)
        promotion.change_role(room, ticket.identity, action, now=self.now)

    def end(self, draw: Draw) -> None:
        lifecycle.end_meeting(self._managed(draw), now=self.now)

    def _visitor(self, room_id: str, who: str) -> Visitor:
        room, secret, user = room_for(self.actor, room_id, need=Need.MANAGE), None, None
        if who == "guest":
            secret = room.members.exclude(guest_id=None).values_list("guest_id", flat=True).last() or "guest-none"
        elif who in MeetingRole.values:
            secret = secret_of(room, who)
        else:
            user = User.objects.get(user_id=who)
        return visitor_for(room_id, secret=secret, user=user, now=self.now)

    def _ticket(self, draw: Draw) -> Ticket:
        """The latest first: that is the simplest history."""
        return draw(st.sampled_from(self.tickets[::-1]))  # type: ignore[no-any-return]

    def _keep(self, room_id: str, who: str, token: str) -> Ticket:
        claims = tokens.verified(token, now=self.now)
        assert claims.subject
        assert claims.name
        assert room_member(token, now=self.now).admission, "a token that has just been issued is good"
        ticket = Ticket(room_id, who, token, claims.subject, claims.name)
        self.tickets.append(ticket)
        return ticket

    # -- LiveKit -----------------------------------------------------------------------------------------------------

    def connect(self, draw: Draw) -> None:
        ticket = self._ticket(draw)
        self.livekit.connect(ticket.room_id, ticket.identity, ticket.name)

    def visit(self, draw: Draw) -> None:
        """A meeting that is over before anybody hears of it."""
        ticket = self._ticket(draw)
        self.livekit.connect(ticket.room_id, ticket.identity, ticket.name)
        self.pass_time(draw(st.sampled_from([clock.MILLISECOND, timedelta(seconds=20)])))
        self.livekit.disconnect(ticket.room_id, ticket.identity)
        self.livekit.close_empty_rooms()

    def connect_stranger(self, draw: Draw) -> None:
        """Sent by an operator's own tool, which knows names of ours."""
        identity = draw(st.sampled_from(["an-operators-tool", "max__"]))
        self.livekit.connect(draw(st.sampled_from(self.room_ids)), identity, "Ann")

    def disconnect(self, draw: Draw) -> None:
        ticket = self._ticket(draw)
        self.livekit.disconnect(ticket.room_id, ticket.identity)

    def close_empty_rooms(self, _draw: Draw) -> None:
        self.livekit.close_empty_rooms()

    def crash(self, _draw: Draw) -> None:
        self.livekit.crash()

    def cut_off(self, _draw: Draw) -> None:
        self.livekit.is_out_of_reach = True

    def come_back(self, _draw: Draw) -> None:
        self.livekit.is_out_of_reach = False

    # -- News --------------------------------------------------------------------------------------------------------

    def deliver_all(self, _draw: Draw) -> None:
        for news in list(self.livekit.news):
            self._take_in(news)

    def deliver_shuffled(self, draw: Draw) -> None:
        for news in draw(st.permutations(self.livekit.news)):
            self._take_in(news)

    def deliver(self, draw: Draw) -> None:
        for news in self._some_news(draw):
            self._take_in(news)

    def repeat(self, draw: Draw) -> None:
        """Under another number: LiveKit's repetitions do not get past the inbox, which is not what is tried here."""
        self._take_in(draw(st.sampled_from(self._old_news[::-1])))

    def lose(self, draw: Draw) -> None:
        for news in self._some_news(draw):
            self.livekit.news.remove(news)

    def _some_news(self, draw: Draw) -> list[News]:
        """One of it, if there is any."""
        news = self.livekit.news
        return [draw(st.sampled_from(news))] if news else []

    def _take_in(self, news: News) -> None:
        if news in self.livekit.news:
            self.livekit.news.remove(news)
            self._old_news.append(news)
        self._deliveries += 1
        body = news.body(f"EV_{self._deliveries}")
        event = inbox.receive(body.encode(), signature(body), now=self.now)
        assert event
        inbox.process(event.pk, now=self.now)
        assert not (error := InboundEvent.objects.get(pk=event.pk).error), error
        self.heard[news.kind].add(news.participant["sid"] if news.participant else news.run.sid)

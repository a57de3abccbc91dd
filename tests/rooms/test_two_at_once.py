"""People who do things to one room at the same moment, in threads of their own, on both databases: nobody is answered
that we are broken, nothing is there twice, and nobody waits for ever."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from accounts.models import ApiKey, Role, User
from accounts.tokens import TokenType, issue
from meet import clock
from meet.livekit import inbox
from meet.livekit.models import InboundEvent
from rooms.models import Admission, Member, Participation, Room, RoomStatus
from rooms.permissions import MeetingRole
from tests.at_once import AtOnce, at_once, database_of_threads
from tests.conftest import Api
from tests.factories import make_guest, make_member, make_recording, make_room, make_user, secret_of
from tests.livekit.memory import LiveKit
from tests.livekit.wire import signature
from tests.rooms.joining import join

__all__ = ["at_once", "database_of_threads"]

ROUNDS = 6
# A deadlock costs PostgreSQL one second and somebody an error; on SQLite a writer waits twenty.
LONGEST = 15

Job = Callable[[], Any]
Together = Callable[..., list[Any]]


@pytest.fixture
def together(at_once: AtOnce) -> Together:
    """The answers to requests that are made at once, in their order."""

    def run(*jobs: Job) -> list[Any]:
        answers: dict[int, Any] = {}
        numbered = iter(list(enumerate(jobs)))

        def one() -> None:
            number, job = next(numbered)
            answers[number] = job()

        began = time.monotonic()
        at_once(one, len(jobs))
        assert time.monotonic() - began < LONGEST
        return [answers[number] for number in range(len(jobs))]

    return run


@pytest.fixture
def owner(database_of_threads: None) -> User:
    return make_user("olga_", role=Role.ROOM_MANAGER)


@pytest.fixture
def key(database_of_threads: None) -> str:
    return str(ApiKey.replace_default(by=make_user("admin", role=Role.ADMIN), now=clock.now()).text)


@pytest.fixture
def livekit(database_of_threads: None) -> Iterator[LiveKit]:
    livekit = LiveKit(now=clock.now())
    with livekit.standing_in():
        yield livekit


def program(key: str) -> Api:
    """One for each thread: its client is not made for two."""
    return Api({"X-API-KEY": key})


def statuses(answers: list[Any]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def hear(livekit: LiveKit) -> None:
    """What LiveKit has to tell, taken in."""
    news, livekit.news = livekit.news, []
    for number, one in enumerate(news):
        body = one.body(f"EV_{time.monotonic_ns()}_{number}")
        event = inbox.receive(body.encode(), signature(body), now=clock.now())
        assert event
        inbox.process(event.pk, now=clock.now())
        assert not InboundEvent.objects.get(pk=event.pk).error


def test_twenty_people_of_one_name_get_twenty_names(owner: User, livekit: LiveKit, together: Together) -> None:
    room = make_room(owner)
    secret = secret_of(room)
    answers = together(*[partial(join, Api({}), room, secret=secret, participantName="Ann") for _ in range(20)])
    assert statuses(answers) == {200: 20}
    names = {admission.name_key for admission in Admission.objects.filter(room=room, released_at=None)}
    assert names == {"ann", *(f"ann_{number}" for number in range(1, 20))}
    assert len(livekit.runs) == 1


def test_a_room_that_goes_while_people_come(owner: User, key: str, livekit: LiveKit, together: Together) -> None:
    for number in range(ROUNDS):
        room = make_room(owner, f"Room {number}")
        secret = secret_of(room)
        delete = f"/api/v1/rooms/{room.room_id}?withMeeting=force"
        *joins, deletion = together(
            *[partial(join, Api({}), room, secret=secret, participantName="Ann") for _ in range(4)],
            partial(program(key).delete, delete),
        )
        assert set(statuses(joins)) <= {200, 403, 404}
        assert deletion.status_code == 200
        hear(livekit)
        assert program(key).get(f"/api/v1/rooms/{room.room_id}").status_code == 404
        assert not Room.objects.filter(pk=room.pk).exists()


def test_a_member_who_goes_while_they_come(owner: User, key: str, livekit: LiveKit, together: Together) -> None:
    room = make_room(owner)
    for _ in range(ROUNDS):
        guest = make_guest(room)
        *joins, removal = together(
            *[partial(join, Api({}), room, secret=guest.guest_id) for _ in range(4)],
            partial(program(key).delete, f"/api/v1/rooms/{room.room_id}/members/{guest.guest_id}"),
        )
        assert set(statuses(joins)) <= {200, 403, 404}
        assert removal.status_code == 200
        assert not Member.objects.filter(pk=guest.pk).exists()
        assert not Admission.objects.filter(room=room, identity=guest.guest_id, banned_at=None).exists()


def test_rights_that_change_while_tokens_are_renewed(
    owner: User, key: str, livekit: LiveKit, together: Together
) -> None:
    room = make_room(owner)
    path = f"/api/v1/rooms/{room.room_id}"
    for number in range(ROUNDS):
        max_ = make_user(f"max_{number}_")
        make_member(room, max_)
        ticket, boss = _let_in(room, max_, livekit), _let_in(room, owner, livekit)
        hear(livekit)
        livekit.disconnect(room.room_id, max_.user_id)
        livekit.connect(room.room_id, max_.user_id, max_.name)
        answers = together(
            partial(_holder(ticket).post, f"/internal-api/v1/rooms/{room.room_id}/members/token/refresh"),
            partial(join, _holder(ticket, max_), room),
            partial(join, _holder(ticket, max_), room),
            partial(_holder(boss).put, _role_of(room, max_), {"action": "upgrade"}),
            partial(_holder(boss).put, _role_of(room, max_), {"action": "downgrade"}),
            partial(program(key).put, f"{path}/members/{max_.user_id}", {"baseRole": "moderator"}),
            partial(program(key).put, f"{path}/members/{max_.user_id}", {"customPermissions": {"chatWrite": False}}),
            partial(program(key).put, f"{path}/roles", {"roles": {"speaker": {"permissions": {"chatWrite": False}}}}),
            partial(hear, livekit),
        )[:-1]
        assert set(statuses(answers)) <= {200, 401, 403, 404, 409}
        admission = Admission.objects.get(room=room, identity=max_.user_id, released_at=None)
        assert admission.base_permissions == Member.objects.get(room=room, user=max_).effective_permissions
        assert Participation.objects.filter(admission=admission, left_at=None).count() == 1


def _let_in(room: Room, user: User, livekit: LiveKit) -> str:
    answer = join(_holder(None, user), room)
    assert answer.status_code == 200
    livekit.connect(room.room_id, user.user_id, user.name)
    return str(answer.json()["token"])


def _holder(ticket: str | None, user: User | None = None) -> Api:
    headers = {}
    if ticket:
        headers["X-Room-Member-Token"] = f"Bearer {ticket}"
    if user:
        headers["Authorization"] = f"Bearer {issue(user, TokenType.ACCESS, now=clock.now())}"
    return Api(headers)


def _role_of(room: Room, user: User) -> str:
    return f"/internal-api/v1/meetings/{room.room_id}/participants/{user.user_id}/role"


def test_people_who_leave_while_their_rights_change(
    owner: User, key: str, livekit: LiveKit, together: Together
) -> None:
    room = make_room(owner)
    people = [make_user(f"max_{number}_") for number in range(5)]
    for user in people:
        make_member(room, user)
    for role in (MeetingRole.MODERATOR, MeetingRole.SPEAKER) * ROUNDS:
        tickets = [_let_in(room, user, livekit) for user in people]
        hear(livekit)
        livekit.delete_room(room.room_id)
        path = f"/api/v1/rooms/{room.room_id}/members"
        answers = together(
            partial(hear, livekit),
            *[partial(program(key).put, f"{path}/{user.user_id}", {"baseRole": role}) for user in people],
            *[partial(join, _holder(ticket, user), room) for ticket, user in zip(tickets, people, strict=True)],
        )[1:]
        assert set(statuses(answers)) <= {200, 401, 403, 404, 409}
        assert not Participation.objects.filter(left_at=None, meeting__ended_at__isnull=False).exists()


def test_two_who_change_roles(owner: User, key: str, together: Together) -> None:
    room = make_room(owner)
    for number in range(6):
        make_member(room, make_user(f"member{number}"), role=MeetingRole.values[number % 2])  # type: ignore[arg-type]
    path = f"/api/v1/rooms/{room.room_id}/roles"
    for chat in (True, False) * ROUNDS:
        answers = together(
            partial(program(key).put, path, {"roles": {"speaker": {"permissions": {"chatWrite": chat}}}}),
            partial(program(key).put, path, {"roles": {"moderator": {"permissions": {"meetingEnd": chat}}}}),
            partial(program(key).put, path, {"roles": {"speaker": {"permissions": {"chatRead": not chat}}}}),
        )
        assert statuses(answers) == {200: 3}
        room.refresh_from_db()
        for member in room.members.all():
            assert member.permissions == room.role_permissions(MeetingRole(member.base_role))


def test_two_who_delete_the_same_rooms(owner: User, key: str, livekit: LiveKit, together: Together) -> None:
    for _ in range(ROUNDS):
        rooms = [make_room(owner, f"Room {number}") for number in range(6)]
        make_recording(rooms[2])
        for room in rooms[:2]:
            _let_in(room, owner, livekit)
        hear(livekit)
        ids = [room.room_id for room in rooms]
        path = "/api/v1/rooms?withMeeting=force&withRecordings=force&roomIds="
        answers = together(
            partial(program(key).delete, path + ",".join(ids)),
            partial(program(key).delete, path + ",".join(reversed(ids))),
            partial(program(key).delete, path + ",".join(ids[1:4])),
        )
        assert set(statuses(answers)) <= {200, 400}
        hear(livekit)
        deleted = Counter(entry["roomId"] for answer in answers for entry in answer.json()["deleted"])
        assert set(deleted) == set(ids)
        # A room with a meeting is there until LiveKit says that this has ended.
        assert all(deleted[room_id] == 1 for room_id in ids[2:])
        assert not Room.objects.filter(room_id__in=ids).exists()


def test_programs_that_make_one_room_of_their_own_name(key: str, together: Together) -> None:
    for number in range(ROUNDS):
        path = f"/api/v1/rooms/by-external-id/course-{number}"
        answers = together(*[partial(program(key).put, path, {"roomName": "Course"}) for _ in range(6)])
        assert statuses(answers) == {201: 1, 200: 5}
        assert len({answer.json()["roomId"] for answer in answers}) == 1
    assert Room.objects.count() == ROUNDS


def test_a_member_who_is_invited_twice(owner: User, key: str, together: Together) -> None:
    room = make_room(owner)
    for number in range(ROUNDS):
        max_ = make_user(f"max_{number}_")
        body = {"userId": max_.user_id, "baseRole": "speaker"}
        answers = together(*[partial(program(key).post, f"/api/v1/rooms/{room.room_id}/members", body)] * 2)
        assert statuses(answers) == {201: 1, 409: 1}
        assert Member.objects.filter(room=room, user=max_).count() == 1


def test_a_room_that_is_opened_and_closed_and_entered(
    owner: User, key: str, livekit: LiveKit, together: Together
) -> None:
    room = make_room(owner)
    secret, path = secret_of(room), f"/api/v1/rooms/{room.room_id}/status"
    for _ in range(ROUNDS):
        answers = together(
            partial(program(key).put, path, {"status": "closed"}),
            partial(program(key).put, path, {"status": "open"}),
            *[partial(join, Api({}), room, secret=secret, participantName="Ann") for _ in range(3)],
            partial(hear, livekit),
        )[:-1]
        assert set(statuses(answers)) <= {200, 202, 409}
        livekit.delete_room(room.room_id)
        hear(livekit)
        assert Room.objects.get(pk=room.pk).status in {RoomStatus.OPEN, RoomStatus.CLOSED}

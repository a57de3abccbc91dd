"""POST and DELETE /internal-api/v1/ai/assistants (rest-api.md 1.12): one captions agent while somebody reads."""

import itertools
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx
from livekit.protocol import agent_dispatch, models
from pytest_django import Settings

from accounts.models import User
from meet import clock
from rooms import captions, tasks
from rooms.models import CaptionAgent, CaptionListener, Room
from rooms.permissions import NONE, Permission
from tests import jwts
from tests.conftest import Api
from tests.factories import make_admission, make_meeting, make_participation, make_room
from tests.livekit.wire import Twirp, sent
from tests.rooms.events import came, happen, went
from tests.rooms.joining import holder

PATH = "/internal-api/v1/ai/assistants"
BODY = {"capabilities": [{"name": "live_captions"}]}
NO_CAPABILITY = [("capabilities", "At least one valid capability is required")]
CREATE, LIST, DELETE = (f"AgentDispatchService/{name}Dispatch" for name in ("Create", "List", "Delete"))
ANN, BOB = "ann-000000000000001", "bob-000000000000001"


@pytest.fixture(autouse=True)
def _captions(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEET_CAPTIONS_ENABLED = True
    monkeypatch.setattr(captions, "_PAUSE", 0)


class Agents:
    """The dispatches of LiveKit's one room."""

    def __init__(self, twirp: Twirp, room: Room) -> None:
        self.there: list[agent_dispatch.AgentDispatch] = []
        self._room = room.room_id
        self._numbers = itertools.count(1)
        twirp.has_rooms(models.Room(name=self._room, sid="RM_first"))
        self.listed = twirp.answers(LIST, agent_dispatch.ListAgentDispatchResponse())
        self.listed.mock(side_effect=self._list)
        self.created = twirp.answers(CREATE, agent_dispatch.AgentDispatch())
        self.created.mock(side_effect=self._create)
        self.deleted = twirp.answers(DELETE, agent_dispatch.AgentDispatch())
        self.deleted.mock(side_effect=self._delete)

    def add(self, name: str, dispatch_id: str) -> None:
        self.there.append(agent_dispatch.AgentDispatch(id=dispatch_id, agent_name=name, room=self._room))

    def names(self) -> list[str]:
        return [dispatch.agent_name for dispatch in self.there]

    def _list(self, _request: httpx.Request) -> httpx.Response:
        answer = agent_dispatch.ListAgentDispatchResponse(agent_dispatches=self.there)
        return httpx.Response(200, content=answer.SerializeToString())

    def _create(self, request: httpx.Request) -> httpx.Response:
        wish = agent_dispatch.CreateAgentDispatchRequest.FromString(request.content)
        assert wish.room == self._room
        self.add(wish.agent_name, f"AD_{next(self._numbers)}")
        return httpx.Response(200, content=self.there[-1].SerializeToString())

    def _delete(self, request: httpx.Request) -> httpx.Response:
        wish = agent_dispatch.DeleteAgentDispatchRequest.FromString(request.content)
        if wish.dispatch_id not in [dispatch.id for dispatch in self.there]:
            return httpx.Response(404, json={"code": "not_found", "msg": "dispatch ID not found"})
        self.there = [dispatch for dispatch in self.there if dispatch.id != wish.dispatch_id]
        return httpx.Response(200, content=agent_dispatch.AgentDispatch(id=wish.dispatch_id).SerializeToString())


@pytest.fixture
def agents(twirp: Twirp, room: Room) -> Agents:
    return Agents(twirp, room)


def ticket_holder(room: Room, identity: str = ANN, **more: Any) -> Api:
    """Somebody with a token to join, who has not joined yet; `more` are columns of the admission."""
    make_admission(room, identity, identity[:3].title(), **more)
    return holder(join_token(room, identity))


def person(room: Room, identity: str = ANN, **more: Any) -> Api:
    """Somebody in the meeting."""
    api = ticket_holder(room, identity, **more)
    meeting = room.open_meeting() or make_meeting(room)
    make_participation(room.admissions.get(identity=identity), meeting, sid=f"PA_{identity[:3]}")
    return api


def join_token(room: Room, identity: str) -> str:
    metadata = jwts.member_metadata(room.room_id)
    return jwts.craft(metadata, sub=identity, video={"room": room.room_id, "roomJoin": True})


def error(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    assert list(body) == ["error", "message"]
    return answer.status_code, body["error"], body["message"]


# -- Switching on ----------------------------------------------------------------------------------------------------


def test_the_first_reader_brings_the_agent(room: Room, agents: Agents) -> None:
    answer = person(room).post(PATH, BODY)
    assert answer.status_code == 201
    assert list(answer.json().items()) == [("id", "AD_1"), ("status", "active")]
    wish = sent(agents.created, agent_dispatch.CreateAgentDispatchRequest)
    assert (wish.room, wish.agent_name) == (room.room_id, "speech-processing")


def test_further_readers_and_those_who_ask_twice_share_it(room: Room, agents: Agents) -> None:
    ann, bob = person(room, ANN), person(room, BOB)
    ids = {one.post(PATH, BODY).json()["id"] for one in (ann, bob, ann)}
    assert ids == {"AD_1"}
    assert agents.created.call_count == 1
    assert CaptionListener.objects.count() == 2


def test_an_agent_that_is_there_already_is_used_and_others_are_none(room: Room, agents: Agents) -> None:
    agents.add("", "AD_unnamed")
    agents.add("transcriber", "AD_foreign")
    agents.add("speech-processing", "AD_there")
    assert person(room).post(PATH, BODY).json()["id"] == "AD_there"
    assert not agents.created.called


def test_a_restarted_livekit_gets_a_new_one(room: Room, agents: Agents) -> None:
    ann = person(room)
    ann.post(PATH, BODY)
    agents.there.clear()
    assert ann.post(PATH, BODY).json()["id"] == "AD_2"


def test_a_token_of_an_operators_own_tool_will_do(room: Room, agents: Agents) -> None:
    came(room, "robot")
    api = holder(join_token(room, "robot"))
    assert api.post(PATH, BODY).status_code == 201
    assert api.delete(f"{PATH}/AD_1").status_code == 200
    assert agents.names() == []


def test_no_permission_is_needed(room: Room, agents: Agents) -> None:
    mask = int(Permission.meetingJoin)
    assert person(room, permissions=mask, base_permissions=int(NONE)).post(PATH, BODY).status_code == 201


def test_the_agent_comes_to_the_room_of_the_token(room: Room, olga: User, twirp: Twirp) -> None:
    other = make_room(olga, "Another room")
    agents = Agents(twirp, other)
    assert person(other).post(PATH, BODY).status_code == 201
    assert agents.names() == ["speech-processing"]
    assert not CaptionListener.objects.filter(room=room).exists()


# -- Two at once -----------------------------------------------------------------------------------------------------


def during(route: respx.Route, act: Any) -> None:
    """Does `act` while LiveKit is answering the first call of `route`."""
    answers = route.side_effect

    def busy(request: httpx.Request) -> httpx.Response:
        route.mock(side_effect=answers)
        act()
        answer: httpx.Response = answers(request)  # type: ignore[operator, misc, assignment]
        return answer

    route.mock(side_effect=busy)


def test_who_comes_while_the_agent_is_on_its_way_is_told_so_and_makes_no_second_one(room: Room, agents: Agents) -> None:
    ann, bob = person(room, ANN), person(room, BOB)
    told: list[Any] = []
    during(agents.created, lambda: told.append(bob.post(PATH, BODY)))
    assert ann.post(PATH, BODY).status_code == 201
    message = f"AI assistant  for room '{room.room_id}' is already starting"
    assert error(told[0]) == (409, "AI Assistant Error", message)
    assert agents.names() == ["speech-processing"]
    assert list(CaptionListener.objects.values_list("identity", flat=True)) == [ANN]
    assert bob.post(PATH, BODY).json()["id"] == "AD_1"


def test_who_comes_a_moment_later_waits_for_it(room: Room, agents: Agents, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    CaptionAgent.objects.create(room=room, claimed_at=now)
    pauses: list[float] = []

    def ready(seconds: float) -> None:
        pauses.append(seconds)
        CaptionAgent.objects.update(claimed_at=None)

    monkeypatch.setattr(captions, "_PAUSE", 0.2)
    monkeypatch.setattr(time, "sleep", ready)
    assert person(room).post(PATH, BODY).status_code == 201
    assert pauses == [0.2]


def test_a_process_that_died_on_its_way_blocks_nobody_for_long(room: Room, agents: Agents) -> None:
    CaptionAgent.objects.create(room=room, claimed_at=clock.now() - timedelta(seconds=61))
    assert person(room).post(PATH, BODY).status_code == 201


def test_the_last_one_leaving_takes_the_agent_from_nobody_who_comes_meanwhile(room: Room, agents: Agents) -> None:
    ann, bob = person(room, ANN), person(room, BOB)
    ann.post(PATH, BODY)
    told: list[int] = []
    during(agents.deleted, lambda: told.append(bob.post(PATH, BODY).status_code))
    ann.delete(f"{PATH}/AD_1")
    assert told == [409]
    assert bob.post(PATH, BODY).json()["id"] == "AD_2"
    assert agents.names() == ["speech-processing"]


def test_who_leaves_while_another_begins_does_not_stop_it(room: Room, agents: Agents) -> None:
    ann, bob = person(room, ANN), person(room, BOB)
    ann.post(PATH, BODY)
    during(agents.listed, lambda: ann.delete(f"{PATH}/AD_1"))
    assert bob.post(PATH, BODY).json()["id"] == "AD_1"
    tasks.stop_unread_captions()
    assert agents.names() == ["speech-processing"]


# -- Switching off ---------------------------------------------------------------------------------------------------


def test_the_last_reader_sends_the_agent_away(room: Room, agents: Agents) -> None:
    agents.add("transcriber", "AD_foreign")
    ann, bob = person(room, ANN), person(room, BOB)
    ann.post(PATH, BODY)
    bob.post(PATH, BODY)
    answer = ann.delete(f"{PATH}/AD_1")
    assert (answer.status_code, answer.json()) == (200, {"message": "Assistant 'AD_1' canceled successfully"})
    assert agents.names() == ["transcriber", "speech-processing"]
    bob.delete(f"{PATH}/AD_1")
    assert agents.names() == ["transcriber"]
    assert not CaptionAgent.objects.exists()


def test_the_id_is_trimmed_and_otherwise_only_repeated(room: Room, agents: Agents) -> None:
    ann = person(room)
    ann.post(PATH, BODY)
    answer = ann.delete(f"{PATH}/%20anything%20")
    assert answer.json() == {"message": "Assistant 'anything' canceled successfully"}
    assert agents.names() == []


def test_a_blank_id_is_refused(room: Room) -> None:
    answer = person(room).delete(f"{PATH}/%20")
    assert answer.status_code == 422
    assert [entry["field"] for entry in answer.json()["details"]] == ["assistantId"]


def test_who_was_not_reading_may_stop_as_well_and_disturbs_nobody(room: Room, agents: Agents) -> None:
    ann, bob = person(room, ANN), person(room, BOB)
    assert bob.delete(f"{PATH}/AD_1").status_code == 200
    ann.post(PATH, BODY)
    assert bob.delete(f"{PATH}/AD_1").status_code == 200
    assert agents.names() == ["speech-processing"]


def test_an_agent_that_has_gone_by_itself_is_no_error(room: Room, agents: Agents) -> None:
    ann = person(room)
    ann.post(PATH, BODY)
    during(agents.deleted, agents.there.clear)
    assert ann.delete(f"{PATH}/AD_1").status_code == 200
    assert not CaptionAgent.objects.exists()


def test_with_livekit_out_of_reach_it_is_stopped_later(room: Room, agents: Agents, twirp: Twirp) -> None:
    ann = person(room)
    ann.post(PATH, BODY)
    twirp.refuses("RoomService/ListRooms", "unavailable", status=503)
    assert ann.delete(f"{PATH}/AD_1").status_code == 200
    tasks.stop_unread_captions()
    assert agents.names() == ["speech-processing"]
    twirp.has_rooms(models.Room(name=room.room_id))
    tasks.stop_unread_captions()
    assert agents.names() == []


# -- Leaving ---------------------------------------------------------------------------------------------------------


def test_who_leaves_the_meeting_reads_no_more(room: Room, agents: Agents) -> None:
    ann, bob = person(room, ANN), person(room, BOB)
    ann.post(PATH, BODY)
    bob.post(PATH, BODY)
    went(room, ANN, connection="PA_ann")
    tasks.stop_unread_captions()
    assert agents.names() == ["speech-processing"]
    went(room, BOB, connection="PA_bob")
    tasks.stop_unread_captions()
    assert agents.names() == []


def test_a_second_connection_keeps_on_reading(room: Room, agents: Agents) -> None:
    ann = ticket_holder(room)
    came(room, ANN, connection="PA_1")
    ann.post(PATH, BODY)
    came(room, ANN, connection="PA_2")
    went(room, ANN, connection="PA_1", disconnectReason="DUPLICATE_IDENTITY")
    tasks.stop_unread_captions()
    assert agents.names() == ["speech-processing"]


def test_the_end_of_the_meeting_ends_the_reading(room: Room, agents: Agents, twirp: Twirp) -> None:
    ann = ticket_holder(room)
    came(room, ANN)
    ann.post(PATH, BODY)
    happen("room_finished", room, at=int(clock.now().timestamp()) + 1)
    assert not CaptionListener.objects.exists()
    twirp.has_rooms()
    listed = agents.listed.call_count
    tasks.stop_unread_captions()
    # LiveKit takes six seconds to say that it has no dispatches for a room that is gone.
    assert agents.listed.call_count == listed
    assert not CaptionAgent.objects.exists()


def test_late_news_of_an_older_meeting_ends_nothing(room: Room, agents: Agents) -> None:
    make_meeting(room, sid="RM_old", started_at=clock.now() - timedelta(hours=1), ended_at=clock.now())
    ann = person(room)
    ann.post(PATH, BODY)
    happen("room_finished", room, sid="RM_old")
    assert CaptionListener.objects.exists()


def test_an_idle_sweep_asks_livekit_nothing(room: Room, agents: Agents) -> None:
    person(room).post(PATH, BODY)
    listed = agents.listed.call_count
    tasks.stop_unread_captions()
    assert agents.listed.call_count == listed


# -- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "issues"),
    [
        (None, [("", "Required")]),
        ({}, [("capabilities", "Required")]),
        ({"capabilities": None}, [("capabilities", "Expected array, received null")]),
        ({"capabilities": "live_captions"}, [("capabilities", "Expected array, received string")]),
        ({"capabilities": []}, NO_CAPABILITY),
        ({"capabilities": [{"name": "mind_reading"}]}, NO_CAPABILITY),
        ({"capabilities": ["live_captions"]}, [("capabilities.0", "Expected object, received string")]),
        ({"capabilities": [{}]}, [("capabilities.0.name", "Required")]),
        ({"capabilities": [{"name": 1}]}, [("capabilities.0.name", "Expected string, received number")]),
    ],
)
def test_what_is_wrong_is_told_in_the_contracts_words(room: Room, body: Any, issues: list[tuple[str, str]]) -> None:
    answer = person(room).post(PATH, body)
    assert answer.status_code == 422
    assert [(entry["field"], entry["message"]) for entry in answer.json()["details"]] == issues


def test_unknown_capabilities_beside_a_known_one_do_no_harm(room: Room, agents: Agents) -> None:
    names = ["mind_reading", "live_captions", "live_captions"]
    assert person(room).post(PATH, {"capabilities": [{"name": name} for name in names]}).status_code == 201


def test_captions_may_be_off_in_the_installation(room: Room, settings: Settings, twirp: Twirp) -> None:
    settings.MEET_CAPTIONS_ENABLED = False
    message = (
        "Live captions are not enabled in the server configuration. "
        "Please set CAPTIONS_ENABLED to true to enable this feature."
    )
    assert error(person(room).post(PATH, BODY)) == (500, "Configuration Error", message)


def test_captions_may_be_off_in_the_room(room: Room, twirp: Twirp) -> None:
    room.config["captions"]["enabled"] = False
    room.save(update_fields=["config"])
    message = "Live captions are not enabled in the room configuration."
    assert error(person(room).post(PATH, BODY)) == (500, "Configuration Error", message)


def test_a_closed_room_gets_no_meeting_by_asking_for_captions(room: Room, twirp: Twirp) -> None:
    room.closed_at = clock.now()
    room.save(update_fields=["closed_at"])
    message = f"Room '{room.room_id}' is closed and cannot be joined"
    assert error(ticket_holder(room).post(PATH, BODY)) == (409, "Room Error", message)
    assert not CaptionAgent.objects.exists()


def test_captions_are_for_those_who_are_in_the_meeting(room: Room, agents: Agents) -> None:
    person(room, BOB)
    refusal = (404, "Participant Error", f"Participant '{ANN}' not found in room '{room.room_id}'")
    ann = ticket_holder(room)
    assert error(ann.post(PATH, BODY)) == refusal
    came(room, ANN)
    assert ann.post(PATH, BODY).status_code == 201
    went(room, ANN)
    assert error(ann.post(PATH, BODY)) == refusal
    assert agents.created.call_count == 1


def test_a_meeting_that_has_ended_is_not_begun_again(room: Room, agents: Agents) -> None:
    ann = person(room)
    room.meetings.update(ended_at=clock.now())
    assert ann.post(PATH, BODY).status_code == 404
    assert not agents.listed.called


def test_nor_is_one_whose_end_we_have_yet_to_hear_of(room: Room, agents: Agents, twirp: Twirp) -> None:
    ann = person(room)
    twirp.has_rooms()
    message = f"Participant '{ANN}' not found in room '{room.room_id}'"
    assert error(ann.post(PATH, BODY)) == (404, "Participant Error", message)
    assert not agents.listed.called
    assert not CaptionListener.objects.exists()


@pytest.mark.parametrize("code", ["unavailable", "internal"])
@pytest.mark.parametrize("method", [LIST, CREATE])
def test_with_livekit_out_of_order_nobody_counts_as_reading(
    room: Room, agents: Agents, twirp: Twirp, method: str, code: str
) -> None:
    ann = person(room)
    twirp.refuses(method, code).side_effect = None
    assert ann.post(PATH, BODY).status_code == (503 if code == "unavailable" else 500)
    assert not CaptionListener.objects.exists()
    assert CaptionAgent.objects.get().claimed_at is None


def test_an_agent_that_came_after_livekit_had_been_silent_is_sent_away(room: Room, agents: Agents) -> None:
    ann = person(room)

    def silent(_request: httpx.Request) -> httpx.Response:
        agents.add("speech-processing", "AD_late")
        raise httpx.ReadTimeout("slow")

    agents.created.mock(side_effect=silent)
    assert error(ann.post(PATH, BODY)) == (503, "LiveKit Error", "LiveKit is not available")
    tasks.stop_unread_captions()
    assert agents.names() == []


@pytest.mark.parametrize(("method", "path"), [("post", PATH), ("delete", f"{PATH}/AD_1")])
def test_a_token_that_joins_nothing_is_not_enough(room: Room, method: str, path: str, twirp: Twirp) -> None:
    api = holder(jwts.craft(jwts.member_metadata(room.room_id)))
    body = BODY if method == "post" else None
    message = "Insufficient permissions to access this resource"
    assert error(getattr(api, method)(path, body)) == (403, "Authorization Error", message)


@pytest.mark.parametrize(("method", "path"), [("post", PATH), ("delete", f"{PATH}/AD_1")])
def test_no_other_credential_is_accepted(api: Api, anonymous: Api, room: Room, method: str, path: str) -> None:
    for caller in (api, anonymous):
        answer = getattr(caller, method)(path, BODY if method == "post" else None)
        assert error(answer) == (401, "Authentication Error", "Unauthorized")


def test_who_was_sent_out_gets_no_agent(room: Room, twirp: Twirp) -> None:
    assert person(room, banned_at=clock.now()).post(PATH, BODY).status_code == 401


@pytest.mark.parametrize("enabled", [True, False])
def test_whether_there_are_captions_is_told_to_everybody(anonymous: Api, settings: Settings, enabled: bool) -> None:
    settings.MEET_CAPTIONS_ENABLED = enabled
    assert anonymous.get("/internal-api/v1/config/captions").json() == {"enabled": enabled}

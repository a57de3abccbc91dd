"""A LiveKit in memory, behind `meet.livekit.gateway`: its rooms, who is in them, and the news of them that it would
send. For tests that need a server with a state of its own; what goes over the wire is the business of `wire`."""

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any
from unittest.mock import patch

from livekit.protocol import models

from meet import clock
from meet.livekit import gateway
from tests.livekit.wire import event_body


@dataclass
class Connection:
    sid: str
    identity: str
    name: str
    since: datetime
    permission: models.ParticipantPermission | None = None
    metadata: str = ""

    def info(self) -> models.ParticipantInfo:
        return models.ParticipantInfo(
            sid=self.sid,
            identity=self.identity,
            name=self.name,
            joined_at=int(self.since.timestamp()),
            joined_at_ms=clock.to_ms(self.since),
            permission=self.permission or models.ParticipantPermission(can_publish=True, can_publish_data=True),
        )


@dataclass
class Run:
    """One life of a room, from its creation to its end; by identity who is in it."""

    room_id: str
    sid: str
    began: datetime
    people: dict[str, Connection] = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """A webhook that is on its way."""

    kind: str
    run: Run
    at: datetime
    participant: Mapping[str, Any] | None = None

    def body(self, event_id: str) -> str:
        began, more = clock.to_ms(self.run.began), {"participant": self.participant} if self.participant else {}
        text = event_body(
            self.kind,
            self.run.room_id,
            sid=self.run.sid,
            event_id=event_id,
            began=began // 1000,
            createdAt=str(int(self.at.timestamp())),
            **more,
        )
        content = json.loads(text)
        content["room"]["creationTimeMs"] = str(began)
        return json.dumps(content)


class LiveKit:
    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.is_out_of_reach = False
        self.runs: dict[str, Run] = {}
        self.news: list[News] = []
        self._number = 0
        self._lock = Lock()

    def standing_in(self) -> AbstractContextManager[Any]:
        """Whoever calls the gateway meanwhile, talks to this."""
        functions: dict[str, Any] = {name: getattr(self, name) for name in _GATEWAY}
        stand_in: AbstractContextManager[Any] = patch.multiple(gateway, **functions)
        return stand_in

    # -- What happens to it ------------------------------------------------------------------------------------------

    def connect(self, room_id: str, identity: str, name: str) -> None:
        """Whoever has a ticket makes the room by coming; one identity is there once."""
        run = self._run(room_id)
        if identity in run.people:
            self.disconnect(room_id, identity, reason="DUPLICATE_IDENTITY")
        connection = Connection(self._sid("PA"), identity, name, since=self.now)
        run.people[identity] = connection
        self._tell("participant_joined", run, connection, {"state": "ACTIVE"})

    def disconnect(self, room_id: str, identity: str, *, reason: str = "CLIENT_INITIATED") -> None:
        run = self.runs.get(room_id)
        connection = run.people.pop(identity, None) if run else None
        if run and connection:
            self._tell("participant_left", run, connection, {"disconnectReason": reason})

    def close_empty_rooms(self) -> None:
        for run in [run for run in self.runs.values() if not run.people]:
            self._finish(run)

    def crash(self) -> None:
        """Nothing is left, not even the news."""
        self.runs.clear()
        self.news.clear()

    # -- What is asked of it -----------------------------------------------------------------------------------------

    def ensure_room(self, name: str, *, metadata: Mapping[str, Any]) -> models.Room:
        self._answer()
        return _shown(self._run(name))

    def rooms(self, names: Iterable[str] = ()) -> list[models.Room]:
        self._answer()
        wanted = set(names) or set(self.runs)
        return [_shown(run) for run in list(self.runs.values()) if run.room_id in wanted]

    def delete_room(self, name: str) -> bool:
        self._answer()
        run = self.runs.get(name)
        if run is None:
            return False
        for identity in list(run.people):
            self.disconnect(name, identity, reason="ROOM_DELETED")
        self._finish(run)
        return True

    def participants(self, name: str) -> list[models.ParticipantInfo]:
        self._answer()
        if name not in self.runs:
            raise gateway.NotFound
        return [connection.info() for connection in self.runs[name].people.values()]

    def participant(self, name: str, identity: str) -> models.ParticipantInfo:
        return self._connection(name, identity).info()

    def remove_participant(self, name: str, identity: str) -> None:
        self._connection(name, identity)
        self.disconnect(name, identity, reason="PARTICIPANT_REMOVED")

    def update_participant(
        self,
        name: str,
        identity: str,
        *,
        permission: models.ParticipantPermission | None = None,
        metadata: str | None = None,
    ) -> models.ParticipantInfo:
        connection = self._connection(name, identity)
        connection.permission = permission or connection.permission
        connection.metadata = metadata or connection.metadata
        return connection.info()

    def send_data(self, name: str, _data: Mapping[str, Any], **_to: Any) -> None:
        self._answer()
        if name not in self.runs:
            raise gateway.NotFound

    # ----------------------------------------------------------------------------------------------------------------

    def _answer(self) -> None:
        if self.is_out_of_reach:
            raise gateway.LiveKitUnavailable

    def _connection(self, name: str, identity: str) -> Connection:
        self._answer()
        run = self.runs.get(name)
        connection = run.people.get(identity) if run else None
        if connection is None:
            raise gateway.NotFound
        return connection

    def _run(self, room_id: str) -> Run:
        with self._lock:
            run = self.runs.get(room_id)
            if run is None:
                run = self.runs[room_id] = Run(room_id, self._sid("RM"), began=self.now)
                self._tell("room_started", run)
        return run

    def _finish(self, run: Run) -> None:
        if self.runs.pop(run.room_id, None):
            self._tell("room_finished", run)

    def _sid(self, kind: str) -> str:
        self._number += 1
        return f"{kind}_{self._number}"

    def _tell(
        self, kind: str, run: Run, connection: Connection | None = None, more: Mapping[str, Any] | None = None
    ) -> None:
        participant = None
        if connection:
            who = {"sid": connection.sid, "identity": connection.identity, "name": connection.name}
            participant = {**who, **(more or {})}
        self.news.append(News(kind, run, self.now, participant))


_GATEWAY = (
    "ensure_room",
    "rooms",
    "delete_room",
    "participants",
    "participant",
    "remove_participant",
    "update_participant",
    "send_data",
)


def _shown(run: Run) -> models.Room:
    began = clock.to_ms(run.began)
    return models.Room(name=run.room_id, sid=run.sid, creation_time=began // 1000, creation_time_ms=began)

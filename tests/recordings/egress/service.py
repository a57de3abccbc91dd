"""LiveKit and its egress service in memory, behind `meet.livekit.gateway`: egresses with a life of their own, and the
news of them."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch

from livekit.protocol import models
from livekit.protocol.egress import EgressInfo, EgressStatus, FileInfo, RoomCompositeEgressRequest
from livekit.protocol.webhook import WebhookEvent

from meet import clock
from meet.livekit import gateway

_FINAL = {
    EgressStatus.EGRESS_COMPLETE,
    EgressStatus.EGRESS_FAILED,
    EgressStatus.EGRESS_ABORTED,
    EgressStatus.EGRESS_LIMIT_REACHED,
}


@dataclass
class Service:
    now: datetime
    is_out_of_reach: bool = False
    # In the middle of a start, it falls silent.
    loses_answers: bool = False
    infos: dict[str, EgressInfo] = field(default_factory=dict)
    # Those whose browser is in the room; a service that dies leaves the others behind as they were.
    present: set[str] = field(default_factory=set)
    news: list[WebhookEvent] = field(default_factory=list)
    signals: list[Any] = field(default_factory=list)

    def standing_in(self) -> AbstractContextManager[Any]:
        names = ("start_room_egress", "stop_egress", "egresses", "participants", "participant", "rooms", "send_data")
        stand_in: AbstractContextManager[Any] = patch.multiple(gateway, **{name: getattr(self, name) for name in names})
        return stand_in

    # -- What happens to it ------------------------------------------------------------------------------------------

    def becomes(self, egress_id: str, status: EgressStatus) -> None:
        """Unless it has ended, or its service is dead."""
        info = self.infos[egress_id]
        if egress_id not in self.present or status <= info.status:
            return
        info.status = status
        info.updated_at = self._nanoseconds
        if status == EgressStatus.EGRESS_ACTIVE:
            info.started_at = info.file_results[0].started_at = self._nanoseconds
        if status in _FINAL:
            info.ended_at = self._nanoseconds
            self.present.discard(egress_id)
        self._tell("egress_ended" if status in _FINAL else "egress_updated", info)

    def dies(self) -> None:
        self.present.clear()

    @property
    def at_work(self) -> set[str]:
        return {egress_id for egress_id in self.present if self.infos[egress_id].status not in _FINAL}

    # -- What is asked of it -----------------------------------------------------------------------------------------

    def start_room_egress(self, request: RoomCompositeEgressRequest) -> EgressInfo:
        self._answer()
        egress_id = f"EG_{len(self.infos)}"
        file = FileInfo(filename=request.file_outputs[0].filepath)
        info = EgressInfo(
            egress_id=egress_id,
            room_name=request.room_name,
            updated_at=self._nanoseconds,
            room_composite=request,
            file_results=[file],
        )
        self.infos[egress_id] = info
        self.present.add(egress_id)
        self._tell("egress_started", info)
        if self.loses_answers:
            self.is_out_of_reach = True
            raise gateway.LiveKitUnavailable("timeout")
        return _copy(info)

    def stop_egress(self, egress_id: str) -> EgressInfo:
        self._answer()
        info = self.infos.get(egress_id)
        if info is None:
            raise gateway.NotFound
        if info.status in _FINAL:
            raise gateway.LiveKitError(reason="failed_precondition")
        if egress_id not in self.present:
            raise gateway.LiveKitUnavailable
        starting = info.status == EgressStatus.EGRESS_STARTING
        self.becomes(egress_id, EgressStatus.EGRESS_ABORTED if starting else EgressStatus.EGRESS_ENDING)
        return _copy(info)

    def egresses(self, *, room_name: str = "", egress_id: str = "", active: bool = False) -> list[EgressInfo]:
        self._answer()
        return [
            _copy(info)
            for info in self.infos.values()
            if room_name in ("", info.room_name)
            and egress_id in ("", info.egress_id)
            and not (active and info.status in _FINAL)
        ]

    def participants(self, _name: str) -> list[models.ParticipantInfo]:
        self._answer()
        return [models.ParticipantInfo(identity="ann", kind=models.ParticipantInfo.STANDARD)]

    def participant(self, _name: str, identity: str) -> models.ParticipantInfo:
        self._answer()
        if identity not in self.present:
            raise gateway.NotFound
        return models.ParticipantInfo(identity=identity)

    def rooms(self, names: Any = ()) -> list[models.Room]:
        self._answer()
        return [models.Room(name=name) for name in names]

    def send_data(self, _name: str, data: Any, **_to: Any) -> None:
        self._answer()
        self.signals.append(data)

    # ----------------------------------------------------------------------------------------------------------------

    @property
    def _nanoseconds(self) -> int:
        return clock.to_ms(self.now) * 1_000_000

    def _answer(self) -> None:
        if self.is_out_of_reach:
            raise gateway.LiveKitUnavailable("ConnectError")

    def _tell(self, kind: str, info: EgressInfo) -> None:
        self.news.append(WebhookEvent(event=kind, egress_info=_copy(info)))


def _copy(info: EgressInfo) -> EgressInfo:
    copy = EgressInfo()
    copy.CopyFrom(info)
    return copy

"""Who is in a meeting, and who was: from our own rows, which LiveKit's events feed."""

from typing import Any

import structlog
from django.db.models import Count, Prefetch, Q, QuerySet
from livekit.protocol.models import TrackInfo, TrackSource

from accounts.actor import Actor
from meet import clock
from meet.livekit import gateway
from rooms.errors import MeetingNotFound
from rooms.models import Meeting, Participation, Room

log = structlog.get_logger(__name__)

_PEOPLE = Participation.objects.select_related("admission__member").order_by("joined_at", "pk")


def live_meetings(actor: Actor) -> QuerySet[Meeting]:
    """All that run, for administrators; of a manager's own rooms for others."""
    live = Meeting.objects.filter(ended_at=None, room__deleted_at=None).select_related("room")
    if not actor.user.is_admin:
        live = live.filter(room__owner=actor.user)
    here = Q(participations__left_at=None, participations__isnull=False)
    return live.annotate(people=Count("participations__admission", filter=here, distinct=True))


def past_meetings(room: Room) -> QuerySet[Meeting]:
    past = Meeting.objects.filter(room=room, ended_at__isnull=False).select_related("room")
    return past.prefetch_related(Prefetch("participations", queryset=_PEOPLE))


def live_meeting_summary(meeting: Any) -> dict[str, Any]:
    return {**_heading(meeting), "roomName": meeting.room.name, "participants": meeting.people}


def live_meeting(room: Room) -> dict[str, Any]:
    """Raises `MeetingNotFound`."""
    meeting = room.open_meeting()
    if meeting is None:
        raise MeetingNotFound(room.room_id)
    here = list(_PEOPLE.filter(meeting=meeting, left_at=None))
    tracks = _tracks(room.room_id) if here else {}
    # Who has just reconnected may be there twice for a moment.
    people = {participation.admission_id: participation for participation in reversed(here)}
    participants = [_live_participant(people[key], tracks) for key in reversed(people)]
    return {**_heading(meeting), "roomName": room.name, "participants": participants}


def past_meeting(meeting: Meeting) -> dict[str, Any]:
    people = meeting.participations.all()
    return {
        **_heading(meeting),
        "endDate": clock.to_ms(meeting.ended_at) if meeting.ended_at else None,
        "endReason": meeting.end_reason,
        "participants": [_past_participant(participation) for participation in people],
    }


def _heading(meeting: Meeting) -> dict[str, Any]:
    return {
        "meetingId": meeting.livekit_sid,
        "roomId": meeting.room.room_id,
        "startDate": clock.to_ms(meeting.started_at),
    }


def _participant(participation: Participation) -> dict[str, Any]:
    admission = participation.admission
    return {
        "identity": admission.public_identity,
        "name": admission.name,
        "badge": admission.badge,
        "joinDate": clock.to_ms(participation.joined_at),
    }


def _past_participant(participation: Participation) -> dict[str, Any]:
    shown = _participant(participation)
    if participation.left_at:
        shown["leaveDate"] = clock.to_ms(participation.left_at)
    if participation.reason:
        shown["leaveReason"] = participation.reason
    return shown


def _live_participant(participation: Participation, tracks: dict[str, list[dict[str, Any]]] | None) -> dict[str, Any]:
    shown = _participant(participation)
    if tracks is not None:
        shown["tracks"] = tracks.get(participation.admission.identity, [])
    return shown


def _tracks(room_id: str) -> dict[str, list[dict[str, Any]]] | None:
    """What everybody publishes, by identity. None when LiveKit does not say."""
    try:
        people = gateway.participants(room_id)
    except gateway.NotFound:
        return {}
    except gateway.LiveKitError as error:
        log.warning("tracks not listed", room_id=room_id, reason=error.reason)
        return None
    return {person.identity: [_track(track) for track in person.tracks] for person in people}


def _track(track: TrackInfo) -> dict[str, Any]:
    return {"source": TrackSource.Name(track.source).lower(), "muted": track.muted}

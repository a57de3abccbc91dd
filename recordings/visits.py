"""Visitors of recordings' own pages: by a link of the room, by a link of the recording, by an account, or by several at
once, whose rights add up (meeting-ui.md 2.13, rest-api.md 4.7)."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from meet.errors import DomainError, Forbidden, NotAuthenticated
from recordings.access import RecordingVisitor, find, recording_visitor
from recordings.media_links import Holder, Purpose, media_url
from recordings.models import Recording
from rooms.access import Visitor, visitor_for
from rooms.permissions import NONE, Permission


@dataclass(frozen=True)
class Credentials:
    """What somebody brings along. `secret` opens the room, `recording_secret` the one recording."""

    user: User | None = None
    secret: str | None = None
    recording_secret: str | None = None


@dataclass(frozen=True)
class RecordingVisit:
    """`visitor` is who they are for the room, `shared` for the recording alone."""

    recording: Recording
    visitor: Visitor | None
    shared: RecordingVisitor | None

    @property
    def room_permissions(self) -> Permission:
        return self.visitor.permissions if self.visitor else NONE

    @property
    def permissions(self) -> Permission:
        return self.room_permissions | (self.shared.permissions if self.shared else NONE)

    @property
    def is_by_account(self) -> bool:
        """By that alone: another page of ours opens as well, without anything to bring along."""
        visitor = self.visitor
        by_link = visitor is not None and (visitor.link or (visitor.member and visitor.member.guest_id))
        return visitor is not None and not by_link and self.shared is None

    def media_url(self, purpose: Purpose, *, now: datetime) -> str | None:
        holders: list[Holder | None] = [self.visitor, self.shared]
        for holder in holders:
            if isinstance(holder, Visitor | RecordingVisitor) and purpose.need in holder.permissions:
                return media_url(self.recording, for_=holder, purpose=purpose, now=now)
        return None


def room_visit(room_id: str, credentials: Credentials, *, now: datetime) -> Visitor:
    """Somebody who may list the recordings of the room; raises what `visitor_for` does, and `Forbidden`."""
    visitor = visitor_for(room_id, secret=credentials.secret, user=credentials.user, now=now)
    if Permission.recordingList not in visitor.permissions:
        raise Forbidden
    return visitor


def recording_visit(
    recording_id: str, credentials: Credentials, *, now: datetime, need: Permission = Permission.recordingPlay
) -> RecordingVisit:
    """Somebody who may do with the recording what they need; raises what `visitor_for` and `recording_visitor` do, and
    `Forbidden`."""
    if credentials == Credentials():
        raise NotAuthenticated
    recording = find(recording_id)
    shared = None
    if credentials.recording_secret is not None:
        shared = recording_visitor(recording_id, secret=credentials.recording_secret, user=credentials.user)
    try:
        visitor = visitor_for(recording.room.room_id, secret=credentials.secret, user=credentials.user, now=now)
    except DomainError:
        # Its own link shows a recording to whomever, whatever else they may.
        if shared is None:
            raise
        visitor = None
    visit = RecordingVisit(recording, visitor, shared)
    if need not in visit.permissions:
        raise Forbidden
    return visit


def name_of(visitor: Visitor | None) -> str:
    """In words, for the receipt of what they delete."""
    if visitor is None:
        return ""
    if visitor.user:
        return visitor.user.name
    if visitor.member:
        return visitor.member.name
    return f"link «{visitor.link.role}»" if visitor.link else ""

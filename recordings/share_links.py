"""The two links of a recording: for everybody who has it, and for everybody with an account (rest-api.md 4.7). New ones
can take their place, and the public links of a room have one switch."""

import hmac
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from meet import ids
from recordings.models import Recording, RecordingEvent
from rooms import configuration
from rooms.configuration import Access, Changes
from rooms.errors import LinkIsDisabled
from rooms.models import AccessLink, Room

_RECORDINGS = AccessLink.Role.RECORDING


class Share(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


def secret_of(recording: Recording, share: Share) -> str:
    return recording.public_secret if share is Share.PUBLIC else recording.private_secret


def share_of(recording: Recording, secret: str) -> Share | None:
    """Which link has this secret; compared in constant time, both of them."""
    matching = [share for share in Share if hmac.compare_digest(secret_of(recording, share).encode(), secret.encode())]
    return matching[0] if matching else None


def is_public(room: Room) -> bool:
    """Whether recordings of the room can be opened without an account, by their own links and by that of the room: it
    is the switch of all of them."""
    return room.links.filter(is_contract=True, role=_RECORDINGS, enabled=True).exists()


def expect_public(room: Room) -> None:
    """Raises `LinkIsDisabled`."""
    if not is_public(room):
        raise LinkIsDisabled(room.room_id, _RECORDINGS)


def switch(room: Room, *, on: bool, now: datetime) -> None:
    """Raises `RoomHasMeeting` while there is one."""
    configuration.change(room, Changes(access=Access(links={_RECORDINGS: on})), now=now)


def replace(recording: Recording, *, by: str, now: datetime) -> None:
    """Both links are new; the old ones open nothing from now on."""
    recording.public_secret, recording.private_secret = ids.hex_secret(), ids.hex_secret()
    with transaction.atomic():
        Recording.objects.filter(pk=recording.pk).update(
            public_secret=recording.public_secret, private_secret=recording.private_secret
        )
        replaced = RecordingEvent.Kind.LINKS_REPLACED
        RecordingEvent.objects.create(recording=recording, kind=replaced, at=now, by=by)


def share_url(recording: Recording, share: Share, *, base: str) -> str:
    """The same every time."""
    return f"{base}/recording/{recording.recording_id}?recordingSecret={secret_of(recording, share)}"

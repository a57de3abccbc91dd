"""What becomes of links that have been handed out: new ones in their place, or a switch for all of a room."""

from datetime import datetime

from meet import ids
from recordings.models import Recording
from rooms import configuration
from rooms.configuration import Access, Changes
from rooms.models import AccessLink, Room

_RECORDINGS = AccessLink.Role.RECORDING


def rotate(recording: Recording) -> None:
    """Both links are new; the old ones open nothing from now on."""
    recording.public_secret, recording.private_secret = ids.hex_secret(), ids.hex_secret()
    Recording.objects.filter(pk=recording.pk).update(
        public_secret=recording.public_secret, private_secret=recording.private_secret
    )


def is_public(room: Room) -> bool:
    """Whether recordings of the room can be opened without an account, by their own links and by that of the room."""
    return room.links.filter(is_contract=True, role=_RECORDINGS, enabled=True).exists()


def switch(room: Room, *, on: bool, now: datetime) -> None:
    """Raises `RoomHasMeeting` while there is one."""
    configuration.change(room, Changes(access=Access(links={_RECORDINGS: on})), now=now)

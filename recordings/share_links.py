"""The two links of a recording: for everybody who has it, and for everybody with an account (rest-api.md 4.7)."""

import hmac
from enum import StrEnum

from recordings.models import Recording
from rooms.errors import LinkIsDisabled
from rooms.models import AccessLink, Room


class Share(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


def secret_of(recording: Recording, share: Share) -> str:
    return recording.public_secret if share is Share.PUBLIC else recording.private_secret


def share_of(recording: Recording, secret: str) -> Share | None:
    """Which link has this secret; compared in constant time, both of them."""
    matching = [share for share in Share if hmac.compare_digest(secret_of(recording, share).encode(), secret.encode())]
    return matching[0] if matching else None


def expect_public(room: Room) -> None:
    """The link to a room's recordings is the switch of the public links of each of them. Raises `LinkIsDisabled`."""
    role = AccessLink.Role.RECORDING
    if not room.links.filter(is_contract=True, role=role, enabled=True).exists():
        raise LinkIsDisabled(room.room_id, role)


def share_url(recording: Recording, share: Share, *, base: str) -> str:
    """The same every time."""
    return f"{base}/recording/{recording.recording_id}?recordingSecret={secret_of(recording, share)}"

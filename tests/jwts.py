"""JWTs as we, LiveKit or a forger would make them."""

import json
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from meet import clock
from rooms.permissions import SPEAKER_DEFAULT, Permission, to_object


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The verified claims of a token of ours, and its metadata."""
    claims: dict[str, Any] = jwt.decode(
        token, settings.LIVEKIT_API_SECRET, algorithms=["HS256"], issuer=settings.LIVEKIT_API_KEY
    )
    metadata: dict[str, Any] = json.loads(claims["metadata"])
    return claims, metadata


def craft(
    metadata: dict[str, Any] | str | None,
    *,
    secret: str | None = None,
    issued_at: datetime | None = None,
    ttl: timedelta = timedelta(hours=1),
    **claims: Any,
) -> str:
    """Any claim can be replaced; one that is None is left out. `metadata` gets an `iat` unless it brings one."""
    now = issued_at or clock.now()
    if isinstance(metadata, dict):
        metadata = json.dumps({"iat": clock.to_ms(now), **metadata})
    content = {
        "iss": settings.LIVEKIT_API_KEY,
        "nbf": int(now.timestamp()),
        "exp": int((now + ttl).timestamp()),
        "metadata": metadata,
        **claims,
    }
    present = {name: value for name, value in content.items() if value is not None}
    return jwt.encode(present, secret or settings.LIVEKIT_API_SECRET, algorithm="HS256")


def member_metadata(room_id: str, permissions: Permission = SPEAKER_DEFAULT, **more: Any) -> dict[str, Any]:
    """What a room member token says besides its `iat`."""
    return {"roomId": room_id, "permissions": to_object(permissions), "badge": "other", **more}


def resigned(token: str, metadata: dict[str, Any] | None = None, **claims: Any) -> str:
    """`token` as LiveKit signs it again for whoever is connected, with metadata of the participant's choice."""
    content = jwt.decode(token, options={"verify_signature": False})
    if metadata is not None:
        content["metadata"] = json.dumps(metadata)
    now = int(clock.now().timestamp())
    extra = {"iat": now, "identity": content.get("sub"), "kind": "standard", "exp": now + 600, **claims}
    content.update({name: value for name, value in extra.items() if value is not None})
    return jwt.encode(content, settings.LIVEKIT_API_SECRET, algorithm="HS256")

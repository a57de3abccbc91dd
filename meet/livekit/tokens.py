"""The JWTs of the contract (rest-api.md 4.1): HS256 with the LiveKit API secret, metadata as a JSON string.

LiveKit signs with the same secret: for anyone in a room it renews the join token, carrying metadata that the
participant may have written itself. Such a token must never open our API (decisions.md 1); LiveKit betrays itself by
claims that we never set.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from meet import clock
from meet.errors import InvalidToken

_ALGORITHM = "HS256"
_SET_BY_LIVEKIT_ONLY = ("iat", "identity", "kind")
# How far ahead of our clock the `iat` of a token from an operator's own tool may be.
_CLOCK_SKEW = timedelta(seconds=10)
# To come in with; LiveKit renews the tokens of those who are there.
_RECORDER_TTL = timedelta(minutes=10)


@dataclass(frozen=True)
class Claims:
    """What a verified token says; `issued_at` is its `metadata.iat`."""

    subject: str | None
    name: str | None
    video: Mapping[str, Any] | None
    metadata: Mapping[str, Any]
    issued_at: datetime


def sign(
    *,
    ttl: timedelta,
    metadata: Mapping[str, Any],
    now: datetime,
    subject: str | None = None,
    name: str | None = None,
    video: Mapping[str, Any] | None = None,
) -> str:
    """A JWT of exactly the contract's claims; absent ones are absent, not null."""
    seconds = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": settings.LIVEKIT_API_KEY,
        "nbf": seconds,
        "exp": seconds + int(ttl.total_seconds()),
        "metadata": json.dumps({"iat": clock.to_ms(now), **metadata}, separators=(",", ":"), ensure_ascii=False),
    }
    optional = {"sub": subject, "name": name, "video": video}
    claims.update({claim: value for claim, value in optional.items() if value is not None})
    return _encoded(claims)


def recorder_token(room: str, identity: str, *, now: datetime) -> str:
    """For the embedded recorder, which is to LiveKit what an egress is: it sees all, is seen by nobody, keeps no room
    open. `kind` also makes it worthless as a credential of ours (decisions.md 1)."""
    seconds = int(now.timestamp())
    video = {
        "room": room,
        "roomJoin": True,
        "canSubscribe": True,
        "canPublish": False,
        "canPublishData": False,
        "canUpdateOwnMetadata": False,
        "hidden": True,
        "recorder": True,
    }
    claims = {
        "iss": settings.LIVEKIT_API_KEY,
        "nbf": seconds,
        "exp": seconds + int(_RECORDER_TTL.total_seconds()),
        "sub": identity,
        "kind": "egress",
        "video": video,
    }
    return _encoded(claims)


def _encoded(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, settings.LIVEKIT_API_SECRET, algorithm=_ALGORITHM, headers={"typ": None})


def verified(token: str, *, now: datetime, leeway: timedelta = timedelta()) -> Claims:
    """The claims of `token`; `InvalidToken` for whatever is wrong with it. `leeway` extends its expiry."""
    try:
        claims = jwt.decode(
            token,
            settings.LIVEKIT_API_SECRET,
            algorithms=[_ALGORITHM],
            issuer=settings.LIVEKIT_API_KEY,
            # Judged below by the `now` of the operation, as everything else in it is.
            options={"require": ["exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
        seconds = now.timestamp()
        if seconds >= int(claims["exp"]) + leeway.total_seconds() or seconds < int(claims.get("nbf", 0)):
            raise InvalidToken
        metadata = json.loads(claims["metadata"])
        issued_at = clock.from_ms(int(metadata["iat"]))
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise InvalidToken from error
    if any(claim in claims for claim in _SET_BY_LIVEKIT_ONLY) or issued_at > now + _CLOCK_SKEW:
        raise InvalidToken
    return Claims(claims.get("sub"), claims.get("name"), claims.get("video"), metadata, issued_at)


def join_grant(*, room: str, sources: Sequence[str], may_send_data: bool) -> dict[str, Any]:
    """The `video` claim, exactly the keys of rest-api.md 4.3; `sources` in LiveKit's lower-case names."""
    return {
        "room": room,
        "roomJoin": True,
        "canSubscribe": True,
        "canUpdateOwnMetadata": True,
        "canPublish": bool(sources),
        "canPublishSources": list(sources),
        "canPublishData": may_send_data,
    }

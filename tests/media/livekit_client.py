"""A participant that speaks LiveKit's signalling by hand, to do what no honest client does."""

import asyncio
import json
from typing import Any

import aiohttp
import jwt
from livekit.protocol.rtc import SignalRequest, SignalResponse, UpdateParticipantMetadata

_TIMEOUT = 10


async def rewrite_own_metadata(url: str, token: str, metadata: dict[str, Any]) -> str:
    """Joins with `token`, writes `metadata` about itself, and returns the token that LiveKit signs for it then."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/rtc", params={"access_token": token, "protocol": "15", "sdk": "python"}) as socket,
    ):
        async for message in socket:
            response = SignalResponse.FromString(message.data)
            if response.WhichOneof("message") == "join":
                request = SignalRequest(update_metadata=UpdateParticipantMetadata(metadata=json.dumps(metadata)))
                await socket.send_bytes(request.SerializeToString())
            elif response.WhichOneof("message") == "refresh_token" and _says(response.refresh_token, metadata):
                return response.refresh_token
    raise AssertionError("LiveKit hung up without a new token")


def _says(token: str, metadata: dict[str, Any]) -> bool:
    return bool(json.loads(jwt.decode(token, options={"verify_signature": False})["metadata"]) == metadata)


def forged_token(url: str, token: str, metadata: dict[str, Any]) -> str:
    return asyncio.run(asyncio.wait_for(rewrite_own_metadata(url, token, metadata), _TIMEOUT))

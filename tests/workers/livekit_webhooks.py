"""Webhooks as LiveKit sends them, for installations that have no LiveKit."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any

import httpx
import jwt

KEY = "workerkey"
SECRET = "a LiveKit secret for worker tests, long enough"


def event(kind: str, room_id: str, *, sid: str, **more: Any) -> dict[str, Any]:
    room = {"sid": sid, "name": room_id, "creationTime": str(int(time.time()))}
    return {"event": kind, "id": f"EV_{uuid.uuid4().hex}", "createdAt": str(int(time.time())), "room": room, **more}


def post(url: str, body: dict[str, Any], *, secret: str = SECRET) -> httpx.Response:
    text = json.dumps(body)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    claims = {"iss": KEY, "nbf": int(time.time()) - 5, "exp": int(time.time()) + 300, "sha256": digest}
    return httpx.post(
        f"{url}/livekit/webhook",
        content=text,
        headers={
            "Authorization": jwt.encode(claims, secret, algorithm="HS256"),
            "Content-Type": "application/webhook+json",
        },
        trust_env=False,
        timeout=10,
    )

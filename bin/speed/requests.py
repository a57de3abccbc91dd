"""What is asked: the requests of integrators, of people at the door, and of LiveKit."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any

import httpx
import jwt


class Requests:
    def __init__(self, client: httpx.Client, *, livekit_secret: tuple[str, str]) -> None:
        self._client = client
        self._livekit_key, self._livekit_secret = livekit_secret
        self._room: dict[str, Any] = {}
        self._people = 0

    def fill(self, rooms: int) -> None:
        """Makes rooms until there are about `rooms`; people join the last one."""
        for _ in range(rooms):
            self._room = self.create_room().json()
        self.join().raise_for_status()

    def list_rooms(self) -> httpx.Response:
        return self._client.get("/api/v1/rooms?maxItems=20")

    def get_room(self) -> httpx.Response:
        return self._client.get(f"/api/v1/rooms/{self._room['roomId']}")

    def create_room(self) -> httpx.Response:
        return self._client.post("/api/v1/rooms", json={"roomName": "Benchmark"})

    def join(self) -> httpx.Response:
        """Somebody new each time, by the speaker link."""
        self._people += 1
        body = {
            "secret": self._room["speakerUrl"].partition("secret=")[2],
            "joinMeeting": True,
            "participantName": f"Person {self._people}",
        }
        return self._client.post(f"/internal-api/v1/rooms/{self._room['roomId']}/members/token", json=body)

    def webhook(self) -> httpx.Response:
        """An event of a participant whom nobody knows: stored and processed like any other."""
        room = {"sid": "RM_benchmark", "name": "no-such-room"}
        person = {"sid": f"PA_{uuid.uuid4().hex}", "identity": "bench", "kind": "STANDARD"}
        now = int(time.time())
        event = {
            "event": "participant_joined", "id": f"EV_{uuid.uuid4().hex}", "createdAt": str(now),
            "room": room, "participant": person,
        }  # fmt: skip
        text = json.dumps(event)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        claims = {"iss": self._livekit_key, "nbf": now - 5, "exp": now + 300, "sha256": digest}
        token = jwt.encode(claims, self._livekit_secret, algorithm="HS256")
        headers = {"Authorization": token, "Content-Type": "application/webhook+json"}
        return self._client.post("/livekit/webhook", content=text, headers=headers)

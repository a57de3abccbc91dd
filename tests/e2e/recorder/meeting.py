from typing import Any

import httpx

from recordings.recorders.browser import page_url
from tests import servers
from tests.media.sender import Sender


class Meeting:
    """A room, and who comes into it."""

    def __init__(self, installation: servers.Installation, program: httpx.Client) -> None:
        self.installation = installation
        self.program = program
        self.livekit_url = f"ws://127.0.0.1:{installation.port + 1800}"
        self.room: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "Recorded"}).json()

    def person(
        self, name: str, *, link: str = "speakerUrl", headers: dict[str, str] | None = None, **has: Any
    ) -> Sender:
        """Comes in by a link, or with `headers` as somebody with an account."""
        body = {"joinMeeting": True, "participantName": name}
        if headers is None:
            body["secret"] = self.room[link].partition("secret=")[2]
        path = f"/internal-api/v1/rooms/{self.room['roomId']}/members/token"
        answer = httpx.post(
            f"{self.installation.url}{path}", json=body, headers=headers, timeout=15, trust_env=False
        ).raise_for_status()
        return Sender(self.livekit_url, answer.json()["token"], **has)

    def owner(self, name: str, **has: Any) -> Sender:
        login = {"userId": self.installation.ADMIN, "password": self.installation.PASSWORD}
        url = f"{self.installation.url}/internal-api/v1/auth/login"
        access = httpx.post(url, json=login, timeout=15, trust_env=False).raise_for_status().json()["accessToken"]
        return self.person(name, headers={"Authorization": f"Bearer {access}"}, **has)

    def page_url(self, layout: str, token: str) -> str:
        return page_url(f"{self.installation.url}/recorder", layout=layout, livekit_url=self.livekit_url, token=token)

    def end(self) -> None:
        self.program.delete(f"/api/v1/rooms/{self.room['roomId']}?withMeeting=force").raise_for_status()

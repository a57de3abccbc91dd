"""Recording on a running installation, as programs and the people in a meeting do it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.media.sender import Sender, sending
from tests.servers import Installation, wait_until

_LONGEST_START = 40  # seconds


@contextmanager
def meeting(installation: Installation, program: httpx.Client, *names: str, **room: Any) -> Iterator[dict[str, Any]]:
    """A room with people in its meeting who send pictures and sounds."""
    created: dict[str, Any] = program.post("/api/v1/rooms", json={"roomName": "Recorded", **room}).json()
    livekit = f"ws://127.0.0.1:{installation.port + 1800}"
    colours = ("red", "blue", "green", "orange")
    people = [
        # Different tones: two of the same would be silent whenever they cancel each other.
        Sender(livekit, join(program, created, name), colour=colour, tone=440 + 110 * number)
        for number, (name, colour) in enumerate(zip(names or ("Ana", "Bo"), colours, strict=False))
    ]
    with sending(*people):
        yield created


def join(program: httpx.Client, room: dict[str, Any], name: str, *, link: str = "speakerUrl", **body: Any) -> str:
    """The token of somebody who goes in."""
    secret = room[link].partition("secret=")[2]
    wish = {"secret": secret, "joinMeeting": True, "participantName": name, **body}
    answer = program.post(f"/internal-api/v1/rooms/{room['roomId']}/members/token", json=wish)
    return str(answer.raise_for_status().json()["token"])


def start(program: httpx.Client, room: dict[str, Any], **config: Any) -> dict[str, Any]:
    body = {"roomId": room["roomId"], "config": config} if config else {"roomId": room["roomId"]}
    answer = program.post("/api/v1/recordings", json=body, timeout=_LONGEST_START)
    assert answer.status_code == 201, answer.text
    recording: dict[str, Any] = answer.json()
    return recording


def stop(program: httpx.Client, recording: dict[str, Any]) -> dict[str, Any]:
    answer = program.post(f"/api/v1/recordings/{recording['recordingId']}/stop")
    assert answer.status_code == 202, answer.text
    stopped: dict[str, Any] = answer.json()
    return stopped


def get(program: httpx.Client, recording: dict[str, Any]) -> dict[str, Any]:
    answer = program.get(f"/api/v1/recordings/{recording['recordingId']}")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def recordings(program: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.get("/api/v1/recordings").json()["recordings"]
    return found


def ended(program: httpx.Client, recording: dict[str, Any], *, seconds: float = 30) -> dict[str, Any]:
    """The recording when it has come to its end."""
    final = ("complete", "failed", "aborted", "limit_reached")
    wait_until(lambda: get(program, recording)["status"] in final, seconds=seconds, what="the recording has ended")
    return get(program, recording)


def is_free(installation: Installation, program: httpx.Client, room: dict[str, Any]) -> bool:
    """Whether nothing records the room any more."""
    with _member(installation, program, room) as member:
        answer = member.get(f"/meetings/{room['roomId']}/recording")
        return answer.raise_for_status().json()["recording"] is None


def end_meeting(installation: Installation, program: httpx.Client, room: dict[str, Any]) -> None:
    """Sends everybody out, and waits until the room knows. Whoever leaves by themselves may be waited for by LiveKit:
    for 22 seconds, if they went without a word."""
    with _member(installation, program, room, link="moderatorUrl") as moderator:
        moderator.delete(f"/meetings/{room['roomId']}").raise_for_status()
    path = f"/api/v1/rooms/{room['roomId']}"
    wait_until(lambda: program.get(path).json()["status"] == "open", what="the meeting is over")


def _member(
    installation: Installation, program: httpx.Client, room: dict[str, Any], *, link: str = "speakerUrl"
) -> httpx.Client:
    """Somebody of the room who is not in its meeting."""
    token = join(program, room, "Observer", link=link, joinMeeting=False)
    return httpx.Client(
        base_url=f"{installation.url}/internal-api/v1",
        headers={"X-Room-Member-Token": f"Bearer {token}"},
        timeout=15,
        trust_env=False,
    )


def download(program: httpx.Client, recording: dict[str, Any], folder: Path) -> Path:
    file: Path = folder / recording["filename"]
    answer = program.get(f"/api/v1/recordings/{recording['recordingId']}/download")
    file.write_bytes(answer.raise_for_status().content)
    return file


def seconds_of(file: Path) -> float:
    """How long it plays."""
    command = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(file)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

"""People in a meeting who cost next to nothing: their pictures are encoded once, before the first of them comes.

A process of its own, so that it sends evenly while a test or a benchmark is busy. `python -m tests.media.sender` reads
its orders from standard input and ends when that does.
"""

import asyncio
import base64
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from livekit import rtc

from tests import servers

WIDTH, HEIGHT, FPS = 640, 360, 25
_RATE, _STEP = 48_000, 0.01  # samples and seconds of sound
_CLIP = 4  # seconds, then again
_BEAT, _BLINK = 2.0, 0.2  # every so often, this long
_LONGEST = 600  # seconds until it ends by itself
_PRE_ENCODED = rtc.VideoEncoderBackend.ENCODER_BACKEND_PRE_ENCODED


@dataclass
class Sender:
    """`colour` is the ground on which a white square moves; `blinks` shows white and beeps at the same moments."""

    url: str
    token: str
    colour: str = "red"
    tone: int = 440  # Hz; 0: no microphone
    is_loud: bool = True
    has_camera: bool = True
    shares_screen: bool = False
    blinks: bool = False


class Crowd:
    """The senders of `sending`, and what they can be told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def only_one_speaks(self, index: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{index}\n")
        self.process.stdin.flush()


@contextmanager
def sending(*people: Sender) -> Iterator[Crowd]:
    """All of them are in the meeting, and on the air, when the block begins; they leave when it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.media.sender"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=servers.ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        orders = [{**asdict(person), "clip": _clip(person.colour, blinks=person.blinks)} for person in people]
        process.stdin.write(json.dumps(orders) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "on the air\n":
            raise RuntimeError("the senders did not come in")
        yield Crowd(process)
    finally:
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


# -- The process -----------------------------------------------------------------------------------------------------


def main() -> None:
    orders = json.loads(sys.stdin.readline())
    clips = [_frames(base64.b64decode(order.pop("clip"))) for order in orders]
    asyncio.run(_meet([Sender(**order) for order in orders], clips))
    # Threads of the library call Python to the very end, and abort the process when it is being taken down.
    os._exit(0)


async def _meet(people: list[Sender], clips: list[list[bytes]]) -> None:
    rooms = [rtc.Room() for _ in people]
    began = time.monotonic()
    tasks = []
    for number, (room, person, frames) in enumerate(zip(rooms, people, clips, strict=True)):
        await room.connect(person.url, person.token, rtc.RoomOptions(auto_subscribe=False))
        # Cameras are not in step with each other.
        tasks += await _publish(room, person, frames, began + number * _STEP)
    print("on the air", flush=True)
    orders = asyncio.ensure_future(asyncio.to_thread(_obey, people))
    await asyncio.wait([orders, *tasks], timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(room.disconnect() for room in rooms))


def _obey(people: list[Sender]) -> None:
    for line in sys.stdin:
        for number, person in enumerate(people):
            person.is_loud = number == int(line)


async def _publish(room: rtc.Room, person: Sender, frames: list[bytes], began: float) -> list[asyncio.Task[None]]:
    tasks = []
    sources = [
        *([rtc.TrackSource.SOURCE_CAMERA] if person.has_camera else []),
        *([rtc.TrackSource.SOURCE_SCREENSHARE] if person.shares_screen else []),
    ]
    for kind in sources:
        video = rtc.EncodedVideoSource(WIDTH, HEIGHT)
        options = rtc.TrackPublishOptions(
            source=kind, simulcast=False, video_codec=rtc.VideoCodec.VP8, video_encoder=_PRE_ENCODED
        )
        track = rtc.LocalVideoTrack.create_video_track("video", video)
        await room.local_participant.publish_track(track, options)
        tasks.append(asyncio.ensure_future(_show(video, frames, began)))
    if person.tone:
        audio = rtc.AudioSource(_RATE, 1, queue_size_ms=0)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        microphone = rtc.LocalAudioTrack.create_audio_track("microphone", audio)
        await room.local_participant.publish_track(microphone, options)
        tasks.append(asyncio.ensure_future(_sound(audio, person, began)))
    return tasks


async def _show(source: rtc.EncodedVideoSource, frames: list[bytes], began: float) -> None:
    def send(number: int) -> None:
        data = frames[number % len(frames)]
        is_key = not data[0] & 1
        kind = rtc.EncodedFrameType.ENCODED_FRAME_KEY if is_key else rtc.EncodedFrameType.ENCODED_FRAME_DELTA
        moment = int(time.monotonic() * 1_000_000)
        source.capture_frame(rtc.EncodedVideoFrame(data, WIDTH, HEIGHT, rtc.VideoCodec.VP8, kind, moment))

    await _every(1 / FPS, began, send)


async def _sound(source: rtc.AudioSource, person: Sender, began: float) -> None:
    samples = int(_RATE * _STEP)
    sent: list[asyncio.Task[None]] = []

    def send(number: int) -> None:
        times = np.arange(number * samples, (number + 1) * samples) / _RATE
        is_heard = (times % _BEAT < _BLINK) if person.blinks else np.full(samples, fill_value=True)
        loudness = (12_000 if person.is_loud else 0) * is_heard
        tone = (np.sin(2 * np.pi * person.tone * times) * loudness).astype(np.int16)
        frame = rtc.AudioFrame(tone.tobytes(), _RATE, 1, samples)
        sent[:] = [task for task in sent if not task.done()] + [asyncio.ensure_future(_play(source, frame))]

    await _every(_STEP, began, send)


async def _play(source: rtc.AudioSource, frame: rtc.AudioFrame) -> None:
    """Lost like a real one when the meeting has ended."""
    with suppress(Exception):
        await source.capture_frame(frame)


async def _every(seconds: float, began: float, act: Callable[[int], None]) -> None:
    """Numbered by the clock that all share; what is late is left out."""
    number = int((time.monotonic() - began) / seconds)
    while True:
        number = max(number + 1, int((time.monotonic() - began) / seconds))
        await asyncio.sleep(max(0.0, began + number * seconds - time.monotonic()))
        act(number)


@cache
def _clip(colour: str, *, blinks: bool) -> str:
    """A clip in VP8, in base64. Every 25th of its frames stands alone: newcomers need not wait."""
    square = f"color=white:s=80x80:r={FPS}"
    white = f"drawbox=color=white:t=fill:enable='lt(mod(t,{_BEAT}),{_BLINK})'" if blinks else "null"
    graph = (
        f"color={colour}:s={WIDTH}x{HEIGHT}:r={FPS}[ground];{square}[square];"
        f"[ground][square]overlay=x='mod(t*140,{WIDTH - 80})':y={HEIGHT // 2 - 40},{white}"
    )
    encoded = subprocess.run(
        [
            "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", graph, "-t", str(_CLIP), "-c:v", "libvpx",
            "-deadline", "realtime", "-cpu-used", "8", "-b:v", "600k", "-g", str(FPS), "-auto-alt-ref", "0",
            "-pix_fmt", "yuv420p", "-f", "ivf", "-",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return base64.b64encode(encoded.stdout).decode()


def _frames(ivf: bytes) -> list[bytes]:
    """IVF: a header of 32 bytes, then each frame behind its length and its moment."""
    found, position = [], 32
    while position < len(ivf):
        (length,) = struct.unpack_from("<I", ivf, position)
        found.append(ivf[position + 12 : position + 12 + length])
        position += 12 + length
    return found


if __name__ == "__main__":
    main()

"""People in a meeting, by LiveKit's own client library."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
import numpy as np
from livekit import rtc

_WIDTH, _HEIGHT, _SAMPLES = 320, 180, 480


@dataclass
class Person:
    """Somebody connected, and what reaches them from others."""

    room: rtc.Room
    frames: list[str] = field(default_factory=list)
    loudness: dict[str, float] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, holds: Any, *, seconds: float = 15) -> None:
        async with asyncio.timeout(seconds):
            while not holds(self):
                await asyncio.sleep(0.05)


def claims(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return {**decoded, "metadata": json.loads(decoded["metadata"])}


@asynccontextmanager
async def joined(token: str, *, publishes: bool = True) -> AsyncIterator[Person]:
    """Connects with `token`, sends a moving picture and a tone, and notes what arrives."""
    person = Person(rtc.Room())
    tasks: list[asyncio.Task[None]] = []

    def on_track(track: rtc.RemoteTrack, _publication: Any, participant: rtc.RemoteParticipant) -> None:
        watch = _watch if track.kind == rtc.TrackKind.KIND_VIDEO else _listen
        tasks.append(asyncio.ensure_future(watch(person, track, participant.name)))

    person.room.on("track_subscribed", on_track)
    person.room.on("disconnected", lambda *_: person.ended.set())
    await person.room.connect(claims(token)["metadata"]["livekitUrl"], token)
    if publishes:
        tasks += await _publish(person.room)
    try:
        yield person
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await person.room.disconnect()


async def _publish(room: rtc.Room) -> list[asyncio.Task[None]]:
    video, audio = rtc.VideoSource(_WIDTH, _HEIGHT), rtc.AudioSource(48_000, 1)
    camera = rtc.LocalVideoTrack.create_video_track("camera", video)
    microphone = rtc.LocalAudioTrack.create_audio_track("microphone", audio)
    await room.local_participant.publish_track(camera, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA))
    await room.local_participant.publish_track(
        microphone, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    )
    return [asyncio.ensure_future(_send_frames(video)), asyncio.ensure_future(_send_tone(audio))]


async def _send_frames(source: rtc.VideoSource) -> None:
    shade = 0
    while True:
        shade = (shade + 8) % 256
        pixels = bytes([shade]) * (_WIDTH * _HEIGHT * 4)
        source.capture_frame(rtc.VideoFrame(_WIDTH, _HEIGHT, rtc.VideoBufferType.RGBA, pixels))
        await asyncio.sleep(0.1)


async def _send_tone(source: rtc.AudioSource) -> None:
    phase = 0
    while True:
        times = np.arange(phase, phase + _SAMPLES) / 48_000
        tone = (np.sin(2 * np.pi * 440 * times) * 12_000).astype(np.int16)
        await source.capture_frame(rtc.AudioFrame(tone.tobytes(), 48_000, 1, _SAMPLES))
        phase += _SAMPLES


async def _watch(person: Person, track: rtc.Track, name: str) -> None:
    async for _frame in rtc.VideoStream(track):
        person.frames.append(name)


async def _listen(person: Person, track: rtc.Track, name: str) -> None:
    async for event in rtc.AudioStream(track):
        samples = np.frombuffer(event.frame.data, dtype=np.int16)
        person.loudness[name] = max(person.loudness.get(name, 0.0), float(np.abs(samples).max(initial=0)))

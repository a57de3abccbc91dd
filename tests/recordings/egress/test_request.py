"""Every request for a recording, read back from the wire and compared whole."""

from typing import Any

import pytest
from livekit.protocol.egress import (
    EncodedFileOutput,
    EncodedFileType,
    EncodingOptions,
    RoomCompositeEgressRequest,
)
from livekit.protocol.models import AudioCodec, VideoCodec
from pytest_django import Settings

from meet import clock
from recordings import starting
from recordings.models import Recording
from recordings.recorders.egress.request import room_composite
from rooms.api.config_bodies import PRESETS
from rooms.models import Room
from tests.livekit.wire import Twirp, sent, sent_claims
from tests.recordings.egress.livekit import START, info

VIDEO = {
    "width": 1281.4, "height": 719, "framerate": 24.6, "codec": "DEFAULT_VC", "bitrate": 1500, "keyFrameInterval": 2.5,
    "depth": 24,
}  # fmt: skip
AUDIO = {"codec": "DEFAULT_AC", "bitrate": 96, "frequency": 48000}


def asked(room: Room, livekit: Twirp, **wish: Any) -> RoomCompositeEgressRequest:
    """What LiveKit gets for a start."""
    answer = info("started", Recording(room=room, uid="ffffffffff"))
    route = livekit.answers(START, answer)
    starting.request(room, starting.Wish(**wish), now=clock.now())
    assert route.call_count == 1
    assert sent_claims(route)["video"]["roomRecord"] is True
    return sent(route, RoomCompositeEgressRequest)


def output(room: Room, prefix: str = "") -> EncodedFileOutput:
    key = Recording.objects.get(room=room).key
    return EncodedFileOutput(file_type=EncodedFileType.MP4, filepath=f"{prefix}{key}", disable_manifest=True)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_goes_by_its_name(room: Room, livekit: Twirp, preset: str) -> None:
    assert asked(room, livekit, layout="speaker", encoding=preset) == RoomCompositeEgressRequest(
        room_name=room.room_id,
        layout="speaker",
        custom_base_url="https://meet.example.org/meet/recorder",
        file_outputs=[output(room)],
        preset=preset,
    )


def test_even_the_preset_that_would_be_the_default_is_said(room: Room, livekit: Twirp) -> None:
    assert asked(room, livekit).WhichOneof("options") == "preset"


def test_single_settings_go_as_advanced_options_in_whole_and_even_numbers(room: Room, livekit: Twirp) -> None:
    request = asked(room, livekit, encoding={"video": VIDEO, "audio": AUDIO})
    assert request == RoomCompositeEgressRequest(
        room_name=room.room_id,
        layout="grid",
        custom_base_url="https://meet.example.org/meet/recorder",
        file_outputs=[output(room)],
        advanced=EncodingOptions(
            width=1280,
            height=718,
            depth=24,
            framerate=25,
            audio_codec=AudioCodec.OPUS,
            audio_bitrate=96,
            audio_frequency=48000,
            video_codec=VideoCodec.H264_MAIN,
            video_bitrate=1500,
            key_frame_interval=2.5,
        ),
    )


@pytest.mark.parametrize(
    ("half", "codec", "number"),
    [
        ("video", "DEFAULT_VC", VideoCodec.H264_MAIN),
        ("video", "H264_BASELINE", VideoCodec.H264_BASELINE),
        ("video", "H264_MAIN", VideoCodec.H264_MAIN),
        ("video", "H264_HIGH", VideoCodec.H264_HIGH),
        ("video", "VP8", VideoCodec.VP8),
        ("audio", "DEFAULT_AC", AudioCodec.OPUS),
        ("audio", "OPUS", AudioCodec.OPUS),
        ("audio", "AAC", AudioCodec.AAC),
        ("audio", "AC_MP3", AudioCodec.OPUS),
    ],
)
def test_codecs(recording: Recording, half: str, codec: str, number: int) -> None:
    halves = {"video": VIDEO, "audio": AUDIO}
    recording.encoding = {**halves, half: {**halves[half], "codec": codec}}
    assert getattr(room_composite(recording).advanced, f"{half}_codec") == number


@pytest.mark.parametrize(("given", "sent_as"), [(0.2, 2), (3, 2), (1e300, 2**31 - 2)])
def test_no_number_of_a_caller_breaks_the_request(recording: Recording, given: float, sent_as: int) -> None:
    recording.encoding = {"video": {**VIDEO, "width": given}, "audio": AUDIO}
    assert room_composite(recording).advanced.width == sent_as


@pytest.mark.parametrize(("prefix", "written"), [("meet", "meet/"), ("/srv/meet/", "/srv/meet/")])
def test_files_go_where_we_look_for_them(
    room: Room, livekit: Twirp, settings: Settings, prefix: str, written: str
) -> None:
    settings.MEET_EGRESS_FILE_PREFIX = prefix
    assert asked(room, livekit).file_outputs[0] == output(room, written)


def test_no_credentials_travel_with_a_request(room: Room, livekit: Twirp) -> None:
    assert asked(room, livekit).file_outputs[0].WhichOneof("output") is None

"""What LiveKit says of an egress, read as a report."""

from datetime import timedelta

import pytest
from livekit.protocol.egress import EgressInfo, EgressStatus, EncodingOptions, FileInfo, RoomCompositeEgressRequest

from meet import clock
from recordings.failures import Failure
from recordings.models import Recording, RecordingStatus
from recordings.recorders.egress.info import report, uid, was_silent
from tests.recordings.egress.livekit import ENDS, NAMES, info

S, F = RecordingStatus, Failure
T0 = clock.from_ms(1795836330000)
SECOND = timedelta(seconds=1)

EXPECTED: dict[str, tuple[RecordingStatus, Failure | None]] = {
    "started": (S.STARTING, None),
    "active": (S.ACTIVE, None),
    "active_newer_request": (S.ACTIVE, None),
    "ending": (S.ENDING, None),
    "complete": (S.COMPLETE, None),
    "complete_source_closed": (S.COMPLETE, None),
    "complete_malformed_location": (S.COMPLETE, None),
    "complete_backup": (S.COMPLETE, None),
    "complete_ended_early": (S.COMPLETE, F.LIVEKIT_LOST),
    "limit_reached": (S.LIMIT_REACHED, F.LIMIT),
    "aborted_no_start_signal": (S.ABORTED, F.NOBODY_THERE),
    "aborted_stopped_too_early": (S.ABORTED, F.CANCELLED),
    "aborted_source_closed": (S.ABORTED, F.CANCELLED),
    "failed_page_load": (S.FAILED, F.PAGE_FAILED),
    "failed_template": (S.FAILED, F.PAGE_FAILED),
    "failed_no_worker": (S.FAILED, F.NO_RECORDER),
    "failed_upload": (S.FAILED, F.STORAGE_REFUSED),
    "failed_disk_full": (S.FAILED, F.DISK_FULL),
    "failed_pipeline_frozen": (S.FAILED, F.RECORDER_DIED),
    "failed_cpu_exhausted": (S.FAILED, F.RECORDER_DIED),
    "failed_unexplained": (S.FAILED, F.RECORDER_DIED),
    "ended_with_unknown_status": (S.FAILED, F.RECORDER_DIED),
    # As JSON, a status that we do not know reads as none; what it was to say comes with the end, or by comparison.
    "updated_with_unknown_status": (S.STARTING, None),
    "foreign_stream": (S.ACTIVE, None),
    "foreign_file": (S.ACTIVE, None),
    "foreign_track": (S.STARTING, None),
}


@pytest.mark.parametrize("name", NAMES)
def test_status_and_failure(recording: Recording, name: str) -> None:
    told = report(info(name, recording), is_over=name in ENDS)
    assert (told.status, told.failure) == EXPECTED[name]


def test_a_finished_file_in_full(recording: Recording) -> None:
    told = report(info("complete", recording))
    assert told.egress_id == "EG_kaT3NZ8bqvQd"
    assert told.started_at == T0 + 4.2 * SECOND
    assert told.ended_at == T0 + 64.9 * SECOND
    assert (told.duration, told.size) == (60.0, 18734112)
    assert told.details == "End reason: StopEgress API"
    assert (told.layout, told.encoding) == ("grid", "H264_720P_30")


def test_what_is_not_known_yet_is_not_said(recording: Recording) -> None:
    told = report(info("active", recording))
    assert (told.ended_at, told.duration, told.size, told.details) == (None, None, None, "")
    # Before it is active, when LiveKit last heard of it stands for its start.
    assert report(info("started", recording)).started_at == T0 + 0.5 * SECOND


def test_a_file_that_does_not_exist_has_no_size(recording: Recording) -> None:
    told = report(info("aborted_no_start_signal", recording))
    assert (told.duration, told.size) == (None, None)
    assert told.details == "End reason: StopEgress API; Start signal not received (412)"


def test_a_backup_storage_is_told_of(recording: Recording) -> None:
    told = report(info("complete_backup", recording))
    assert told.details == "End reason: StopEgress API; The file went to the backup storage"


def test_both_forms_of_the_request_are_read(recording: Recording) -> None:
    told = report(info("active_newer_request", recording))
    assert told.layout == "speaker"
    assert told.encoding == {
        "video": {
            "width": 1280, "height": 720, "framerate": 25, "codec": "H264_HIGH", "bitrate": 2500,
            "keyFrameInterval": 2, "depth": 24,
        },
        "audio": {"codec": "AAC", "bitrate": 96, "frequency": 48000},
    }  # fmt: skip


def test_what_the_request_left_open_is_reported_as_the_contract_says() -> None:
    told = report(EgressInfo(room_composite=RoomCompositeEgressRequest()))
    assert (told.layout, told.encoding) == ("grid", "H264_720P_30")
    told = report(EgressInfo(room_composite=RoomCompositeEgressRequest(advanced=EncodingOptions())))
    assert told.encoding == {
        "video": {
            "width": 1920, "height": 1080, "framerate": 30, "codec": "H264_MAIN", "bitrate": 128,
            "keyFrameInterval": 4, "depth": 24,
        },
        "audio": {"codec": "OPUS", "bitrate": 128, "frequency": 44100},
    }  # fmt: skip


@pytest.mark.parametrize("preset", [8, 99])
def test_presets_that_the_contract_lacks_are_reported_as_the_first(preset: int) -> None:
    request = RoomCompositeEgressRequest()
    request.preset = preset  # type: ignore[assignment]
    assert report(EgressInfo(room_composite=request)).encoding == "H264_720P_30"


def test_codecs_that_the_contract_lacks_are_reported_as_the_usual_ones() -> None:
    options = EncodingOptions()
    options.video_codec, options.audio_codec = 77, 77  # type: ignore[assignment]
    told = report(EgressInfo(room_composite=RoomCompositeEgressRequest(advanced=options)))
    assert (told.encoding["video"]["codec"], told.encoding["audio"]["codec"]) == ("H264_MAIN", "OPUS")


def test_a_status_that_nobody_knows_has_failed(recording: Recording) -> None:
    strange = info("active", recording)
    strange.status = 17  # type: ignore[assignment]
    assert report(strange).status is S.FAILED


@pytest.mark.parametrize("status", EgressStatus.values())
def test_every_status_has_a_meaning(status: int) -> None:
    strange = EgressInfo(status=status)  # type: ignore[arg-type]
    assert report(strange).status.value == EgressStatus.Name(status).removeprefix("EGRESS_").lower()
    assert report(strange, is_over=True).status.is_final


def test_an_aborted_one_that_had_begun_has_died(recording: Recording) -> None:
    told = report(EgressInfo(status=EgressStatus.EGRESS_ABORTED, file_results=[FileInfo(started_at=1)]))
    assert told.failure is F.RECORDER_DIED


def test_null_characters_do_not_get_into_the_database() -> None:
    assert report(EgressInfo(details="a\0b")).details == "a\ufffdb"


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("recordings/weekly-1/weekly-1--0a1b2c3d4e.mp4", "0a1b2c3d4e"),
        ("meet/recordings/weekly-1/weekly-1--0a1b2c3d4e.mp4", "0a1b2c3d4e"),
        ("/srv/recordings/recordings/weekly-1/weekly-1--0a1b2c3d4e.mp4", "0a1b2c3d4e"),
        ("recordings/other-1/other-1--0a1b2c3d4e.mp4", None),
        ("recordings/weekly-1/other-1--0a1b2c3d4e.mp4", None),
        ("my-recordings/weekly-1/weekly-1--0a1b2c3d4e.mp4", None),
        ("recordings/weekly-1/weekly-1--0a1b2c3d4e.ogg", None),
        ("weekly-1-2026-11-28T031606.mp4", None),
        ("", None),
    ],
)
def test_our_files_are_known_by_their_names(filename: str, expected: str | None) -> None:
    assert uid(EgressInfo(room_name="weekly-1", file_results=[FileInfo(filename=filename)])) == expected
    assert uid(EgressInfo(room_name="weekly-1", file=FileInfo(filename=filename))) == expected


def test_who_has_never_said_anything_is_not_silent(recording: Recording) -> None:
    assert was_silent(info("active", recording), since=T0 + 5 * SECOND)
    assert not was_silent(info("active", recording), since=T0)
    assert not was_silent(EgressInfo(), since=T0)

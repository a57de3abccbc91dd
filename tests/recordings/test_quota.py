"""The quota of an installation: what counts, who is told, and what it refuses."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override
from livekit.protocol.room import SendDataRequest
from structlog.testing import capture_logs

from meet import clock
from recordings import deletion, starting
from recordings.errors import QuotaUsedUp
from recordings.files import quota
from recordings.models import Recording, RecordingStatus
from rooms.models import Room
from tests.conftest import Api
from tests.factories import make_recording
from tests.livekit.wire import Twirp, sent
from tests.recordings.recorders import SEND

GB = 10**9
S = RecordingStatus


@pytest.fixture(autouse=True)
def _ten_gigabytes(settings: Any) -> None:
    settings.MEET_RECORDING_QUOTA_GB = 10


def fill(room: Room, gigabytes: float, **more: Any) -> Recording:
    return make_recording(room, size=int(gigabytes * GB), **more)


@pytest.mark.parametrize(
    ("gigabytes", "is_nearly_full", "is_full"),
    [(8.9, False, False), (9, True, False), (10, True, True), (12, True, True)],
)
def test_a_tenth_before_its_end_it_is_nearly_full(
    room: Room, gigabytes: float, is_nearly_full: bool, is_full: bool
) -> None:
    fill(room, gigabytes)
    found = quota.usage()
    assert (found.is_nearly_full, found.is_full) == (is_nearly_full, is_full)
    assert found.percent == int(gigabytes * 10)


def test_none_is_never_full(room: Room, settings: Any) -> None:
    settings.MEET_RECORDING_QUOTA_GB = 0
    fill(room, 1000)
    assert not quota.usage().is_nearly_full
    quota.expect_space()


def test_what_is_being_recorded_counts_and_what_failed_does_not(room: Room) -> None:
    fill(room, 1)
    fill(room, 2, status=S.ACTIVE)
    fill(room, 4, status=S.FAILED)
    fill(room, 4, status=S.ABORTED)
    make_recording(room, status=S.COMPLETE)
    assert quota.usage().used == 3 * GB


def test_counting_is_not_repeated_for_everybody_who_looks(room: Room, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        for _ in range(3):
            quota.usage()


def test_space_that_was_made_just_now_counts(room: Room) -> None:
    recording = fill(room, 10)
    with pytest.raises(QuotaUsedUp):
        quota.expect_space()
    deletion.delete(recording, by="", now=clock.now())
    assert quota.usage().is_full, "the hint is not the truth"
    quota.expect_space()


def test_a_full_one_refuses_new_recordings_with_a_reason(ready: Room, twirp: Twirp) -> None:
    fill(ready, 10)
    with pytest.raises(QuotaUsedUp) as refusal:
        starting.request(ready, starting.Wish(), now=clock.now())
    assert (refusal.value.status, refusal.value.failure) == (503, 12)
    assert Recording.with_deleted.count() == 1
    told = sent(twirp._route(SEND), SendDataRequest)
    assert b"The recording quota is used up." in told.data


def test_the_api_answers_in_its_form(api: Api, ready: Room) -> None:
    fill(ready, 10)
    answer = api.post("/api/v1/recordings", {"roomId": ready.room_id})
    assert answer.status_code == 503
    assert answer.json() == {"error": "Recording Error", "message": "The recording quota is used up"}


@pytest.mark.parametrize(
    ("gigabytes", "english", "spanish"),
    [
        (1, "", ""),
        (9.3, "Recordings take up 93 % of their quota.", "Las grabaciones ocupan el 93 % de su cuota."),
        (11, "The recording quota is used up", "La cuota de grabaciones está agotada"),
    ],
)
def test_pages_have_a_sentence_for_it(room: Room, gigabytes: float, english: str, spanish: str) -> None:
    fill(room, gigabytes)
    assert quota.notice().startswith(english)
    assert bool(quota.notice()) is bool(english)
    with override("es"):
        assert quota.notice().startswith(spanish)


@pytest.mark.parametrize(("gigabytes", "count"), [(8, 0), (9.5, 1)])
def test_the_log_is_warned(room: Room, gigabytes: float, count: int) -> None:
    fill(room, gigabytes)
    with capture_logs() as logged:
        quota.warn()
    assert [line["log_level"] for line in logged] == ["warning"] * count


@pytest.mark.parametrize(("gigabytes", "state"), [(1, "ok"), (9.5, "nearly full"), (10, "full")])
def test_operators_are_told(room: Room, twirp: Twirp, gigabytes: float, state: str) -> None:
    twirp._router.get(twirp.base).respond(200)
    fill(room, gigabytes)
    client = Client(REMOTE_ADDR="127.0.0.1")
    assert client.get("/readyz").json()["parts"]["storage"] == state
    figures = dict(line.split(" ", 1) for line in client.get("/metrics").content.decode().splitlines())
    assert float(figures["meet_recordings_bytes"]) == gigabytes * GB
    assert float(figures["meet_recordings_quota_bytes"]) == 10 * GB

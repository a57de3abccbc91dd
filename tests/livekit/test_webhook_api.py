"""POST /livekit/webhook: what LiveKit tells us is believed only with its signature, and never lost."""

import json
import time
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from meet.livekit import tasks
from meet.livekit.models import InboundEvent
from tests.livekit.wire import event_body, signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def livekit() -> Client:
    """LiveKit is no browser: it has no cookies and no CSRF token."""
    return Client(enforce_csrf_checks=True)


def post(client: Client, body: str | bytes, authorization: str | None = None) -> Any:
    return client.generic(
        "POST",
        "/livekit/webhook",
        body,
        content_type="application/webhook+json",
        headers={"Authorization": signature(body) if authorization is None else authorization},
    )


def is_taken(answer: Any) -> bool:
    """200 without a word, whatever became of it."""
    return bool(answer.status_code == 200 and answer.content == b"")


def test_an_event_is_kept_as_it_came(livekit: Client) -> None:
    body = event_body("room_started", "weekly-1", event_id="EV_9", egressInfo={"status": "EGRESS_NEW_IN_2031"})
    assert is_taken(post(livekit, body))
    event = InboundEvent.objects.get()
    assert (event.event_id, event.kind, event.room_name) == ("EV_9", "room_started", "weekly-1")
    assert event.body == json.loads(body)
    assert event.processed_at is None


def test_an_event_that_comes_again_is_kept_once(livekit: Client) -> None:
    body = event_body("room_started", "weekly-1")
    assert is_taken(post(livekit, body))
    assert is_taken(post(livekit, body))
    assert InboundEvent.objects.count() == 1


def test_the_signature_is_over_the_bytes_as_they_came(livekit: Client) -> None:
    body = event_body("room_started", "weekly-1", metadata='{"createdBy":"openviduMeet","name":"Équipe 🎉"}')
    spaced = body.replace(",", ", ")
    assert is_taken(post(livekit, spaced, signature(body)))
    assert not InboundEvent.objects.exists()
    assert is_taken(post(livekit, spaced, signature(spaced)))
    assert InboundEvent.objects.count() == 1


FORGED: dict[str, dict[str, Any]] = {
    "another secret": {"secret": "another secret that is long enough for HS256"},
    "another key": {"key": "anotherkey"},
    "a wrong hash": {"claims": {"sha256": "AAAA"}},
    "an empty hash": {"claims": {"sha256": ""}},
    "an old signature": {"claims": {"nbf": int(time.time()) - 900, "exp": int(time.time()) - 600}},
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_event_is_answered_like_any_other_and_forgotten(livekit: Client, forged: dict[str, Any]) -> None:
    body = event_body("room_started", "weekly-1")
    assert is_taken(post(livekit, body, signature(body, **forged)))
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("authorization", ["", "x", "Bearer x", "a.b.c", "é"])
def test_without_a_signature_nothing_is_believed(livekit: Client, authorization: str) -> None:
    assert is_taken(post(livekit, event_body("room_started", "weekly-1"), authorization))
    assert not InboundEvent.objects.exists()


def test_a_bearer_in_front_of_the_signature_is_not_how_livekit_writes(livekit: Client) -> None:
    body = event_body("room_started", "weekly-1")
    assert is_taken(post(livekit, body, f"Bearer {signature(body)}"))
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "5", '"x"', "{}", '{"event": 5}', '{"event":"room_started"}'])
def test_a_signed_body_that_is_no_event_is_forgotten(livekit: Client, body: str) -> None:
    assert is_taken(post(livekit, body))
    assert not InboundEvent.objects.exists()


def test_a_signed_body_that_is_no_text_is_forgotten(livekit: Client) -> None:
    assert is_taken(post(livekit, b"\xff\xfe{}"))
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "metadata",
    ['{"createdBy":"somebodyElse"}', "{}", "not JSON", "[]", "null", '"openviduMeet"', '{"createdBy":null}'],
)
def test_rooms_of_other_applications_are_theirs(livekit: Client, metadata: str) -> None:
    assert is_taken(post(livekit, event_body("room_started", "weekly-1", metadata=metadata)))
    assert not InboundEvent.objects.exists()


def test_a_room_without_metadata_may_be_ours(livekit: Client) -> None:
    post(livekit, event_body("room_started", "weekly-1", metadata=""))
    assert InboundEvent.objects.count() == 1


def test_the_name_in_the_metadata_follows_the_setting(livekit: Client, settings: Settings) -> None:
    settings.MEET_NAME_ID = "ours"
    post(livekit, event_body("room_started", "weekly-1", metadata='{"createdBy":"openviduMeet"}'))
    assert not InboundEvent.objects.exists()
    post(livekit, event_body("room_started", "weekly-1", metadata='{"createdBy":"ours"}'))
    assert InboundEvent.objects.count() == 1


@pytest.mark.parametrize("kind", ["track_published", "track_unpublished", "ingress_started", "agent_job_started", "x"])
def test_events_that_mean_nothing_to_us_are_not_kept(livekit: Client, kind: str) -> None:
    assert is_taken(post(livekit, event_body(kind, "weekly-1")))
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "kind",
    ["room_started", "room_finished", "participant_joined", "participant_left", "participant_connection_aborted"],
)
def test_events_that_mean_something_are_kept(livekit: Client, kind: str) -> None:
    post(livekit, event_body(kind, "weekly-1"))
    assert InboundEvent.objects.get().kind == kind


def test_livekit_is_asked_to_send_again_what_could_not_be_kept(
    livekit: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_columns: Any) -> InboundEvent:
        raise OperationalError("database is locked")

    monkeypatch.setattr(InboundEvent.objects, "create", fails)
    body = event_body("room_started", "weekly-1")
    assert post(livekit, body).status_code == 503
    monkeypatch.undo()
    assert is_taken(post(livekit, body))
    assert InboundEvent.objects.count() == 1


def test_a_kept_event_wakes_a_worker_once(
    livekit: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(tasks.process, "apply_async", lambda args, **_options: woken.extend(args))
    body = event_body("room_started", "weekly-1")
    with django_capture_on_commit_callbacks(execute=True):
        post(livekit, body)
        post(livekit, body)
    assert woken == [InboundEvent.objects.get().pk]


def test_a_dead_broker_loses_no_event(
    livekit: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def dead(**_options: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.process, "apply_async", dead)
    with django_capture_on_commit_callbacks(execute=True):
        assert is_taken(post(livekit, event_body("room_started", "weekly-1")))
    assert InboundEvent.objects.count() == 1


def test_other_methods_are_no_events(livekit: Client) -> None:
    assert livekit.get("/livekit/webhook").status_code == 405


def test_the_webhook_belongs_to_the_root(livekit: Client) -> None:
    assert livekit.get("/livekit/webhook/").status_code == 404


def test_taking_an_event_in_costs_three_queries(
    livekit: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """The insert, between the marks of its transaction."""
    with django_assert_max_num_queries(3):
        post(livekit, event_body("room_started", "weekly-1"))


def test_an_event_as_large_as_livekit_makes_them_is_taken(livekit: Client) -> None:
    metadata = json.dumps({"createdBy": "openviduMeet", "roomOptions": "x" * 512 * 1024})
    assert is_taken(post(livekit, event_body("room_started", "weekly-1", metadata=metadata)))
    assert InboundEvent.objects.count() == 1


@pytest.mark.parametrize("room_id", ["weekly-1", "a\0b"])
def test_null_characters_that_participants_write_do_not_lose_the_event(livekit: Client, room_id: str) -> None:
    participant = {"sid": "PA_1", "identity": "ann", "metadata": 'a\0b\\u0000"'}
    assert is_taken(post(livekit, event_body("participant_left", room_id, participant=participant, metadata="")))
    event = InboundEvent.objects.get()
    assert event.body["participant"]["identity"] == "ann"
    assert "\0" not in event.body["participant"]["metadata"]

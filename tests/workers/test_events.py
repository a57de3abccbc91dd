"""From LiveKit's webhook to the room's status and the integrator's webhook, through real workers."""

import hashlib
import hmac
import uuid

import httpx

from tests.servers import Installation, wait_until
from tests.workers.livekit_webhooks import event, post
from tests.workers.receiver import Receiver


def _status(program: httpx.Client, room_id: str) -> str:
    return str(program.get(f"/api/v1/rooms/{room_id}").json()["status"])


def test_a_meeting_shows_within_seconds_and_is_told_to_the_integrator_once(
    installation: Installation, program: httpx.Client, room_id: str, receiver: Receiver
) -> None:
    sid = f"RM_{uuid.uuid4().hex}"
    started = event("room_started", room_id, sid=sid)
    for _ in range(3):
        assert post(installation.url, started).status_code == 200
    wait_until(lambda: _status(program, room_id) == "active_meeting", seconds=5, what="the room is live")
    post(installation.url, event("room_finished", room_id, sid=sid))
    wait_until(lambda: _status(program, room_id) == "open", seconds=5, what="the room is open again")
    wait_until(lambda: len(receiver.events(room_id)) >= 2, seconds=10, what="both events are delivered")
    assert sorted(receiver.events(room_id)) == ["meetingEnded", "meetingStarted"]


def test_what_is_delivered_is_signed_with_the_api_key(
    installation: Installation, program: httpx.Client, room_id: str, receiver: Receiver
) -> None:
    post(installation.url, event("room_started", room_id, sid=f"RM_{uuid.uuid4().hex}"))
    wait_until(lambda: receiver.events(room_id) == ["meetingStarted"], what="the event is delivered")
    [request] = [request for request in receiver.requests if request.body["data"]["roomId"] == room_id]
    message = f"{request.headers['X-Timestamp']}.{request.text}".encode()
    signature = hmac.new(installation.API_KEY.encode(), message, hashlib.sha256).hexdigest()
    assert request.headers["X-Signature"] == signature
    assert request.headers["X-Timestamp"] == str(request.body["creationDate"])
    assert list(request.body) == ["event", "creationDate", "data"]
    assert request.body["data"]["status"] == "active_meeting"
    assert request.body["data"]["moderatorUrl"].startswith(f"http://localhost:{installation.port}/meet/room/{room_id}")


def test_events_out_of_order_leave_the_room_open(
    installation: Installation, program: httpx.Client, room_id: str, receiver: Receiver
) -> None:
    sid = f"RM_{uuid.uuid4().hex}"
    post(installation.url, event("room_finished", room_id, sid=sid))
    post(installation.url, event("room_started", room_id, sid=sid))
    wait_until(lambda: len(receiver.events(room_id)) >= 2, what="both events are delivered")
    assert _status(program, room_id) == "open"
    assert sorted(receiver.events(room_id)) == ["meetingEnded", "meetingStarted"]


def test_a_bad_signature_changes_nothing(installation: Installation, program: httpx.Client, room_id: str) -> None:
    forged = event("room_started", room_id, sid="RM_forged")
    answer = post(installation.url, forged, secret="not the secret of this installation, but long")
    assert (answer.status_code, answer.content) == (200, b"")
    honest = event("room_started", room_id, sid=f"RM_{uuid.uuid4().hex}")
    post(installation.url, honest)
    wait_until(lambda: _status(program, room_id) == "active_meeting", what="the honest event is processed")


def test_a_refusing_receiver_gets_the_same_request_again(
    installation: Installation, program: httpx.Client, room_id: str, receiver: Receiver
) -> None:
    receiver.status = 500
    try:
        post(installation.url, event("room_started", room_id, sid=f"RM_{uuid.uuid4().hex}"))
        wait_until(lambda: len(receiver.events(room_id)) >= 3, what="three attempts are made")
    finally:
        receiver.status = 200
    wait_until(lambda: len(receiver.events(room_id)) >= 4, what="one more attempt succeeds")
    requests = [request for request in receiver.requests if request.body["data"]["roomId"] == room_id]
    assert len({(r.text, r.headers["X-Timestamp"], r.headers["X-Signature"]) for r in requests}) == 1

"""GET /api/v1/recordings/{recordingId}/url (rest-api.md 1.8, 4.7)."""

import pytest
from pytest_django import Settings

from accounts.models import User
from recordings.models import Recording
from rooms.models import AccessLink, Room
from rooms.permissions import NONE
from tests.conftest import Api, AsUser
from tests.factories import make_recording
from tests.recordings.doors import FORBIDDEN, holder, path_of


@pytest.fixture
def recording(room: Room) -> Recording:
    return make_recording(room)


def url(api: Api, recording: Recording, query: str = "") -> str:
    answer = api.get(f"{path_of(recording, 'url')}{query}")
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == ["url"]
    return str(answer.json()["url"])


def test_the_links_are_the_same_every_time(api: Api, recording: Recording) -> None:
    page = f"http://testserver/recording/{recording.recording_id}?recordingSecret="
    for _ in range(2):
        assert url(api, recording) == page + recording.public_secret
        assert url(api, recording, "?privateAccess=true") == page + recording.private_secret


@pytest.mark.parametrize(
    ("query", "is_private"),
    [
        ("?privateAccess=TRUE", True),
        ("?privateAccess=True", True),
        ("?privateAccess=false", False),
        ("?privateAccess=1", False),
        ("?privateAccess=", False),
        ("?privateAccess=yes", False),
        ("?other=true", False),
    ],
)
def test_only_true_is_true(api: Api, recording: Recording, query: str, is_private: bool) -> None:
    secret = recording.private_secret if is_private else recording.public_secret
    assert url(api, recording, query).endswith(secret)


def test_there_is_no_public_link_where_the_room_does_not_share(api: Api, room: Room, recording: Recording) -> None:
    AccessLink.objects.filter(room=room, role=AccessLink.Role.RECORDING).update(enabled=False)
    answer = api.get(path_of(recording, "url"))
    assert answer.status_code == 403
    message = f"Anonymous access in room '{room.room_id}' is disabled for recordings"
    assert answer.json() == {"error": "Room Error", "message": message}
    assert url(api, recording, "?privateAccess=true").endswith(recording.private_secret)


def test_the_link_begins_as_the_installation_is_reached(api: Api, recording: Recording, settings: Settings) -> None:
    answer = api.get(f"/meet{path_of(recording, 'url')}")
    assert answer.json()["url"].startswith("http://testserver/meet/recording/")
    settings.MEET_BASE_URL = "https://meet.example.org"
    assert url(api, recording).startswith("https://meet.example.org/meet/recording/")


def test_whoever_may_not_play_learns_no_secret(
    as_user: AsUser, anonymous: Api, room: Room, recording: Recording, stella: User
) -> None:
    AccessLink.objects.filter(room=room, role=AccessLink.Role.RECORDING).update(enabled=False)
    for client in (as_user(stella), holder(room, NONE)):
        answer = client.get(path_of(recording, "url"))
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert anonymous.get(path_of(recording, "url")).status_code == 401


def test_an_id_of_another_form_is_refused_after_the_credential(api: Api, anonymous: Api) -> None:
    assert anonymous.get("/api/v1/recordings/x/url").status_code == 401
    answer = api.get("/api/v1/recordings/x/url")
    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == "params.recordingId"

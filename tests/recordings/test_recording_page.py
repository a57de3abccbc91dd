"""/recording/<id>: one recording for whoever has a link of it, a link of its room, or an account."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from recordings import share_links
from recordings.models import Recording, RecordingStatus
from rooms.models import AccessLink, Room
from rooms.permissions import SPEAKER_DEFAULT, Permission
from tests.conftest import Console, with_csrf_token
from tests.factories import PASSWORD, make_member, make_recording, secret_of
from tests.pages import Page, submit
from tests.recordings.doors import BYTES, Stored, body_of, stored

__all__ = ["stored"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def recording(room: Room) -> Recording:
    return make_recording(room)


def address(recording: Recording, action: str = "") -> str:
    return f"/recording/{recording.recording_id}" + (f"/{action}" if action else "")


def opened(client: Client, recording: Recording, **credentials: str) -> Any:
    return client.get(address(recording), credentials)


def is_player(answer: Any) -> bool:
    return answer.status_code == 200 and Page(answer).has_element("ov-recording-video-player")


def source_of(answer: Any) -> str:
    [video] = [attributes for tag, attributes in Page(answer).elements if tag == "video"]
    return str(video["src"])


def refused(answer: Any, status: int, reason: str) -> None:
    assert answer.status_code == status
    assert Page(answer).error_reason == reason


def switch_links_off(room: Room) -> None:
    room.links.filter(role=AccessLink.Role.RECORDING).update(enabled=False)


# -- Its own links ---------------------------------------------------------------------------------------------------


def test_the_public_link_opens_the_player_for_anybody(visitor: Client, recording: Recording, stored: Stored) -> None:
    stored(recording)
    answer = opened(visitor, recording, recordingSecret=recording.public_secret)
    assert is_player(answer)
    assert not answer.cookies
    text = answer.content.decode()
    assert recording.public_secret not in text
    assert recording.private_secret not in text
    file = Client().get(source_of(answer))
    assert body_of(file) == BYTES


def test_a_share_link_covers_playing_and_saving_and_nothing_else(visitor: Client, recording: Recording) -> None:
    page = Page(opened(visitor, recording, recordingSecret=recording.public_secret))
    recording_id = recording.recording_id
    assert page.by_id(f"download-recording-btn-{recording_id}") is not None
    assert page.by_id(f"share-recording-link-{recording_id}") is None
    assert page.by_id(f"delete-recording-btn-{recording_id}") is None
    assert page.by_id("back-btn") is None
    secret = {"recordingSecret": recording.public_secret}
    for action in ("share", "delete"):
        assert visitor.post(address(recording, action), secret).status_code == 403
    assert Recording.objects.count() == 1


def test_the_private_link_leads_through_the_login_and_back_without_standing_in_an_address(
    visitor: Client, stella: User, recording: Recording
) -> None:
    answer = opened(visitor, recording, recordingSecret=recording.private_secret)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login?next={address(recording)}"
    back = submit(visitor, "/login", {"login": "stella", "password": PASSWORD, "next": address(recording)})
    assert back["Location"] == address(recording)
    assert is_player(visitor.get(back["Location"]))
    assert is_player(visitor.get(address(recording))), "and again"


def test_the_private_link_opens_for_every_account(console: Console, stella: User, recording: Recording) -> None:
    assert is_player(opened(console(stella), recording, recordingSecret=recording.private_secret))
    refused(opened(console(stella), recording), 403, "forbidden-recording-access")


def test_links_that_were_replaced_end_what_was_kept_over_the_login(
    visitor: Client, stella: User, recording: Recording
) -> None:
    opened(visitor, recording, recordingSecret=recording.private_secret)
    submit(visitor, "/login", {"login": "stella", "password": PASSWORD})
    share_links.replace(recording, by="Olga", now=clock.now())
    refused(visitor.get(address(recording)), 403, "forbidden-recording-access")


def test_what_opened_the_page_opens_it_again_from_a_body(visitor: Client, recording: Recording) -> None:
    assert is_player(visitor.post(address(recording), {"recordingSecret": recording.public_secret}))


def test_the_public_link_that_is_switched_off_says_so(visitor: Client, room: Room, recording: Recording) -> None:
    answer = opened(visitor, recording, recordingSecret=recording.public_secret)
    source = source_of(answer)
    switch_links_off(room)
    answer = opened(visitor, recording, recordingSecret=recording.public_secret)
    refused(answer, 403, "anonymous-recording-access-disabled")
    assert visitor.get(source).status_code == 403, "and the addresses it gave open nothing"


def test_a_wrong_link_is_refused_with_its_own_page(visitor: Client, recording: Recording) -> None:
    refused(opened(visitor, recording, recordingSecret="wrong"), 400, "invalid-recording-secret")


@pytest.mark.parametrize("recording_id", ["nowhere", "a%00b", "x" * 5000])
def test_an_unknown_recording_is_refused_with_its_own_page(visitor: Client, db: None, recording_id: str) -> None:
    refused(visitor.get(f"/recording/{recording_id}?recordingSecret=x"), 404, "invalid-recording")


def test_who_guesses_links_is_stopped(visitor: Client, recording: Recording, rate_limits: None) -> None:
    for _ in range(20):
        assert opened(visitor, recording, recordingSecret="wrong").status_code == 400
    refused(opened(visitor, recording, recordingSecret=recording.public_secret), 429, "too-many-requests")


# -- Links of the room, and accounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["moderator", "speaker", "recording"])
def test_a_link_of_the_room_opens_the_player(visitor: Client, room: Room, recording: Recording, role: str) -> None:
    answer = opened(visitor, recording, secret=secret_of(room, role))
    assert is_player(answer)
    assert Page(answer).by_id("back-btn") is not None


def test_a_link_of_a_room_whose_role_may_not_play_is_refused(visitor: Client, room: Room, recording: Recording) -> None:
    Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT & ~Permission.recordingPlay))
    refused(opened(visitor, recording, secret=secret_of(room)), 403, "forbidden-recording-access")
    both = opened(visitor, recording, secret=secret_of(room), recordingSecret=recording.public_secret)
    assert is_player(both), "its own link shows it, whatever else one may"


def test_an_account_opens_the_player_and_may_go_on_to_the_console(
    console: Console, max_: User, room: Room, recording: Recording
) -> None:
    make_member(room, max_)
    answer = opened(console(max_), recording)
    assert is_player(answer)
    assert f"/recordings/{recording.recording_id}" in Page(answer).links()


def test_without_anything_a_visitor_gets_a_page_that_leads_to_the_login(visitor: Client, recording: Recording) -> None:
    answer = opened(visitor, recording)
    assert answer.status_code == 200
    assert f'data-login="/login?next={address(recording)}"' in answer.content.decode()
    assert visitor.get("/recording/nowhere").status_code == 200, "and learns not which recordings exist"


def test_an_unfinished_recording_shows_its_status_and_becomes_a_player(visitor: Client, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    secret = {"recordingSecret": recording.public_secret}
    answer = opened(visitor, recording, **secret)
    assert is_player(answer)
    assert not Page(answer).has_element("video")
    assert "The meeting is being recorded." in answer.content.decode()
    first = visitor.post(address(recording), secret, headers=HTMX)
    again = visitor.post(address(recording), secret, headers={**HTMX, "If-None-Match": first["ETag"]})
    assert again.status_code == 304
    Recording.objects.update(status=RecordingStatus.COMPLETE, deadline_at=None)
    update = Page(visitor.post(address(recording), secret, headers=HTMX))
    assert update.has_element("video")
    assert not update.has_element("html")


def test_operators_details_are_not_for_everybody(visitor: Client, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.FAILED, error_code=7, details="ENOSPC at /srv")
    text = opened(visitor, recording, recordingSecret=recording.public_secret).content.decode()
    assert "The recorder&#x27;s disk is full." in text
    assert "ENOSPC" not in text


# -- Sharing and deleting --------------------------------------------------------------------------------------------


def test_who_may_play_by_the_room_may_share(visitor: Client, room: Room, recording: Recording) -> None:
    asked = {"secret": secret_of(room), "kind": "public"}
    page = Page(visitor.post(address(recording, "share"), asked, headers=HTMX))
    [field] = page.with_class("url-input")
    assert str(field["value"]).endswith(f"?recordingSecret={recording.public_secret}")
    assert not page.with_class("share-manage")


def test_a_moderators_link_deletes_and_the_receipt_says_so(visitor: Client, room: Room, recording: Recording) -> None:
    answer = visitor.post(address(recording, "delete"), {"secret": secret_of(room, "moderator")})
    assert answer.status_code == 204
    assert "moderator" in Recording.with_deleted.get().deleted_by
    assert not Recording.objects.exists()


def test_a_speakers_link_deletes_nothing(visitor: Client, room: Room, recording: Recording) -> None:
    assert visitor.post(address(recording, "delete"), {"secret": secret_of(room)}).status_code == 403
    assert Recording.objects.count() == 1


def test_a_session_deletes_only_together_with_its_token(
    console: Console, olga: User, room: Room, recording: Recording
) -> None:
    client = console(olga)
    assert client.post(address(recording, "delete")).status_code == 401
    # A link that anybody may have must not lend the session's rights to another site.
    assert client.post(address(recording, "delete"), {"secret": secret_of(room)}).status_code == 403
    assert Recording.objects.count() == 1
    assert client.post(address(recording, "delete"), headers=with_csrf_token(client)).status_code == 204
    assert Recording.with_deleted.get().deleted_by == "Olga"


def test_who_may_delete_but_not_play_deletes(console: Console, max_: User, room: Room, recording: Recording) -> None:
    make_member(room, max_, permissions=Permission.recordingList | Permission.recordingDelete)
    client = console(max_)
    assert client.post(address(recording, "delete"), headers=with_csrf_token(client)).status_code == 204
    assert Recording.with_deleted.get().deleted_by == "Max"


def test_one_that_is_going_on_is_not_deleted(visitor: Client, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    answer = visitor.post(address(recording, "delete"), {"secret": secret_of(room, "moderator")})
    assert answer.status_code == 409
    assert Recording.objects.count() == 1


@pytest.mark.parametrize("action", ["share", "delete"])
def test_nothing_is_done_by_opening_an_address(visitor: Client, recording: Recording, action: str) -> None:
    assert visitor.get(address(recording, action)).status_code == 405

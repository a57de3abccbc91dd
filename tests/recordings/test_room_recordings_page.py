"""/room/<id>/recordings: the recordings of a room for whoever has a link or an account."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.tokens import TokenType, issue
from meet import clock
from meet.appearance import themes
from meet.appearance.models import BaseTheme
from meet.appearance.themes import Design
from recordings.models import Recording, RecordingStatus
from rooms.models import AccessLink, Room
from rooms.permissions import SPEAKER_DEFAULT, Permission
from tests.conftest import Console, with_csrf_token
from tests.factories import make_guest, make_member, make_recording, make_room, secret_of
from tests.pages import Page
from tests.recordings.doors import BYTES, Stored, body_of, stored

__all__ = ["stored"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


def address(room: Room) -> str:
    return f"/room/{room.room_id}/recordings"


def opened(client: Client, room: Room, **credentials: str) -> Any:
    return client.get(address(room), credentials)


def sent(client: Client, room: Room, data: dict[str, str], **headers: str) -> Any:
    """As the page's script asks again."""
    return client.post(address(room), data, headers=headers)


def row_ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return Page(answer).ids("recording-row-")


def hooks(answer: Any, recording: Recording) -> set[str]:
    page = Page(answer)
    named = ("play-recording-btn", "download-recording-btn", "share-recording-link", "delete-recording-btn")
    return {hook for hook in named if page.by_id(f"{hook}-{recording.recording_id}")}


# -- Who gets in, and what for ---------------------------------------------------------------------------------------


PLAY, DOWNLOAD, SHARE, DELETE = (
    "play-recording-btn", "download-recording-btn", "share-recording-link", "delete-recording-btn",
)  # fmt: skip


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("moderator", {PLAY, DOWNLOAD, SHARE, DELETE}),
        ("speaker", {PLAY, DOWNLOAD, SHARE}),
        ("recording", {PLAY, DOWNLOAD, SHARE}),
    ],
)
def test_a_link_opens_the_list_with_what_it_permits(visitor: Client, room: Room, role: str, offered: set[str]) -> None:
    recording, _other = make_recording(room), make_recording(make_room(room.owner, "Other"))
    answer = opened(visitor, room, secret=secret_of(room, role))
    assert row_ids(answer) == [recording.recording_id]
    assert Page(answer).has_element("ov-recording-lists")
    assert hooks(answer, recording) == offered


def test_a_guests_own_link_opens_the_list(visitor: Client, room: Room) -> None:
    recording = make_recording(room)
    guest = make_guest(room)
    answer = opened(visitor, room, secret=str(guest.guest_id))
    assert row_ids(answer) == [recording.recording_id]
    assert str(guest.guest_id) not in answer.content.decode()


def test_an_account_opens_the_list_without_a_link(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_)
    recording = make_recording(room)
    answer = opened(console(max_), room)
    assert hooks(answer, recording) == {PLAY, DOWNLOAD, SHARE}


def test_account_and_link_add_up(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_, permissions=Permission.recordingList | Permission.recordingDelete)
    recording = make_recording(room)
    client = console(max_)
    assert hooks(opened(client, room), recording) == {DELETE}
    both = opened(client, room, secret=secret_of(room, "recording"))
    assert hooks(both, recording) == {PLAY, DOWNLOAD, SHARE, DELETE}


def test_a_host_page_may_give_an_accounts_token_along(visitor: Client, olga: User, room: Room) -> None:
    recording = make_recording(room)
    token = issue(olga, TokenType.ACCESS, now=clock.now())
    answer = opened(visitor, room, accessToken=token)
    assert hooks(answer, recording) == {PLAY, DOWNLOAD, SHARE, DELETE}
    assert token not in answer.content.decode()


def test_the_addresses_of_files_work_without_a_cookie(visitor: Client, room: Room, stored: Stored) -> None:
    recording = stored(make_recording(room))
    page = Page(opened(visitor, room, secret=secret_of(room, "recording")))
    download = page.by_id(f"{DOWNLOAD}-{recording.recording_id}")
    play = page.by_id(f"{PLAY}-{recording.recording_id}")
    assert download is not None
    assert play is not None
    assert body_of(Client().get(str(download["href"]))) == BYTES
    # Without script the browser's own player gets the file; the script goes to the page.
    assert body_of(Client().get(str(play["href"]))) == BYTES
    assert play["data-follow"] == f"/recording/{recording.recording_id}"


# -- A reload --------------------------------------------------------------------------------------------------------


def test_what_opened_the_page_opens_it_again_from_a_body(visitor: Client, room: Room) -> None:
    recording = make_recording(room)
    assert row_ids(sent(visitor, room, {"secret": secret_of(room)})) == [recording.recording_id]


def test_without_anything_a_visitor_gets_a_page_that_leads_to_the_login(visitor: Client, room: Room) -> None:
    """A reload: the script finds the link in the history entry (decisions.md 5)."""
    answer = opened(visitor, room)
    assert answer.status_code == 200
    assert f'data-login="/login?next={address(room)}"' in answer.content.decode()
    assert not answer.cookies


def test_that_page_tells_nobody_which_rooms_exist(visitor: Client, room: Room) -> None:
    unknown = visitor.get("/room/nowhere-1/recordings")
    assert unknown.status_code == 200


def test_a_session_counts_in_a_post_only_together_with_its_token(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    client = console(olga)
    assert sent(client, room, {}).status_code == 401
    assert row_ids(sent(client, room, {}, **with_csrf_token(client))) == [recording.recording_id]


@pytest.mark.parametrize("role", ["moderator", "speaker", "recording"])
def test_no_secret_stands_in_the_page(visitor: Client, room: Room, role: str) -> None:
    recording = make_recording(room)
    text = opened(visitor, room, secret=secret_of(room, role)).content.decode()
    secrets = [link.secret for link in room.links.all()] + [recording.public_secret, recording.private_secret]
    assert not [secret for secret in secrets if secret in text]


def test_more_than_fifty_are_loaded_on_demand(visitor: Client, room: Room) -> None:
    now = clock.now()
    made = [make_recording(room, started_at=now + timedelta(seconds=number)) for number in range(52)]
    secret = secret_of(room, "recording")
    first = opened(visitor, room, secret=secret)
    button = Page(first).by_id("load-more-btn")
    assert button is not None
    token = re.search(r'"after": "([^"]+)"', str(button["hx-vals"]))
    assert token
    rest = sent(visitor, room, {"secret": secret, "after": token[1]}, **HTMX)
    assert not Page(rest).has_element("html")
    assert row_ids(first) + row_ids(rest) == [one.recording_id for one in reversed(made)]


def test_the_list_learns_what_changed(visitor: Client, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    asked = {"secret": secret_of(room), "ids": str(recording.recording_id)}
    first = sent(visitor, room, asked, **HTMX)
    assert hooks(first, recording) == {SHARE}
    assert sent(visitor, room, asked, **HTMX, **{"If-None-Match": first["ETag"]}).status_code == 304
    other = make_recording(make_room(room.owner, "Other"))
    foreign = sent(visitor, room, {**asked, "ids": str(other.recording_id)}, **HTMX)
    assert Page(foreign).by_id(f"recording-row-{other.recording_id}") is None


# -- Refusals --------------------------------------------------------------------------------------------------------


def refused(answer: Any, status: int, reason: str) -> None:
    assert answer.status_code == status
    assert Page(answer).error_reason == reason


def test_a_wrong_link_is_refused_with_its_own_page(visitor: Client, room: Room) -> None:
    refused(opened(visitor, room, secret="wrong"), 400, "invalid-room-secret")
    refused(opened(visitor, room, secret="guest-00000000"), 404, "invalid-member")


def test_an_unknown_room_is_refused_with_its_own_page(visitor: Client, db: None) -> None:
    for room_id in ("nowhere-1", "a%00b"):
        refused(visitor.get(f"/room/{room_id}/recordings?secret=x"), 404, "invalid-room")


@pytest.mark.parametrize(
    ("role", "reason"),
    [("recording", "anonymous-recording-access-disabled"), ("speaker", "anonymous-access-disabled")],
)
def test_a_link_that_is_off_is_refused_with_its_own_page(visitor: Client, room: Room, role: str, reason: str) -> None:
    AccessLink.objects.update(enabled=False)
    refused(opened(visitor, room, secret=secret_of(room, role)), 403, reason)


def test_who_may_list_nothing_is_refused_with_the_page_for_that(
    visitor: Client, console: Console, stella: User, room: Room
) -> None:
    Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT & ~Permission.recordingList))
    refused(opened(visitor, room, secret=secret_of(room)), 403, "forbidden-room-recordings-access")
    refused(opened(console(stella), room), 403, "forbidden-room-recordings-access")


def test_a_token_that_does_not_hold_is_refused(visitor: Client, room: Room) -> None:
    """The page is a door: it leads to the login, unless the script finds another way in."""
    answer = opened(visitor, room, accessToken="nonsense")
    assert answer.status_code == 200
    assert "data-login" in answer.content.decode()
    assert "recording-rows" not in answer.content.decode()
    assert sent(visitor, room, {"accessToken": "nonsense"}).status_code == 401
    assert row_ids(opened(visitor, room, secret=secret_of(room))) == []


def test_who_guesses_links_is_stopped(visitor: Client, room: Room, rate_limits: None) -> None:
    for _ in range(20):
        assert opened(visitor, room, secret="wrong").status_code == 400
    answer = opened(visitor, room, secret=secret_of(room))
    refused(answer, 429, "too-many-requests")
    assert int(answer["Retry-After"]) > 0


# -- Frames, addresses, colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["right", "wrong"])
def test_the_page_may_stand_in_any_frame_and_its_address_is_not_repeated(
    visitor: Client, room: Room, secret: str
) -> None:
    answer = opened(visitor, room, secret=secret_of(room) if secret == "right" else "wrong")
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]


def test_a_design_of_ones_own_holds_here_as_well(visitor: Client, room: Room, settings: Settings) -> None:
    assert "data-ov-theme" not in opened(visitor, room, secret=secret_of(room)).content.decode()
    themes.save(Design(enabled=True, base_theme=BaseTheme.DARK), now=clock.now())
    text = opened(visitor, room, secret=secret_of(room)).content.decode()
    assert 'data-ov-theme="dark"' in text
    assert 'id="theme-toggle-btn"' not in text


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("show-only-recordings=true&secret=s", "/room/{room}/recordings?secret=s"),
        ("show-only-recordings=true", "/room/{room}/recordings"),
        ("show-recording=a--EG_b--c&secret=s", "/recording/a--EG_b--c?secret=s"),
    ],
)
def test_links_into_the_room_that_mean_its_recordings_lead_there(
    visitor: Client, room: Room, query: str, page: str
) -> None:
    answer = visitor.get(f"/room/{room.room_id}?{query}")
    assert answer.status_code == 302
    assert answer["Location"] == page.format(room=room.room_id)


def test_other_links_into_the_room_do_not(visitor: Client, room: Room) -> None:
    assert visitor.get(f"/room/{room.room_id}?show-only-recordings=false").status_code == 200

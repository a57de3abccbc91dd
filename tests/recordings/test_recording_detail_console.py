"""/recordings/<id>: one recording, its links, its file and its end."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from meet import clock
from recordings.failures import Failure
from recordings.models import Recording, RecordingEvent, RecordingStatus
from rooms.models import AccessLink, Room
from rooms.permissions import SPEAKER_DEFAULT, Permission
from tests.conftest import Console
from tests.factories import make_meeting, make_member, make_recording
from tests.pages import Page, submit
from tests.recordings.doors import BYTES, Stored, body_of, stored

__all__ = ["stored"]


def address(recording: Recording, action: str = "") -> str:
    return f"/recordings/{recording.recording_id}" + (f"/{action}" if action else "")


def opened(client: Client, recording: Recording, action: str = "", query: str = "", **headers: str) -> Page:
    answer = client.get(address(recording, action) + query, headers=headers)
    assert answer.status_code == 200
    return Page(answer)


def video_of(page: Page) -> dict[str, str | None]:
    [video] = [attributes for tag, attributes in page.elements if tag == "video"]
    return video


# -- The page --------------------------------------------------------------------------------------------------------


def test_the_page_plays_the_file_at_a_signed_address(console: Console, olga: User, room: Room, stored: Stored) -> None:
    recording = stored(make_recording(room))
    client = console(olga)
    page = opened(client, recording)
    assert page.has_element("ov-recording-video-player")
    source = str(video_of(page)["src"])
    assert urlsplit(source).path == f"/api/v1/recordings/{recording.recording_id}/media"
    # To whom it is given needs no cookie.
    answer = Client().get(source)
    assert (answer.status_code, body_of(answer)) == (200, BYTES)
    assert "controls" in video_of(page), "without script, the browser's own player does"


def test_the_page_shows_the_figures(console: Console, olga: User, room: Room) -> None:
    now = clock.now()
    recording = make_recording(room, duration=200.4, size=1_288_490_189, ended_at=now + timedelta(seconds=201))
    text = opened(console(olga), recording).text
    for words in ("3 min 20 s", "1.2\xa0GB", "Grid", "720p, 30 fps", recording.filename, str(recording.recording_id)):
        assert words in text, words


def test_an_unfinished_recording_says_what_goes_on_and_has_no_figures_yet(
    console: Console, olga: User, room: Room
) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE, size=5_000_000)
    page = opened(console(olga), recording)
    assert not page.has_element("video")
    assert "4.8" not in page.text, "what is written by now is no figure"
    body = page.by_id("recording-body")
    assert body is not None
    assert body["data-live-id"] == recording.recording_id


def test_the_page_of_an_unfinished_recording_becomes_a_player(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ENDING)
    client = console(olga)
    Recording.objects.update(status=RecordingStatus.COMPLETE, deadline_at=None, released_at=clock.now())
    update = opened(client, recording, **{"HX-Request": "true"})
    body = update.by_id("recording-body")
    assert body is not None
    assert body["hx-swap-oob"] == "true"
    assert "data-live-id" not in body, "nothing more to wait for"
    assert update.has_element("video")
    assert not update.has_element("html")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_failure_is_told_in_the_readers_language(console: Console, olga: User, room: Room, language: str) -> None:
    recording = make_recording(
        room, status=RecordingStatus.FAILED, error_code=int(Failure.DISK_FULL), error="x", details="ENOSPC <there>"
    )
    client = console(olga)
    answer = client.get(address(recording), headers={"Accept-Language": language})
    text = answer.content.decode()
    with translation.override(language):
        assert str(Failure.DISK_FULL.label).replace("'", "&#x27;") in text
    assert "ENOSPC &lt;there&gt;" in text


def test_a_rescued_recording_plays_and_says_what_is_missing(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room, error_code=int(Failure.RECORDER_DIED))
    page = opened(console(olga), recording)
    assert page.has_element("video")
    assert "The recorder stopped working during the recording." in page.text


def test_the_log_tells_what_happened_and_who_did_it(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    kinds = RecordingEvent.Kind
    for second, (kind, by) in enumerate([(kinds.REQUESTED, "Ann"), (kinds.ACTIVE, ""), (kinds.COMPLETE, "")]):
        RecordingEvent.objects.create(recording=recording, kind=kind, at=clock.now() + timedelta(seconds=second), by=by)
    text = opened(console(olga), recording).text
    told = [text.index(words) for words in ("Recording requested · Ann", "Recording began", "File stored")]
    assert told == sorted(told)


def test_what_one_may_not_do_is_not_offered(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_, permissions=SPEAKER_DEFAULT & ~Permission.recordingDownload)
    recording = make_recording(room)
    page = opened(console(max_), recording)
    assert page.has_element("video")
    for hook in ("download-recording-btn-", "delete-recording-btn-"):
        assert page.by_id(f"{hook}{recording.recording_id}") is None, hook


@pytest.mark.parametrize("action", ["", "share", "download", "delete", "share/rotate"])
def test_strangers_are_refused_and_visitors_sent_to_the_login(
    console: Console, stella: User, room: Room, action: str
) -> None:
    recording = make_recording(room)
    assert console(stella).get(address(recording, action)).status_code == 403
    assert Client().get(address(recording, action))["Location"].startswith("/login?next=")


@pytest.mark.parametrize("recording_id", ["nowhere", "a%00b", "x" * 5000])
def test_what_does_not_exist_is_not_found(console: Console, olga: User, recording_id: str) -> None:
    assert console(olga).get(f"/recordings/{recording_id}").status_code == 404


def test_the_download_leads_to_a_fresh_signed_address(console: Console, olga: User, room: Room, stored: Stored) -> None:
    recording = stored(make_recording(room))
    answer = console(olga).get(address(recording, "download"))
    assert answer.status_code == 302
    file = Client().get(answer["Location"])
    assert body_of(file) == BYTES
    assert recording.filename in file["Content-Disposition"]


# -- Links -----------------------------------------------------------------------------------------------------------


def radios(page: Page) -> dict[str, bool]:
    """Whether each kind of link can be had."""
    found = [attributes for _, attributes in page.elements if attributes.get("type") == "radio"]
    return {str(one["value"]): "disabled" not in one for one in found}


def shared_link(page: Page) -> str | None:
    return next((one["value"] for one in page.with_class("url-input")), None)


def switch_links_off(room: Room) -> None:
    room.links.filter(role=AccessLink.Role.RECORDING).update(enabled=False)


def test_nothing_is_shown_before_a_kind_is_chosen(console: Console, olga: User, room: Room) -> None:
    page = opened(console(olga), make_recording(room), "share")
    assert page.has_element("ov-share-recording-dialog")
    assert [attributes["value"] for tag, attributes in page.elements if tag == "mat-radio-button"] == [
        "public",
        "private",
    ]
    assert page.with_class("generate-button")
    assert shared_link(page) is None


@pytest.mark.parametrize("kind", ["public", "private"])
def test_the_chosen_link_is_shown(console: Console, olga: User, room: Room, kind: str) -> None:
    recording = make_recording(room)
    page = opened(console(olga), recording, "share", f"?kind={kind}")
    secret = recording.public_secret if kind == "public" else recording.private_secret
    assert shared_link(page) == f"http://testserver/recording/{recording.recording_id}?recordingSecret={secret}"


def test_without_the_public_kind_the_page_says_who_can_switch_it_on(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_)
    recording = make_recording(room)
    switch_links_off(room)
    page = opened(console(max_), recording, "share", "?kind=public")
    assert radios(page) == {"public": False, "private": True}
    assert shared_link(page) is None
    assert "Olga, who owns it, or an administrator can switch them on." in page.text
    assert not page.with_class("share-manage")


@pytest.mark.parametrize("kind", ["nonsense", "", "%00"])
def test_a_kind_that_is_none_shows_no_link(console: Console, olga: User, room: Room, kind: str) -> None:
    assert shared_link(opened(console(olga), make_recording(room), "share", f"?kind={kind}")) is None


def test_htmx_gets_the_dialog_alone(console: Console, olga: User, room: Room) -> None:
    page = opened(console(olga), make_recording(room), "share", **{"HX-Request": "true"})
    assert page.by_id("share-title") is not None
    assert not page.has_element("html")


@pytest.mark.parametrize("wish", ["on", "off"])
def test_who_manages_the_room_switches_its_public_links(console: Console, olga: User, room: Room, wish: str) -> None:
    recording = make_recording(room)
    client = console(olga)
    submit(client, address(recording, "share/switch"), {"public": wish})
    link = room.links.get(role=AccessLink.Role.RECORDING)
    assert link.enabled is (wish == "on")
    assert radios(opened(client, recording, "share"))["public"] is (wish == "on")


def test_during_a_meeting_the_switch_is_refused(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    make_meeting(room)
    client = console(olga)
    submit(client, address(recording, "share/switch"), {"public": "off"})
    assert "There is a meeting in the room." in opened(client, recording).text
    assert room.links.get(role=AccessLink.Role.RECORDING).enabled


def test_the_page_says_when_the_recording_will_be_deleted(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room, ended_at=clock.now())
    client = console(olga)
    assert "Deleted on" not in opened(client, recording).text
    room.recording_retention_days = 30
    room.save(update_fields=["recording_retention_days"])
    assert "Deleted on" in opened(client, recording).text


def test_new_links_end_the_old_ones(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    other = make_recording(room)
    client = console(olga)
    assert opened(client, recording, "share/rotate").with_class("confirm-button")
    assert Recording.objects.get(pk=recording.pk).public_secret == recording.public_secret, "asking is not doing"
    submit(client, address(recording, "share/rotate"))
    fresh = Recording.objects.get(pk=recording.pk)
    assert {fresh.public_secret, fresh.private_secret}.isdisjoint({recording.public_secret, recording.private_secret})
    assert len(fresh.public_secret) >= 32
    assert Recording.objects.get(pk=other.pk).public_secret == other.public_secret
    assert fresh.events.get(kind="links_replaced").by == "Olga"
    visitor = Client()
    old, new = (
        f"/recording/{recording.recording_id}?recordingSecret={one.public_secret}" for one in (recording, fresh)
    )
    assert visitor.get(old).status_code == 400
    assert visitor.get(new).status_code == 200


@pytest.mark.parametrize("action", ["share/switch", "share/rotate"])
def test_members_change_no_links(console: Console, max_: User, room: Room, action: str) -> None:
    make_member(room, max_, permissions=SPEAKER_DEFAULT | Permission.recordingDelete)
    recording = make_recording(room)
    assert submit(console(max_), address(recording, action), {"public": "off"}).status_code == 403
    assert Recording.objects.get().public_secret == recording.public_secret
    assert room.links.get(role=AccessLink.Role.RECORDING).enabled


@pytest.mark.parametrize("action", ["share/switch", "share/rotate", "delete"])
def test_the_forms_work_only_from_their_own_page(console: Console, olga: User, room: Room, action: str) -> None:
    recording = make_recording(room)
    assert console(olga).post(address(recording, action)).status_code == 403
    assert Recording.objects.get().public_secret == recording.public_secret


# -- The end ---------------------------------------------------------------------------------------------------------


def test_a_recording_is_deleted_after_a_question(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    client = console(olga)
    assert opened(client, recording, "delete").with_class("confirm-button")
    assert Recording.objects.count() == 1, "asking is not doing"
    answer: Any = submit(client, address(recording, "delete"))
    assert answer["Location"] == "/recordings"
    assert Recording.with_deleted.get().deleted_by == "Olga"
    assert not Recording.objects.exists()
    assert Page(client.get("/recordings")).toasts == 1


def test_one_that_is_going_on_is_not_deleted(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    client = console(olga)
    assert submit(client, address(recording, "delete"))["Location"] == address(recording)
    assert "still going on" in opened(client, recording).text
    assert Recording.objects.count() == 1


def test_members_without_the_permission_delete_nothing(console: Console, max_: User, room: Room) -> None:
    make_member(room, max_)
    recording = make_recording(room)
    client = console(max_)
    assert client.get(address(recording, "delete")).status_code == 403
    assert submit(client, address(recording, "delete")).status_code == 403
    assert Recording.objects.count() == 1


def test_no_secret_stands_in_the_page(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    text = opened(console(olga), recording).text
    assert not re.search(f"{recording.public_secret}|{recording.private_secret}", text)

"""/rooms/<id> and /rooms/<id>/recording-settings: the recordings of one room, and how it is recorded."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from meet import clock
from recordings.models import RecordingStatus
from rooms import configuration
from rooms.models import AccessLink, Room
from rooms.permissions import MODERATOR_DEFAULT, SPEAKER_DEFAULT, Permission
from tests.conftest import Console
from tests.factories import make_meeting, make_member, make_recording, make_room
from tests.pages import Page, submit

HTMX = {"HX-Request": "true"}
WATCHING = Permission.recordingList | Permission.recordingPlay | Permission.recordingDownload
NOTHING = WATCHING | Permission.recordingDelete


def opened(client: Client, room: Room, query: str = "", **headers: str) -> Page:
    answer = client.get(f"/rooms/{room.room_id}{query}", headers=headers)
    assert answer.status_code == 200
    return Page(answer)


def settings_address(room: Room) -> str:
    return f"/rooms/{room.room_id}/recording-settings"


# -- The tab ---------------------------------------------------------------------------------------------------------


def test_the_room_shows_its_own_recordings_only(console: Console, olga: User, room: Room) -> None:
    mine, _other = make_recording(room), make_recording(make_room(olga, "Other"))
    page = opened(console(olga), room, "?room=Other")
    assert page.has_element("ov-room-detail")
    assert page.has_element("ov-recording-lists")
    assert page.ids("recording-row-") == [mine.recording_id]


def test_the_rooms_recordings_are_narrowed_sorted_and_loaded_on_demand(
    console: Console, olga: User, room: Room
) -> None:
    now = clock.now()
    made = [make_recording(room, started_at=now + timedelta(seconds=number)) for number in range(52)]
    failed = make_recording(room, status=RecordingStatus.FAILED)
    client = console(olga)
    assert opened(client, room, "?status=failed").ids("recording-row-") == [failed.recording_id]
    page = opened(client, room, "?status=complete&order=asc")
    button = page.by_id("load-more-btn")
    assert button is not None
    rest = opened(client, room, str(button["hx-get"]), **HTMX)
    assert not rest.has_element("html"), "rows only"
    listed = page.ids("recording-row-") + rest.ids("recording-row-")
    assert listed == [one.recording_id for one in made]


def test_a_room_without_recordings_says_how_there_will_be_one(console: Console, olga: User, room: Room) -> None:
    assert "starts one during a meeting of «Weekly stand-up»." in opened(console(olga), room).text


def test_who_may_open_the_room_but_not_its_recordings_is_told_who_can_change_that(
    console: Console, max_: User, room: Room
) -> None:
    make_member(room, max_, permissions=SPEAKER_DEFAULT & ~Permission.recordingList)
    make_recording(room)
    page = opened(console(max_), room)
    assert not page.has_element("ov-recording-lists")
    assert page.ids("recording-row-") == []
    assert "Olga, who owns the room, or an administrator can give you access." in page.text


# -- Settings --------------------------------------------------------------------------------------------------------


def chosen(page: Page) -> dict[str, Any]:
    """What the form would send as it stands."""
    fields = ("enabled", "automatic", "audience", "public")
    checked = [one for _, one in page.elements if "checked" in one and one.get("name") in fields]
    return {str(one["name"]): one.get("value") or "on" for one in checked}


def test_the_form_shows_how_it_is(console: Console, olga: User, room: Room) -> None:
    page = Page(console(olga).get(settings_address(room)))
    assert chosen(page) == {"enabled": "on", "audience": "admin_moderator_speaker", "public": "on"}


@pytest.mark.parametrize(
    ("audience", "moderators", "speakers"),
    [
        ("admin", MODERATOR_DEFAULT & ~NOTHING, SPEAKER_DEFAULT & ~NOTHING),
        ("admin_moderator", MODERATOR_DEFAULT, SPEAKER_DEFAULT & ~NOTHING),
        ("admin_moderator_speaker", MODERATOR_DEFAULT, SPEAKER_DEFAULT),
    ],
)
def test_an_audience_sets_permissions_and_reads_back_exactly(
    console: Console, olga: User, room: Room, audience: str, moderators: Permission, speakers: Permission
) -> None:
    client = console(olga)
    answer = submit(client, settings_address(room), {"enabled": "on", "audience": audience, "public": "on"})
    assert answer["Location"] == settings_address(room)
    room = Room.objects.get()
    assert (room.moderator_permissions, room.speaker_permissions) == (moderators, speakers)
    assert chosen(Page(client.get(settings_address(room))))["audience"] == audience


def test_permissions_chosen_one_by_one_are_shown_as_such_and_stay(console: Console, olga: User, room: Room) -> None:
    grants = {"speaker": {"recordingDownload": False, "chatWrite": False}}
    configuration.change_roles(room, grants, now=clock.now())
    before = Room.objects.get()
    client = console(olga)
    shown = chosen(Page(client.get(settings_address(room))))
    assert shown["audience"] == "custom"
    submit(client, settings_address(room), {**shown, "automatic": "on"})
    after = Room.objects.get()
    assert after.auto_recording is True
    assert after.speaker_permissions == before.speaker_permissions
    assert after.roles_updated_at == before.roles_updated_at, "tokens live on"


def test_the_switches_are_saved(console: Console, olga: User, room: Room) -> None:
    submit(console(olga), settings_address(room), {"automatic": "on", "audience": "admin_moderator_speaker"})
    room = Room.objects.get()
    assert room.config["recording"]["enabled"] is False
    assert room.config["recording"]["layout"] == "grid"
    assert room.auto_recording is True
    assert room.links.get(role=AccessLink.Role.RECORDING).enabled is False
    assert room.links.get(role=AccessLink.Role.SPEAKER).enabled is True


def test_how_long_recordings_are_kept_is_saved_shown_and_cleared(console: Console, olga: User, room: Room) -> None:
    client, wish = console(olga), {"enabled": "on", "audience": "admin_moderator_speaker", "public": "on"}
    submit(client, settings_address(room), {**wish, "retention_days": "30"})
    assert Room.objects.get().recording_retention_days == 30
    field = Page(client.get(settings_address(room))).by_id("id_retention_days")
    assert field is not None
    assert field["value"] == "30"
    submit(client, settings_address(room), {**wish, "retention_days": ""})
    assert Room.objects.get().recording_retention_days is None


@pytest.mark.parametrize("days", ["0", "-1", "40000", "x"])
def test_days_that_make_no_sense_are_refused_and_change_nothing(
    console: Console, olga: User, room: Room, days: str
) -> None:
    wish = {"audience": "admin", "retention_days": days}
    client = console(olga)
    answer = submit(client, settings_address(room), wish)
    assert answer.status_code == 422
    after = Room.objects.get()
    assert (after.recording_retention_days, after.config["recording"]["enabled"]) == (None, True)


def test_an_encrypted_room_explains_itself_and_stays_unrecorded(console: Console, olga: User, room: Room) -> None:
    configuration.change_config(room, {"e2ee": {"enabled": True}}, grants={}, now=clock.now())
    client = console(olga)
    page = Page(client.get(settings_address(room)))
    assert "Encrypted rooms cannot be recorded" in page.text
    switch = page.by_id("id_enabled")
    assert switch is not None
    assert "disabled" in switch
    submit(client, settings_address(room), {"enabled": "on", "automatic": "on", "audience": "admin"})
    room = Room.objects.get()
    assert room.config["recording"]["enabled"] is False
    assert room.auto_recording is False
    assert chosen(Page(client.get(settings_address(room))))["audience"] == "admin"


def test_during_a_meeting_nothing_is_saved_and_the_form_keeps_what_was_chosen(
    console: Console, olga: User, room: Room
) -> None:
    make_meeting(room)
    answer = submit(console(olga), settings_address(room), {"automatic": "on", "audience": "admin"})
    assert answer.status_code == 409
    assert "there is a meeting in the room" in answer.content.decode()
    assert chosen(Page(answer)) == {"automatic": "on", "audience": "admin"}
    room = Room.objects.get()
    assert room.auto_recording is False, "all of it or nothing"
    assert room.speaker_permissions == SPEAKER_DEFAULT


@pytest.mark.parametrize("audience", ["nonsense", "", "custom"])
def test_an_audience_that_is_none_is_refused_at_the_field(
    console: Console, olga: User, room: Room, audience: str
) -> None:
    answer = submit(console(olga), settings_address(room), {"audience": audience})
    assert answer.status_code == 422
    assert Room.objects.get().config["recording"]["enabled"] is True


def test_members_and_strangers_set_nothing(console: Console, max_: User, stella: User, room: Room) -> None:
    make_member(room, max_, permissions=MODERATOR_DEFAULT)
    for user in (max_, stella):
        client = console(user)
        assert client.get(settings_address(room)).status_code == 403
        assert submit(client, settings_address(room), {"audience": "admin"}).status_code == 403
    assert settings_address(room) not in opened(console(max_), room).links()

"""Our own addresses of files, `?s=`: never more than whoever got them could do at that moment (decisions.md 32)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import set_script_prefix
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role, User
from meet import clock, ids
from recordings import storage
from recordings.access import recording_visitor
from recordings.media_links import LIFETIME, Holder, Purpose, media_url
from recordings.models import Recording
from rooms.access import RoomMember, visitor_for
from rooms.authentication import room_member
from rooms.models import AccessLink, Admission, Room
from rooms.permissions import ALL, SPEAKER_DEFAULT, Permission
from tests.conftest import Api
from tests.factories import make_admission, make_guest, make_member, make_recording, make_room, secret_of
from tests.recordings.doors import BYTES, RECORDINGS, Stored, body_of, path_of, stored, ticket

__all__ = ["stored"]


@pytest.fixture(autouse=True)
def _nothing_is_read_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are sent after reading few columns: whoever needs one more has to say so, or it costs a query."""
    for model in (Recording, Room):

        def refresh(row: Any, *arguments: Any, fields: Any = None, whole: Any = model.refresh_from_db) -> None:
            assert fields is None, f"{fields} of {row!r} are missing"
            whole(row, *arguments)

        monkeypatch.setattr(model, "refresh_from_db", refresh)


NO_PLAY = SPEAKER_DEFAULT & ~Permission.recordingPlay


@pytest.fixture
def recording(room: Room, stored: Stored) -> Recording:
    return stored(make_recording(room))


def link(recording: Recording, holder: Holder, purpose: Purpose = Purpose.PLAY) -> str:
    return media_url(recording, for_=holder, purpose=purpose, now=clock.now())


def status(path: str) -> int:
    answer = Api({}).get(path)
    body_of(answer)
    return int(answer.status_code)


def member_of(room: Room, permissions: Permission = SPEAKER_DEFAULT, **more: Any) -> RoomMember:
    token = ticket(room, permissions, **more)["X-Room-Member-Token"].removeprefix("Bearer ")
    return room_member(token, now=clock.now())


# -- What it is ------------------------------------------------------------------------------------------------------


def test_it_opens_the_file_without_any_header(recording: Recording, olga: User) -> None:
    for purpose, action in ((Purpose.PLAY, "media"), (Purpose.DOWNLOAD, "download")):
        path = link(recording, olga, purpose)
        assert path.startswith(f"{path_of(recording, action)}?s=")
        answer = Api({}).get(path)
        assert (answer.status_code, body_of(answer)) == (200, BYTES)
        disposition = answer.headers.get("Content-Disposition", "inline")
        assert disposition.startswith("attachment") is (purpose is Purpose.DOWNLOAD)
        part = Api({}).get(path, headers={"Range": "bytes=1-2"})
        assert (part.status_code, body_of(part)) == (206, BYTES[1:3])


def test_a_player_asks_for_part_after_part_at_two_queries_each(
    recording: Recording, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    path = link(recording, olga)
    with django_assert_num_queries(2):
        assert body_of(Api({}).get(path, headers={"Range": "bytes=1-2"})) == BYTES[1:3]


def test_it_begins_as_the_page_that_shows_it(recording: Recording, olga: User) -> None:
    set_script_prefix("/meet/")
    try:
        path = link(recording, olga)
    finally:
        set_script_prefix("/")
    assert path.startswith(f"/meet{RECORDINGS}/")
    assert status(path) == 200


def test_it_is_for_one_recording_and_one_purpose(recording: Recording, room: Room, stored: Stored, olga: User) -> None:
    other = stored(make_recording(room))
    signed = link(recording, olga).partition("?")[2]
    assert status(f"{path_of(other, 'media')}?{signed}") == 401
    assert status(f"{path_of(recording, 'download')}?{signed}") == 401
    assert status(f"{path_of(recording)}?{signed}") == 401
    assert Api({}).delete(f"{path_of(recording)}?{signed}").status_code == 401


def test_it_lasts_for_six_hours(recording: Recording, olga: User) -> None:
    path = link(recording, olga)
    with time_machine.travel(clock.now() + LIFETIME - timedelta(minutes=1)):
        assert status(path) == 200
    with time_machine.travel(clock.now() + LIFETIME + timedelta(minutes=1)):
        assert status(path) == 401


@pytest.mark.parametrize("forged", ["x", "a:b", ":", "é", "%00", "%ff", "e30:abc", "x" * 5000])
def test_a_forged_one_opens_nothing(recording: Recording, forged: str) -> None:
    assert status(f"{path_of(recording, 'media')}?s={forged}") == 401


def test_a_changed_one_opens_nothing(recording: Recording, olga: User) -> None:
    path = link(recording, olga)
    for index in range(len(path) - 60, len(path), 7):
        changed = "A" if path[index] != "A" else "B"
        assert status(path[:index] + changed + path[index + 1 :]) == 401


def test_an_empty_one_is_none(api: Api, recording: Recording) -> None:
    assert status(f"{path_of(recording, 'media')}?s=") == 401
    answer = api.get(f"{path_of(recording, 'media')}?s=")
    assert (answer.status_code, body_of(answer)) == (200, BYTES)


def test_a_deleted_recording_has_no_address(api: Api, recording: Recording, olga: User) -> None:
    path = link(recording, olga)
    api.delete(path_of(recording))
    assert status(path) == 404


def test_only_holders_of_such_an_address_are_sent_to_the_storage(
    api: Api, recording: Recording, olga: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header would travel along."""
    settings.MEET_RECORDING_REDIRECT = True
    monkeypatch.setattr(storage, "signed_url", lambda *_args, **_options: "https://bucket.example.org/file")
    answer = Api({}).get(link(recording, olga))
    assert (answer.status_code, answer["Location"]) == (302, "https://bucket.example.org/file")
    for client, path in (
        (api, path_of(recording, "media")),
        (Api({}), f"{path_of(recording, 'media')}?recordingSecret={recording.public_secret}"),
    ):
        answer = client.get(path)
        assert (answer.status_code, body_of(answer)) == (200, BYTES)


# -- Whose it is -----------------------------------------------------------------------------------------------------

Change = Callable[[], Any]


def later(moment: datetime) -> datetime:
    return max(moment, clock.now()) + clock.MILLISECOND


def test_an_account_that_may_not_play_gets_an_address_of_no_use(recording: Recording, stella: User) -> None:
    assert status(link(recording, stella)) == 403


def test_of_a_member(recording: Recording, room: Room, max_: User) -> None:
    member = make_member(room, max_)
    path = link(recording, max_)
    assert status(path) == 200
    member.effective_permissions = int(NO_PLAY)
    member.save()
    assert status(path) == 403
    assert status(link(recording, max_, Purpose.DOWNLOAD)) == 200
    member.delete()
    assert status(link(recording, max_, Purpose.DOWNLOAD)) == 403


@pytest.mark.parametrize("column", ["is_active", "must_change_password", "owner", "deleted"])
def test_of_an_owner_whose_account_or_room_is_taken_away(
    recording: Recording, room: Room, olga: User, stella: User, column: str
) -> None:
    path = link(recording, olga)
    if column == "owner":
        Room.objects.update(owner=stella)
    elif column == "deleted":
        Room.objects.update(owner=stella)
        olga.delete()
    else:
        User.objects.filter(pk=olga.pk).update(**{column: column != "is_active"})
    assert status(path) == 403


def test_of_an_administrator_who_is_one_no_more(recording: Recording, stella: User) -> None:
    User.objects.filter(pk=stella.pk).update(role=Role.ADMIN)
    stella.refresh_from_db()
    path = link(recording, stella)
    assert status(path) == 200
    User.objects.filter(pk=stella.pk).update(role=Role.ROOM_MANAGER)
    assert status(path) == 403


def test_of_somebody_with_the_public_link(recording: Recording, room: Room) -> None:
    visitor = recording_visitor(str(recording.recording_id), secret=recording.public_secret, user=None)
    for purpose in Purpose:
        assert status(link(recording, visitor, purpose)) == 200
    path = link(recording, visitor)
    AccessLink.objects.filter(room=room, role="recording").update(enabled=False)
    assert status(path) == 403
    AccessLink.objects.filter(room=room, role="recording").update(enabled=True)
    assert status(path) == 200
    Recording.objects.update(public_secret=ids.hex_secret())
    assert status(path) == 403


def test_of_somebody_with_the_private_link(recording: Recording, stella: User) -> None:
    visitor = recording_visitor(str(recording.recording_id), secret=recording.private_secret, user=stella)
    path = link(recording, visitor)
    assert status(path) == 200
    User.objects.filter(pk=stella.pk).update(is_active=False)
    assert status(path) == 403


@pytest.mark.parametrize("which", ["the link", "its master", "deleted"])
def test_of_a_visitor_by_the_link_of_the_room(recording: Recording, room: Room, which: str) -> None:
    now = clock.now()
    second = AccessLink.objects.create(room=room, role="recording", secret=ids.hex_secret(), created_at=now)
    visitor = visitor_for(room.room_id, secret=second.secret, user=None, now=now)
    path = link(recording, visitor)
    assert status(path) == 200
    if which == "deleted":
        second.delete()
    else:
        AccessLink.objects.filter(role="recording", is_contract=which == "its master").update(enabled=False)
    assert status(path) == 403


def test_of_a_visitor_whose_speakers_may_no_more(recording: Recording, room: Room, stella: User) -> None:
    for user in (None, stella):
        visitor = visitor_for(room.room_id, secret=secret_of(room), user=user, now=clock.now())
        path = link(recording, visitor)
        assert status(path) == 200
        Room.objects.update(speaker_permissions=int(NO_PLAY))
        assert status(path) == 403
        Room.objects.update(speaker_permissions=int(SPEAKER_DEFAULT))


def test_of_a_guest(recording: Recording, room: Room) -> None:
    guest = make_guest(room)
    visitor = visitor_for(room.room_id, secret=str(guest.guest_id), user=None, now=clock.now())
    path = link(recording, visitor)
    assert str(guest.guest_id) not in path
    assert status(path) == 200
    guest.delete()
    assert status(path) == 403


def test_of_the_holder_of_a_token(recording: Recording, room: Room) -> None:
    path = link(recording, member_of(room))
    assert status(path) == 200
    assert status(link(recording, member_of(room, NO_PLAY))) == 403
    Room.objects.update(roles_updated_at=later(room.roles_updated_at))
    assert status(path) == 403


def test_of_the_holder_of_a_token_of_another_room(recording: Recording, olga: User) -> None:
    assert status(link(recording, member_of(make_room(olga, "Other"), ALL))) == 403


def test_of_a_member_with_a_token(recording: Recording, room: Room, max_: User) -> None:
    member = make_member(room, max_)
    path = link(recording, member_of(room, memberId=max_.user_id, userId=max_.user_id))
    assert status(path) == 200
    member.permissions_updated_at = later(member.permissions_updated_at)
    member.save()
    assert status(path) == 403


def test_of_an_account_with_a_token(recording: Recording, room: Room, max_: User) -> None:
    path = link(recording, member_of(room, userId=max_.user_id))
    assert status(path) == 200
    User.objects.filter(pk=max_.pk).update(role_updated_at=later(max_.role_updated_at))
    assert status(path) == 403


def test_of_somebody_in_the_meeting_who_is_sent_out(recording: Recording, room: Room) -> None:
    admission = make_admission(room)
    holder = RoomMember(room.room_id, admission.rights, admission.rank, admission.identity, None, None, admission)
    path = link(recording, holder)
    assert status(path) == 200
    Admission.objects.update(permissions=int(NO_PLAY), base_permissions=int(NO_PLAY))
    assert status(path) == 403
    Admission.objects.update(permissions=int(ALL), base_permissions=int(ALL), banned_at=clock.now())
    assert status(path) == 403


def test_no_secret_stands_in_it(recording: Recording, room: Room, tmp_path: Path) -> None:
    visitor = recording_visitor(str(recording.recording_id), secret=recording.public_secret, user=None)
    path = link(recording, visitor)
    assert recording.public_secret not in path

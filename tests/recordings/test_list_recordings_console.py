"""/recordings: the list, its search and its live status."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from meet import clock
from recordings.models import IN_PROGRESS, Recording, RecordingStatus
from rooms.models import Room
from rooms.permissions import SPEAKER_DEFAULT, Permission
from tests.conftest import Console
from tests.factories import make_member, make_recording, make_room
from tests.pages import Page, submit
from tests.recordings.doors import BYTES, Stored, body_of, stored

__all__ = ["stored"]

HTMX = {"HX-Request": "true"}
NOW = clock.now()


def listed(client: Client, query: str = "", **headers: str) -> Page:
    answer = client.get(f"/recordings{query}", headers=headers)
    assert answer.status_code == 200
    return Page(answer)


def row_ids(page: Page) -> list[str]:
    return page.ids("recording-row-")


def names_in(page: Page) -> list[str]:
    names = {one.recording_id: one.room_name for one in Recording.objects.all()}
    return [names[recording_id] for recording_id in row_ids(page)]


def status_of(page: Page, recording: Recording) -> str | None:
    attributes = page.by_id(f"recording-status-{recording.recording_id}")
    return attributes["data-status"] if attributes else None


# -- Who sees what ---------------------------------------------------------------------------------------------------


def test_administrators_are_told_of_a_quota_that_is_nearly_used_up(
    console: Console, admin: User, olga: User, room: Room, settings: Settings
) -> None:
    settings.MEET_RECORDING_QUOTA_GB = 1
    make_recording(room, size=950_000_000)
    assert "Recordings take up 95 % of their quota." in Page(console(admin).get("/recordings")).text
    assert "quota" not in Page(console(olga).get("/recordings")).text


def test_an_owner_sees_a_recording_with_everything_one_may_do(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    page = listed(console(olga))
    for hook in (
        "select-recording-", "select-cell-", "play-recording-btn-", "download-recording-btn-", "share-recording-link-",
        "more-actions-btn-", "delete-recording-btn-",
    ):  # fmt: skip
        assert page.by_id(f"{hook}{recording.recording_id}") is not None, hook
    assert page.has_element("ov-recording-lists")
    assert page.by_id("search-input") is not None
    play = page.by_id(f"play-recording-btn-{recording.recording_id}")
    assert play is not None
    assert (play["href"], play["target"]) == (f"/recording/{recording.recording_id}", "_blank")


@pytest.mark.parametrize(
    ("taken", "gone"),
    [
        (Permission.recordingPlay, ["play-recording-btn-", "share-recording-link-"]),
        (Permission.recordingDownload, ["download-recording-btn-"]),
        (Permission.recordingDelete, ["delete-recording-btn-", "more-actions-btn-"]),
        (Permission.recordingDownload | Permission.recordingDelete, ["select-recording-"]),
    ],
)
def test_a_member_sees_nothing_one_may_not_do(
    console: Console, max_: User, room: Room, taken: Permission, gone: list[str]
) -> None:
    everything = SPEAKER_DEFAULT | Permission.recordingDelete
    make_member(room, max_, permissions=everything & ~taken)
    recording = make_recording(room)
    page = listed(console(max_))
    assert row_ids(page) == [recording.recording_id]
    for hook in gone:
        assert page.by_id(f"{hook}{recording.recording_id}") is None, hook


def test_members_who_may_not_list_and_strangers_see_none(
    console: Console, max_: User, stella: User, room: Room
) -> None:
    make_recording(room)
    make_member(room, max_, permissions=SPEAKER_DEFAULT & ~Permission.recordingList)
    for user in (max_, stella):
        page = listed(console(user))
        assert row_ids(page) == []
        assert "/rooms" in page.links()


def test_permissions_are_those_of_each_recordings_room(console: Console, max_: User, olga: User) -> None:
    watched, managed = make_room(olga, "Watched"), make_room(olga, "Managed")
    make_member(watched, max_)
    make_member(managed, max_, permissions=SPEAKER_DEFAULT | Permission.recordingDelete)
    kept, deletable = make_recording(watched), make_recording(managed)
    page = listed(console(max_))
    assert page.by_id(f"delete-recording-btn-{kept.recording_id}") is None
    assert page.by_id(f"delete-recording-btn-{deletable.recording_id}") is not None


def test_no_secret_stands_in_the_list(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    text = listed(console(olga)).text
    assert recording.public_secret not in text
    assert recording.private_secret not in text


@pytest.mark.parametrize("status", IN_PROGRESS)
def test_what_is_in_progress_is_neither_selected_nor_played_nor_deleted(
    console: Console, olga: User, room: Room, status: RecordingStatus
) -> None:
    recording = make_recording(room, status=status)
    page = listed(console(olga))
    assert status_of(page, recording) == status
    for hook in ("select-recording-", "play-recording-btn-", "download-recording-btn-", "delete-recording-btn-"):
        assert page.by_id(f"{hook}{recording.recording_id}") is None, hook


def test_a_failed_recording_can_only_be_deleted(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room, status=RecordingStatus.FAILED)
    page = listed(console(olga))
    assert page.by_id(f"select-recording-{recording.recording_id}") is not None
    assert page.by_id(f"delete-recording-btn-{recording.recording_id}") is not None
    for hook in ("play-recording-btn-", "download-recording-btn-", "share-recording-link-"):
        assert page.by_id(f"{hook}{recording.recording_id}") is None, hook


# -- Search, order, pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ALPHA", {"Alpha", "Alphabet"}),
        ("?q=%25", {"100% Beta_x"}),
        ("?q=%00", {"Alpha", "Alphabet", "100% Beta_x"}),
        ("?status=failed", {"Alphabet"}),
        ("?status=failed&q=alpha", {"Alphabet"}),
        ("?status=nonsense", {"Alpha", "Alphabet", "100% Beta_x"}),
        ("?room=Alpha", {"Alpha"}),
        ("?room=nowhere", set()),
        ("?since=2026-03-02", {"Alphabet", "100% Beta_x"}),
        ("?until=2026-03-02", {"Alpha", "Alphabet"}),
        ("?since=2026-03-02&until=2026-03-02", {"Alphabet"}),
        ("?since=2026-03-02&utc_offset=-840", {"Alpha", "Alphabet", "100% Beta_x"}),
        ("?since=soon&until=9999-12-31", {"Alpha", "Alphabet", "100% Beta_x"}),
    ],
)
def test_filters_narrow_the_list_and_nonsense_counts_as_not_given(
    console: Console, olga: User, query: str, found: set[str]
) -> None:
    day = clock.from_ms(1_772_366_400_000)  # 2026-03-01 12:00 UTC
    for number, (name, status) in enumerate(
        [("Alpha", "complete"), ("Alphabet", "failed"), ("100% Beta_x", "complete")]
    ):
        make_recording(make_room(olga, name), status=RecordingStatus(status), started_at=day + timedelta(days=number))
    page = listed(console(olga), query)
    assert set(names_in(page)) == found


def test_a_room_is_found_by_its_id(console: Console, olga: User, room: Room) -> None:
    recording, _other = make_recording(room), make_recording(make_room(olga, "Other"))
    page = listed(console(olga), f"?room={room.room_id}")
    assert row_ids(page) == [recording.recording_id]
    assert page.by_id("filter-chip-room") is not None


def test_what_is_active_can_be_taken_away_piece_by_piece(console: Console, olga: User, room: Room) -> None:
    make_recording(room)
    page = listed(console(olga), "?q=nothing&status=failed&since=2026-01-01&until=2026-01-02&room=x")
    for name in ("search", "status", "since", "until", "room"):
        assert page.by_id(f"filter-chip-{name}") is not None, name
    assert page.by_id("clear-all-chip") is not None


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", ["c", "a", "b"]),
        ("?order=asc", ["b", "a", "c"]),
        ("?sort=roomName&order=asc", ["a", "b", "c"]),
        ("?sort=duration&order=desc", ["b", "c", "a"]),
        ("?sort=size&order=asc", ["c", "b", "a"]),
        ("?sort=nonsense&order=up", ["c", "a", "b"]),
    ],
)
def test_the_list_is_sorted_as_asked(console: Console, olga: User, query: str, order: list[str]) -> None:
    figures = {"b": (30.0, 20), "a": (10.0, 30), "c": (20.0, 10)}
    for number, (name, (duration, size)) in enumerate(figures.items()):
        start = NOW + timedelta(seconds=number)
        make_recording(make_room(olga, name), started_at=start, duration=duration, size=size)
    assert names_in(listed(console(olga), query)) == order


def test_more_than_fifty_are_loaded_on_demand_without_repetition(console: Console, olga: User, room: Room) -> None:
    made = [make_recording(room, started_at=NOW + timedelta(seconds=number)) for number in range(53)]
    client = console(olga)
    page = listed(client)
    assert len(row_ids(page)) == 50
    button = page.by_id("load-more-btn")
    assert button is not None
    rest = listed(client, str(button["hx-get"]), **HTMX)
    assert not rest.has_element("html"), "rows only"
    assert row_ids(page) + row_ids(rest) == [one.recording_id for one in reversed(made)]
    without_script = listed(client, str(button["href"]).removeprefix("/recordings"))
    assert len(row_ids(without_script)) == 53


def test_queries_do_not_grow_with_rows(
    console: Console, olga: User, max_: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        room = make_room(olga, f"Room {number}")
        make_member(room, max_)
        make_recording(room)
    client = console(max_)
    with django_assert_max_num_queries(14):
        assert len(row_ids(listed(client))) == 30


def test_names_cannot_break_out_of_the_page(console: Console, olga: User) -> None:
    make_recording(make_room(olga, "<img src=x onerror=alert(1)>"))
    assert "<img src=x" not in listed(console(olga)).text


# -- Status ----------------------------------------------------------------------------------------------------------


def statuses(client: Client, ids: str, **headers: str) -> Any:
    return client.get(f"/recordings/statuses?ids={ids}", headers=headers)


def test_the_page_learns_of_a_change_and_of_nothing_else(console: Console, olga: User, room: Room) -> None:
    client = console(olga)
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    first = statuses(client, str(recording.recording_id))
    assert status_of(Page(first), recording) == "active"
    again = statuses(client, str(recording.recording_id), **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Recording.objects.update(status=RecordingStatus.COMPLETE, size=5, deadline_at=None, released_at=NOW)
    page = Page(statuses(client, str(recording.recording_id), **{"If-None-Match": first["ETag"]}))
    assert status_of(page, recording) == "complete"
    assert page.by_id(f"play-recording-btn-{recording.recording_id}") is not None


def test_a_recording_that_was_deleted_elsewhere_is_told(console: Console, olga: User, room: Room) -> None:
    recording = make_recording(room)
    Recording.objects.update(deleted_at=NOW)
    assert status_of(Page(statuses(console(olga), str(recording.recording_id))), recording) == "gone"


def test_statuses_that_one_may_not_see_look_like_those_of_no_recording(
    console: Console, stella: User, room: Room
) -> None:
    recording = make_recording(room, status=RecordingStatus.ACTIVE)
    page = Page(statuses(console(stella), f"{recording.recording_id},nowhere--EG_1--2"))
    assert status_of(page, recording) == "gone"


@pytest.mark.parametrize("ids", ["", ",", "%00", "%3Cscript%3Ealert(1)%3C/script%3E", "x," * 5000, "'"])
def test_odd_ids_do_no_harm(console: Console, olga: User, room: Room, ids: str) -> None:
    answer = statuses(console(olga), ids)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_visitors_are_sent_to_the_login(room: Room) -> None:
    for path in ("/recordings", "/recordings/statuses?ids=x"):
        assert Client().get(path).status_code == 302


# -- Many at once ----------------------------------------------------------------------------------------------------


def test_the_selected_ones_are_downloaded_as_one_file(
    console: Console, max_: User, olga: User, room: Room, stored: Stored
) -> None:
    make_member(room, max_)
    mine, other = stored(make_recording(room)), stored(make_recording(make_room(olga, "Other")))
    failed = make_recording(room, status=RecordingStatus.FAILED)
    ids = [str(one.recording_id) for one in (mine, other, failed)]
    answer = submit(console(max_), "/recordings/zip", {"recordingIds": ids})
    assert answer["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(body_of(answer)))
    assert archive.namelist() == [mine.filename], "what one may not have, and what has no file, is left out"
    assert archive.read(mine.filename) == BYTES


def test_a_download_of_nothing_is_refused(console: Console, stella: User, room: Room) -> None:
    recording = make_recording(room)
    client = console(stella)
    for chosen in ([recording.recording_id], []):
        assert submit(client, "/recordings/zip", {"recordingIds": chosen})["Location"] == "/recordings"
        assert listed(client).toasts == 1

"""GET …/media, …/download and /recordings/download (rest-api.md 1.8, 4.5, 5.4, 5.5)."""

import io
import os
import zipfile
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.tokens import TokenType, issue
from meet import clock
from recordings.models import Recording, RecordingStatus
from rooms.models import AccessLink, Room
from rooms.permissions import ALL, Permission
from tests.conftest import Api, AsUser
from tests.factories import make_member, make_recording, make_room
from tests.recordings.doors import (
    BYTES,
    FORBIDDEN,
    RECORDINGS,
    Stored,
    body_of,
    holder,
    path_of,
    stored,
    ticket,
)

__all__ = ["stored"]

both = pytest.mark.parametrize("action", ["media", "download"])


@pytest.fixture
def recording(room: Room, stored: Stored) -> Recording:
    return stored(make_recording(room))


def read(client: Any, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    answer = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return answer.status_code, body_of(answer), dict(answer.headers)


# -- The file --------------------------------------------------------------------------------------------------------


def test_it_plays(api: Api, recording: Recording) -> None:
    status, content, headers = read(api, path_of(recording, "media"))
    assert (status, content) == (200, BYTES)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Length"] == str(len(BYTES))
    assert headers["Cache-Control"] == "private, max-age=3600"
    assert "Content-Range" not in headers
    assert not headers.get("Content-Disposition", "").startswith("attachment")


def test_it_is_saved_under_its_name(api: Api, recording: Recording) -> None:
    status, content, headers = read(api, path_of(recording, "download"))
    assert (status, content) == (200, BYTES)
    assert headers["Content-Disposition"] == f'attachment; filename="{recording.filename}"'


def test_a_part_takes_few_queries_however_one_comes(
    api: Api, as_user: AsUser, recording: Recording, room: Room, olga: User, max_: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    """A player asks for part after part. What is read narrowly must be all that it takes."""
    make_member(room, max_)
    path = path_of(recording, "media")
    doors = (
        (api, path, 2),
        (as_user(olga), path, 2),
        (as_user(max_), path, 3),
        (Api({}), f"{path}?recordingSecret={recording.public_secret}", 2),
    )
    for door, address, queries in doors:
        read(door, address)  # notes when a key was used
        with django_assert_num_queries(queries):
            assert read(door, address, Range="bytes=0-9")[0] == 206


@both
def test_a_part_of_it(api: Api, recording: Recording, action: str) -> None:
    path, size = path_of(recording, action), len(BYTES)
    last = size - 1
    parts = (
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, last),
        (f"bytes={last}-", last, last),
        ("bytes=5-99999999", 5, last),
    )
    for asked, start, end in parts:
        status, content, headers = read(api, path, Range=asked)
        assert (status, content) == (206, BYTES[start : end + 1])
        assert headers["Content-Range"] == f"bytes {start}-{end}/{size}"
    status, _content, headers = read(api, path, Range=f"bytes={size}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{size}")
    assert read(api, path, Range="bytes=9-5")[:2] == (200, BYTES)


@both
def test_the_server_is_given_the_file_itself(api_key: str, recording: Recording, action: str) -> None:
    """Through all of the middleware: it then sends the file without reading it."""
    headers = {"X-API-KEY": api_key, "Range": "bytes=100-199"}
    answer: Any = WSGIHandler().get_response(RequestFactory().get(path_of(recording, action), headers=headers))
    assert answer.status_code == 206
    with answer.file_to_stream as file:
        assert os.pread(file.fileno(), 100, file.tell()) == BYTES[100:200]


def test_beyond_the_end_is_told_in_the_contracts_words(api: Api, recording: Recording) -> None:
    answer = api.get(path_of(recording, "media"), headers={"Range": "bytes=99999999-"})
    message = f"Recording '{recording.recording_id}' range not satisfiable. File size: {len(BYTES)}"
    assert (answer.status_code, answer.json()) == (416, {"error": "Recording Error", "message": message})


@both
@pytest.mark.parametrize("asked", ["bytes=-500", "bytes=0-1,3-4", "items=0-1", "bytes=a-b", ""])
def test_a_range_of_another_form_is_refused_before_anybody_asks_who(
    anonymous: Api, recording: Recording, action: str, asked: str
) -> None:
    answer = anonymous.get(path_of(recording, action), headers={"Range": asked})
    message = "Invalid range header format. Expected: bytes=start-end"
    assert answer.status_code == 422
    assert answer.json()["details"] == [{"field": "headers.range", "message": message}]


@both
def test_head_tells_what_get_would_send(api: Api, recording: Recording, action: str) -> None:
    answer = api.head(path_of(recording, action))
    assert (answer.status_code, answer["Content-Length"], body_of(answer)) == (200, str(len(BYTES)), b"")


@both
def test_a_limited_recording_is_served_and_an_unfinished_or_failed_one_is_not(
    api: Api, room: Room, stored: Stored, action: str
) -> None:
    for status in RecordingStatus:
        recording = stored(make_recording(room, status=status, released_at=clock.now()))
        answer = api.get(path_of(recording, action))
        if status in (RecordingStatus.COMPLETE, RecordingStatus.LIMIT_REACHED):
            assert (answer.status_code, body_of(answer)) == (200, BYTES)
            continue
        message = f"Recording '{recording.recording_id}' is not streamable"
        assert (answer.status_code, answer.json()) == (409, {"error": "Recording Error", "message": message})


@both
def test_a_file_that_is_gone_or_empty_is_not_found(api: Api, room: Room, stored: Stored, action: str) -> None:
    empty, missing = stored(make_recording(room), b""), make_recording(room)
    for recording in (empty, missing):
        answer = api.get(path_of(recording, action))
        message = f"Recording '{recording.recording_id}' not found"
        assert (answer.status_code, answer.json()) == (404, {"error": "Recording Error", "message": message})


# -- Who -------------------------------------------------------------------------------------------------------------


def test_playing_and_saving_are_rights_of_their_own(
    as_user: AsUser, room: Room, recording: Recording, max_: User
) -> None:
    member = make_member(room, max_)
    for action, need in (("media", Permission.recordingPlay), ("download", Permission.recordingDownload)):
        member.effective_permissions = int(need)
        member.save()
        other = "download" if action == "media" else "media"
        assert read(as_user(max_), path_of(recording, action))[0] == 200
        answer = as_user(max_).get(path_of(recording, other))
        assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


@both
def test_media_elements_say_who_they_are_in_the_query(
    anonymous: Api, room: Room, recording: Recording, olga: User, action: str
) -> None:
    member_token = ticket(room)["X-Room-Member-Token"].removeprefix("Bearer ")
    access_token = issue(olga, TokenType.ACCESS, now=clock.now())
    for query in (f"roomMemberToken={member_token}", f"accessToken={access_token}"):
        path = f"{path_of(recording, action)}?{query}&t=123"
        assert read(anonymous, path)[:2] == (200, BYTES)
        assert anonymous.head(path).status_code == 200
    for query in ("roomMemberToken=x", "accessToken=x", "apiKey=x"):
        assert anonymous.get(f"{path_of(recording, action)}?{query}").status_code == 401


def test_nowhere_else(anonymous: Api, room: Room, recording: Recording, olga: User) -> None:
    queries = (
        f"roomMemberToken={ticket(room, ALL)['X-Room-Member-Token'].removeprefix('Bearer ')}",
        f"accessToken={issue(olga, TokenType.ACCESS, now=clock.now())}",
    )
    for query in queries:
        assert anonymous.get(f"{RECORDINGS}?{query}").status_code == 401
        assert anonymous.get(f"{path_of(recording)}?{query}").status_code == 401
        assert anonymous.get(f"{path_of(recording, 'url')}?{query}").status_code == 401
        assert anonymous.delete(f"{path_of(recording)}?{query}").status_code == 401
        assert anonymous.delete(f"{RECORDINGS}?recordingIds={recording.recording_id}&{query}").status_code == 401


@both
def test_secrets_open_files_as_well(
    anonymous: Api, as_user: AsUser, room: Room, recording: Recording, stella: User, action: str
) -> None:
    public = f"{path_of(recording, action)}?recordingSecret={recording.public_secret}"
    private = f"{path_of(recording, action)}?recordingSecret={recording.private_secret}"
    assert read(anonymous, public)[:2] == (200, BYTES)
    assert anonymous.get(private).status_code == 401
    assert read(as_user(stella), private)[:2] == (200, BYTES)
    access_token = issue(stella, TokenType.ACCESS, now=clock.now())
    assert read(anonymous, f"{private}&accessToken={access_token}")[:2] == (200, BYTES)
    AccessLink.objects.filter(room=room).update(enabled=False)
    assert anonymous.get(public).status_code == 403
    assert anonymous.get(f"{path_of(recording, action)}?secret=wrong").status_code == 400


# -- Several in a zip ------------------------------------------------------------------------------------------------


def zipped(client: Any, *recordings: Recording, query: str = "") -> zipfile.ZipFile:
    ids = ",".join(str(one.recording_id) for one in recordings)
    answer = client.get(f"{RECORDINGS}/download?recordingIds={ids}{query}")
    content = body_of(answer)
    assert answer.status_code == 200, content
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="recordings.zip"'
    return zipfile.ZipFile(io.BytesIO(content))


def test_a_zip_has_the_files_under_their_names(api: Api, room: Room, stored: Stored, olga: User) -> None:
    first, second = stored(make_recording(room), b"first"), stored(make_recording(make_room(olga)), b"second")
    archive = zipped(api, first, second)
    assert archive.testzip() is None
    assert archive.namelist() == [first.filename, second.filename]
    assert archive.read(second.filename) == b"second"


def test_what_one_may_not_have_or_cannot_be_had_is_left_out(
    as_user: AsUser, room: Room, stored: Stored, stella: User, olga: User
) -> None:
    mine = stored(make_recording(room))
    running = make_recording(room, status=RecordingStatus.ACTIVE)
    foreign = stored(make_recording(make_room(stella, "Foreign")))
    gone = make_recording(room, deleted_at=clock.now())
    missing = make_recording(room)
    assert zipped(as_user(olga), foreign, mine, running, gone, missing).namelist() == [mine.filename]


def test_a_zip_of_nothing_that_is_ready_is_empty(api: Api, room: Room) -> None:
    assert zipped(api, make_recording(room, status=RecordingStatus.ACTIVE)).namelist() == []


def test_named_twice_it_is_there_twice(api: Api, recording: Recording) -> None:
    assert len(zipped(api, recording, recording).namelist()) == 2


def test_nothing_within_reach_is_told(as_user: AsUser, room: Room, recording: Recording, stella: User) -> None:
    message = "None of the provided recordings are available for ZIP download"
    for client in (as_user(stella), holder(room, ALL & ~Permission.recordingDownload)):
        answer = client.get(f"{RECORDINGS}/download?recordingIds={recording.recording_id}")
        assert (answer.status_code, answer.json()) == (400, {"error": "Recording Error", "message": message})


def test_a_zip_is_fetched_by_a_link_with_a_token_in_it(anonymous: Api, room: Room, recording: Recording) -> None:
    token = ticket(room)["X-Room-Member-Token"].removeprefix("Bearer ")
    assert zipped(anonymous, recording, query=f"&roomMemberToken={token}").namelist() == [recording.filename]
    assert anonymous.get(f"{RECORDINGS}/download?recordingIds={recording.recording_id}").status_code == 401


@pytest.mark.parametrize("query", ["", "?recordingIds=,", "?recordingIds=x"])
def test_ids_are_needed(api: Api, query: str) -> None:
    answer = api.get(f"{RECORDINGS}/download{query}")
    assert answer.status_code == 422
    [issue_] = answer.json()["details"]
    assert issue_["field"] == ("recordingIds.0" if "x" in query else "recordingIds")

"""GET /api/v1/recordings/{recordingId}, by credential and by secret (rest-api.md 1.8, 4.7)."""

from typing import Any

import pytest

from accounts.models import ApiKey, Scope, User
from meet import clock, ids
from recordings.models import Recording, RecordingStatus
from rooms.models import AccessLink, Room
from rooms.permissions import ALL, NONE, Permission
from tests.conftest import Api, AsUser, Console
from tests.factories import make_member, make_recording, make_room
from tests.recordings.doors import FORBIDDEN, UNAUTHORIZED, holder, path_of, ticket

MALFORMED = "recordingId does not follow the expected format"


@pytest.fixture
def recording(room: Room) -> Recording:
    return make_recording(room)


def get(client: Any, recording: Recording, **query: str) -> Any:
    return client.get(f"{path_of(recording)}?{'&'.join(f'{name}={value}' for name, value in query.items())}")


def disabled(recording: Recording) -> dict[str, str]:
    message = f"Anonymous access in room '{recording.room.room_id}' is disabled for recordings"
    return {"error": "Room Error", "message": message}


def switch_off(room: Room) -> None:
    AccessLink.objects.filter(room=room, role=AccessLink.Role.RECORDING).update(enabled=False)


# -- By credential ---------------------------------------------------------------------------------------------------


def test_the_recording_is_shown(api: Api, recording: Recording) -> None:
    answer = get(api, recording)
    assert answer.status_code == 200
    assert answer.json()["recordingId"] == recording.recording_id
    assert "_extraFields" not in answer.json()
    assert get(api, recording, fields="status,roomName").json() == {
        "roomName": "Weekly stand-up",
        "status": "complete",
    }


def test_its_figures_are_told_when_the_recorder_has_stopped(api: Api, room: Room) -> None:
    running = make_recording(room, status=RecordingStatus.ACTIVE, size=5, duration=1.0)
    assert not {"size", "duration", "endDate"} & set(get(api, running).json())
    failed = make_recording(room, status=RecordingStatus.FAILED, error_code=4, error="Gone.", details="exit 1")
    body = get(api, failed).json()
    assert (body["errorCode"], body["error"], body["details"]) == (4, "Gone.", "exit 1")


def test_playing_is_what_it_takes(as_user: AsUser, room: Room, recording: Recording, max_: User) -> None:
    member = make_member(room, max_, permissions=Permission.recordingPlay)
    assert get(as_user(max_), recording).status_code == 200
    member.effective_permissions = int(ALL & ~Permission.recordingPlay)
    member.save()
    answer = get(as_user(max_), recording)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)


def test_what_is_not_there_is_404_before_anybody_is_refused(
    api: Api, as_user: AsUser, room: Room, stella: User
) -> None:
    gone = make_recording(room, deleted_at=clock.now())
    never = make_recording(room, status=RecordingStatus.FAILED, egress_id=None, recording_id=None)
    for client in (api, as_user(stella), holder(room, NONE)):
        for recording_id in (gone.recording_id, f"{room.room_id}--EG_{never.uid}--{never.uid}", "x--EG_y--z%00"):
            answer = client.get(f"/api/v1/recordings/{recording_id}")
            assert answer.status_code == 404
            assert answer.json()["error"] == "Recording Error"
            assert answer.json()["message"].endswith("not found")


def test_the_room_part_of_the_id_is_cleaned(api: Api, recording: Recording) -> None:
    room_id, rest = str(recording.recording_id).split("--", 1)
    assert api.get(f"/api/v1/recordings/%20{room_id}!--{rest}%20").status_code == 200


@pytest.mark.parametrize("text", ["x", "a--b--c", "a--EG_--c", "a--EG_b", "a--EG_b--", "%21--EG_b--c", "a--EG_b--c--d"])
@pytest.mark.parametrize("action", ["", "/media", "/download"])
def test_here_the_form_of_the_request_comes_before_who_asks(anonymous: Api, db: None, text: str, action: str) -> None:
    for query in ("", "?recordingSecret=x"):
        answer = anonymous.get(f"/api/v1/recordings/{text}{action}{query}")
        assert answer.status_code == 422
        assert answer.json()["details"] == [{"field": "params.recordingId", "message": MALFORMED}]


def test_so_does_a_selection_given_twice(anonymous: Api, recording: Recording) -> None:
    answer = anonymous.get(f"{path_of(recording)}?fields=size&fields=status")
    assert answer.status_code == 422


def test_without_a_credential_it_is_401(anonymous: Api, recording: Recording) -> None:
    answer = get(anonymous, recording)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


def test_a_key_needs_the_scope(admin: User, recording: Recording) -> None:
    text = ApiKey.issue(name="k", scopes=[Scope.ROOMS_READ], by=admin, now=clock.now())[1]
    assert get(Api({"X-API-KEY": text}), recording).status_code == 403


# -- By secret -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["recordingSecret", "secret"])
def test_the_public_secret_is_enough_as_long_as_the_room_shares_its_recordings(
    anonymous: Api, room: Room, recording: Recording, name: str
) -> None:
    assert get(anonymous, recording, **{name: recording.public_secret}).status_code == 200
    switch_off(room)
    answer = get(anonymous, recording, **{name: recording.public_secret})
    assert (answer.status_code, answer.json()) == (403, disabled(recording))


def test_the_private_secret_needs_an_account_and_no_more(
    anonymous: Api, as_user: AsUser, console: Console, room: Room, recording: Recording, stella: User, max_: User
) -> None:
    secret = recording.private_secret
    switch_off(room)
    answer = get(anonymous, recording, recordingSecret=secret)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    for client in (as_user(stella), as_user(max_), console(max_)):
        assert get(client, recording, recordingSecret=secret).status_code == 200
    max_.must_change_password = True
    max_.save()
    assert get(as_user(max_), recording, recordingSecret=secret).status_code == 401


def test_beside_a_secret_keys_and_tokens_do_not_count(
    api: Api, as_user: AsUser, room: Room, recording: Recording, olga: User
) -> None:
    wrong = {
        "error": "Recording Error",
        "message": f"Provided secret is not recognized for recording '{recording.recording_id}'",
    }
    for client in (api, as_user(olga), holder(room, ALL)):
        answer = get(client, recording, recordingSecret="wrong")
        assert (answer.status_code, answer.json()) == (400, wrong)
    for client in (api, holder(room, ALL)):
        assert get(client, recording, recordingSecret=recording.private_secret).status_code == 401
    bad = Api({"X-API-KEY": "wrong", "Authorization": "Bearer wrong", "X-Room-Member-Token": "Bearer wrong"})
    assert get(bad, recording, recordingSecret=recording.public_secret).status_code == 200


def test_the_contracts_name_wins_over_the_older_one_and_an_empty_one_is_none(
    api: Api, anonymous: Api, recording: Recording
) -> None:
    assert get(anonymous, recording, recordingSecret=recording.public_secret, secret="wrong").status_code == 200
    assert get(anonymous, recording, secret=recording.public_secret, recordingSecret="wrong").status_code == 400
    assert get(anonymous, recording, recordingSecret="", secret=recording.public_secret).status_code == 200
    assert get(api, recording, recordingSecret="").status_code == 200
    assert get(anonymous, recording, recordingSecret="").status_code == 401


def test_a_secret_opens_its_own_recording_only(anonymous: Api, room: Room, recording: Recording, olga: User) -> None:
    other = make_recording(make_room(olga, "Other"))
    assert get(anonymous, other, recordingSecret=recording.public_secret).status_code == 400
    gone = make_recording(room, deleted_at=clock.now())
    assert get(anonymous, gone, recordingSecret=gone.public_secret).status_code == 404


def test_a_secret_neither_deletes_nor_shares_nor_lists(anonymous: Api, recording: Recording) -> None:
    secret = f"?recordingSecret={recording.public_secret}"
    assert anonymous.delete(f"{path_of(recording)}{secret}").status_code == 401
    assert anonymous.get(f"{path_of(recording, 'url')}{secret}").status_code == 401
    assert anonymous.get(f"/api/v1/recordings{secret}").status_code == 401
    assert anonymous.post(f"{path_of(recording, 'stop')}{secret}").status_code == 401


def test_a_secret_given_twice_is_refused(anonymous: Api, recording: Recording) -> None:
    answer = anonymous.get(f"{path_of(recording)}?recordingSecret=a&recordingSecret=b")
    assert answer.status_code == 422
    expected = {"field": "query.recordingSecret", "message": "Expected string, received array"}
    assert answer.json()["details"] == [expected]


@pytest.mark.usefixtures("rate_limits")
def test_whoever_guesses_secrets_is_stopped(anonymous: Api, api: Api, recording: Recording) -> None:
    actions = ("", "media", "download")
    answers = [
        anonymous.get(f"{path_of(recording, actions[number % 3])}?recordingSecret={ids.hex_secret()}")
        for number in range(30)
    ]
    assert [answer.status_code for answer in answers] == [400] * 20 + [429] * 10
    assert get(anonymous, recording, recordingSecret=recording.public_secret).status_code == 429
    assert get(api, recording).status_code == 200


def test_no_query_token_counts_here(as_user: AsUser, recording: Recording, room: Room) -> None:
    token = ticket(room)["X-Room-Member-Token"].removeprefix("Bearer ")
    assert get(Api({}), recording, roomMemberToken=token).status_code == 401


def test_head_is_get_without_a_body(api: Api, anonymous: Api, recording: Recording) -> None:
    for client, query in ((api, ""), (anonymous, f"?recordingSecret={recording.public_secret}")):
        answer = client.head(f"{path_of(recording)}{query}")
        assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.usefixtures("rate_limits")
def test_reads_by_link_are_counted_as_all_others(anonymous: Api, api: Api, recording: Recording) -> None:
    answer = get(anonymous, recording, recordingSecret=recording.public_secret)
    assert answer["RateLimit-Policy"] == "500;w=60"
    assert answer["RateLimit"].startswith("limit=500, remaining=499")
    assert anonymous.get("/api/v1/recordings/x")["RateLimit"].startswith("limit=500, remaining=498")
    assert "RateLimit" not in get(api, recording).headers

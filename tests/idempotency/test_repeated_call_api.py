"""Idempotency-Key (decisions.md 17): whoever does not know whether a request arrived sends it again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from pytest_django import Settings

from accounts.models import ApiKey, User
from meet import clock
from meet.errors import DomainError
from meet.idempotency.models import IdempotentCall
from meet.idempotency.tasks import forget
from rooms import lifecycle
from rooms.models import Room
from tests.conftest import Api, AsUser, Console, with_csrf_token
from tests.factories import make_meeting, make_room

ROOMS = "/api/v1/rooms"
REUSED = "This Idempotency-Key was already used for another request"
RUNNING = "A request with this Idempotency-Key is still being processed"


def create(api: Api, key: str = "k-1", body: Any = None, path: str = ROOMS, **headers: str) -> Any:
    return api.post(path, {"roomName": "Once"} if body is None else body, headers={"Idempotency-Key": key, **headers})


def assert_conflict(answer: Any, message: str) -> None:
    assert answer.status_code == 409
    assert answer.json() == {"error": "Idempotency Error", "message": message}
    assert "Idempotency-Replayed" not in answer.headers


# -- The same again --------------------------------------------------------------------------------------------------


def test_the_second_request_gets_the_answer_of_the_first(api: Api) -> None:
    first = create(api, **{"X-ExtraFields": "roles"})
    second = create(api, **{"X-ExtraFields": "roles"})
    assert first.status_code == second.status_code == 201
    assert second.content == first.content
    assert second["Location"] == first["Location"]
    assert second["Deprecation"] == first["Deprecation"] == "true"
    assert second["Content-Type"] == first["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert second["Idempotency-Replayed"] == "true"
    assert Room.objects.count() == 1


def test_without_a_key_every_request_counts(api: Api) -> None:
    for _ in range(2):
        api.post(ROOMS, {})
    assert Room.objects.count() == 2
    assert not IdempotentCall.objects.exists()


def test_an_answer_outlives_what_it_tells_of(api: Api, room: Room) -> None:
    path = f"{ROOMS}/{room.room_id}"
    first, second = (api.delete(path, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.json()["successCode"] == "room_deleted"
    assert api.delete(path, headers={"Idempotency-Key": "another"}).status_code == 404


def test_refusals_are_kept_too(api: Api) -> None:
    first, second = (create(api, body={"roomName": 5}) for _ in range(2))
    assert first.status_code == second.status_code == 422
    assert second.content == first.content
    assert second["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("dialect", ["2026-Q1", "2025", "another"])
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("config", {"config": {"chat": {"enabled": False}}}, 409),
        ("status", {"status": "nonsense"}, 422),
        ("status", {}, 422),
        ("roles", {"roles": 5}, 422),
    ],
)
def test_a_refusal_is_the_same_in_every_dialect_when_repeated(
    api: Api, room: Room, path: str, body: Any, status: int, dialect: str
) -> None:
    make_meeting(room)
    headers = {"Idempotency-Key": "k", "X-Meet-Dialect": dialect}
    first, second = (api.put(f"{ROOMS}/{room.room_id}/{path}", body, headers=headers) for _ in range(2))
    assert first.status_code == second.status_code == status
    assert second.content == first.content
    assert second["Idempotency-Replayed"] == "true"
    assert second.json()["error"] == ("Room Error" if status == 409 else "Unprocessable Entity")


@pytest.mark.parametrize("dialect", ["2026-Q1", "2025"])
def test_an_answer_in_a_dialect_is_repeated_in_it(api: Api, room: Room, dialect: str) -> None:
    headers = {"Idempotency-Key": "k", "X-Meet-Dialect": dialect}
    body = {"config": {"chat": {"enabled": False}}}
    first, second = (api.put(f"{ROOMS}/{room.room_id}/config", body, headers=headers) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert list(second.json()) == ["message"]
    assert second.content == first.content


def test_what_failed_in_part_is_repeated_in_its_dialect(api: Api, room: Room) -> None:
    headers = {"Idempotency-Key": "k", "X-Meet-Dialect": "2025"}
    path = f"{ROOMS}?roomIds={room.room_id},nowhere"
    first, second = (api.delete(path, headers=headers) for _ in range(2))
    assert first.status_code == second.status_code == 400
    assert "successful" in second.json()
    assert second.content == first.content


def test_the_prefix_and_the_last_slash_do_not_make_another_request(api: Api) -> None:
    first = create(api)
    for path in ("/meet/api/v1/rooms", "/api/v1/rooms/"):
        assert create(api, path=path).content == first.content


def test_a_replay_is_seen_in_the_browsable_api_too(api: Api) -> None:
    room_id = create(api).json()["roomId"]
    page = create(api, Accept="text/html")
    assert page.status_code == 201
    assert room_id in page.content.decode()


def test_reading_takes_no_notice_of_a_key(api: Api, room: Room) -> None:
    headers = {"Idempotency-Key": "\x7f"}
    assert api.get(ROOMS, headers=headers).status_code == 200
    assert not IdempotentCall.objects.exists()


# -- Another one -----------------------------------------------------------------------------------------------------

DIFFERENCES: dict[str, dict[str, Any]] = {
    "another body": {"body": {"roomName": "Twice"}},
    "the same body with a space": {"body": b'{ "roomName": "Once"}'},
    "a query": {"path": f"{ROOMS}?fields=roomId"},
    "another path": {"path": "/api/v1/rooms/some-room"},
    "other fields": {"X-Fields": "roomId"},
    "other extra fields": {"X-ExtraFields": "config"},
    "another dialect": {"X-Meet-Dialect": "2025"},
}


@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_a_key_stands_for_one_request(api: Api, difference: dict[str, Any]) -> None:
    create(api)
    assert_conflict(create(api, **difference), REUSED)
    assert Room.objects.count() == 1


def test_the_method_belongs_to_the_request(api: Api, room: Room) -> None:
    path = f"{ROOMS}/{room.room_id}"
    api.put(path, headers={"Idempotency-Key": "k"})
    assert_conflict(api.delete(path, headers={"Idempotency-Key": "k"}), REUSED)


def test_everybody_has_keys_of_their_own(api: Api, as_user: AsUser, admin: User, olga: User) -> None:
    for each in (api, as_user(admin), as_user(olga)):
        assert "Idempotency-Replayed" not in create(each).headers
    assert Room.objects.count() == 3


def test_a_new_api_key_starts_afresh(api: Api, admin: User) -> None:
    create(api)
    renewed = Api({"X-API-KEY": str(ApiKey.replace_default(by=admin, now=clock.now()).text)})
    assert "Idempotency-Replayed" not in create(renewed).headers


def test_token_and_session_of_a_user_share_them(as_user: AsUser, console: Console, olga: User) -> None:
    room_id = create(as_user(olga)).json()["roomId"]
    browser = console(olga)
    answer = browser.post(
        ROOMS,
        data={"roomName": "Once"},
        content_type="application/json",
        headers={"Idempotency-Key": "k-1", **with_csrf_token(browser)},
    )
    assert answer.json()["roomId"] == room_id


def test_a_body_that_the_csrf_check_has_read_counts_as_well(console: Console, olga: User) -> None:
    browser = console(olga)
    headers = {"Idempotency-Key": "k", **with_csrf_token(browser)}
    for name, status in (("Once", 201), ("Once", 201), ("Twice", 409)):  # multipart
        assert browser.post(ROOMS, data={"roomName": name}, headers=headers).status_code == status
    assert Room.objects.count() == 1


# -- Meanwhile, and later --------------------------------------------------------------------------------------------


def dies(*_arguments: Any, **_options: Any) -> None:
    raise SystemExit


@pytest.fixture
def dead_twin(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request was claimed, and its process ended in the middle of it."""
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "create", dies)
        with pytest.raises(SystemExit):
            create(api)


@pytest.mark.usefixtures("dead_twin")
def test_who_comes_while_it_runs_is_asked_to_wait(api: Api) -> None:
    answer = create(api)
    assert_conflict(answer, RUNNING)
    assert answer["Retry-After"] == "1"
    assert_conflict(create(api, body={"roomName": "Other"}), REUSED)
    assert not Room.objects.exists()


@pytest.mark.usefixtures("dead_twin")
def test_what_hangs_for_a_minute_may_run_again(api: Api) -> None:
    later = clock.now() + timedelta(seconds=61)
    with time_machine.travel(later):
        assert create(api).status_code == 201
        assert create(api)["Idempotency-Replayed"] == "true"
    assert Room.objects.count() == 1


def test_who_was_overtaken_does_not_overwrite_the_answer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = lifecycle.create
    overtaking: list[Any] = []

    def takes_too_long(*arguments: Any, **options: Any) -> Room:
        monkeypatch.setattr(lifecycle, "create", slow)
        with time_machine.travel(clock.now() + timedelta(seconds=61)):
            overtaking.append(create(api))
        return slow(*arguments, **options)

    monkeypatch.setattr(lifecycle, "create", takes_too_long)
    assert create(api).status_code == 201
    assert create(api).content == overtaking[0].content


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(api: Api, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    def fails(*_arguments: Any, **_options: Any) -> None:
        raise DomainError("LiveKit Error", status, "Not now")  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "create", fails)
        assert create(api).status_code == status
    assert not IdempotentCall.objects.exists()
    answer = create(api)
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_an_answer_is_kept_for_a_day(api: Api) -> None:
    first = create(api).json()
    with time_machine.travel(clock.now() + timedelta(hours=23, minutes=59)):
        forget()
        assert create(api).json() == first
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)):
        assert create(api, body={"roomName": "Anew"}).json()["roomName"] == "Anew"  # swept or not
    assert IdempotentCall.objects.count() == 1


def test_what_is_no_longer_kept_is_deleted_in_batches(api: Api) -> None:
    now = clock.now()
    IdempotentCall.objects.bulk_create(
        IdempotentCall(credential="key:1", key=str(number), fingerprint="f", claimed_at=now - timedelta(hours=25))
        for number in range(250)
    )
    create(api)
    forget()
    assert IdempotentCall.objects.get().key == "k-1"


# -- Who, where and with what ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["x", "x" * 255, "with space", '"quoted"', "~!{}"])
def test_printable_keys_are_taken(api: Api, key: str) -> None:
    assert create(api, key=key).status_code == 201
    assert create(api, key=key)["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 256, "ümlaut", "a\tb", "\x7f"])
def test_others_are_refused(api: Api, key: str) -> None:
    answer = create(api, key=key)
    assert answer.status_code == 422
    assert answer.json()["details"] == [
        {
            "field": "headers.idempotency-key",
            "message": "Idempotency-Key must be 1 to 255 printable ASCII characters",
        }
    ]
    assert not Room.objects.exists()


def test_who_may_not_learns_nothing(anonymous: Api, as_user: AsUser, max_: User) -> None:
    assert create(anonymous).status_code == 401
    assert create(as_user(max_)).status_code == 403
    assert not IdempotentCall.objects.exists()


def test_a_user_who_may_no_longer_is_not_told_again(as_user: AsUser, olga: User) -> None:
    create(as_user(olga))
    User.objects.filter(pk=olga.pk).update(role="room_member")
    assert create(as_user(olga)).status_code == 403


def test_the_api_of_the_pages_takes_no_keys(as_user: AsUser, admin: User) -> None:
    for _ in range(2):
        answer = as_user(admin).post("/internal-api/v1/api-keys", headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
    assert not IdempotentCall.objects.exists()


def test_a_body_that_is_too_large_is_so_again(api: Api) -> None:
    for _ in range(2):
        assert create(api, body={"nonsense": "x" * 200_000}).status_code == 413
    assert create(api, key="huge", body={"nonsense": "x" * 3_000_000}).status_code == 413


# -- What is stored --------------------------------------------------------------------------------------------------


def test_no_secret_is_stored_in_the_clear(api: Api) -> None:
    secret = create(api).json()["moderatorUrl"].partition("secret=")[2]
    call = IdempotentCall.objects.get()
    assert secret
    assert secret not in f"{call.sealed}{call.fingerprint}"
    assert call.sealed


def test_a_lost_seal_does_not_repeat_the_work(api: Api, settings: Settings) -> None:
    create(api)
    settings.MEET_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert_conflict(create(api), "The request was processed, but its answer can no longer be read")
    assert Room.objects.count() == 1


def test_pages_of_other_origins_may_read_the_header(api: Api, room: Room) -> None:
    create(api)
    answer = create(api, Origin="https://integrator.example")
    assert "Idempotency-Replayed" in answer["Access-Control-Expose-Headers"]


def test_a_key_costs_few_queries(api: Api, olga: User, django_assert_max_num_queries: Any) -> None:
    make_room(olga)
    create(api)
    with django_assert_max_num_queries(6):
        create(api)

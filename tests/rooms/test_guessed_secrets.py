"""Whoever tries link secrets is stopped long before luck can help (decisions.md 8)."""

import time

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from meet import ids
from rooms.models import Room
from tests.conftest import Api, AsUser
from tests.factories import make_guest, secret_of

LIMIT = 20
REFUSED = {"error": "Too Many Requests", "message": "Too many token requests, please try again later"}


pytestmark = pytest.mark.usefixtures("rate_limits")


def path(room: Room) -> str:
    return f"/internal-api/v1/rooms/{room.room_id}/members/token"


def test_of_a_hundred_guesses_twenty_are_answered_and_all_alike(anonymous: Api, room: Room) -> None:
    answers = [anonymous.post(path(room), {"secret": ids.hex_secret()}) for _ in range(100)]
    assert [answer.status_code for answer in answers] == [400] * LIMIT + [429] * (100 - LIMIT)
    assert len({answer.content for answer in answers[:LIMIT]}) == 1
    assert all(answer.json() == REFUSED for answer in answers[LIMIT:])


def test_guesses_at_guests_count_as_well_and_their_answer_repeats_no_more_than_was_sent(
    anonymous: Api, room: Room
) -> None:
    for _ in range(LIMIT):
        assert anonymous.post(path(room), {"secret": f"guest-{ids.hex_secret()}"}).status_code == 404
    assert anonymous.post(path(room), {"secret": "x"}).status_code == 429


def test_a_guess_that_would_have_been_right_is_refused_as_well(anonymous: Api, room: Room) -> None:
    for _ in range(LIMIT):
        anonymous.post(path(room), {"secret": "wrong"})
    assert anonymous.post(path(room), {"secret": secret_of(room)}).status_code == 429
    assert anonymous.post(path(room), {"secret": make_guest(room).guest_id}).status_code == 429


def test_the_page_and_the_api_share_the_count(anonymous: Api, room: Room) -> None:
    for _ in range(LIMIT // 2):
        anonymous.post(path(room), {"secret": "wrong"})
        Client().get(f"/room/{room.room_id}?secret=wrong")
    assert anonymous.post(path(room), {"secret": "wrong"}).status_code == 429
    assert Client().get(f"/room/{room.room_id}?secret=wrong").status_code == 429


def test_the_refusal_says_when_to_come_back(anonymous: Api, room: Room) -> None:
    for _ in range(LIMIT):
        anonymous.post(path(room), {"secret": "wrong"})
    answer = anonymous.post(path(room), {"secret": "wrong"})
    assert answer["RateLimit-Policy"] == "20;w=300"
    assert answer["RateLimit"].startswith("limit=20, remaining=0, reset=")
    assert 0 < int(answer["Retry-After"]) <= 300


def test_after_five_minutes_one_may_try_again(anonymous: Api, room: Room) -> None:
    for _ in range(LIMIT + 1):
        anonymous.post(path(room), {"secret": "wrong"})
    with time_machine.travel(time.time() + 300):
        assert anonymous.post(path(room), {"secret": secret_of(room)}).status_code == 200


def test_right_secrets_are_never_counted(anonymous: Api, room: Room) -> None:
    for _ in range(2 * LIMIT):
        assert anonymous.post(path(room), {"secret": secret_of(room)}).status_code == 200


def test_each_client_is_counted_by_itself(anonymous: Api, room: Room) -> None:
    for _ in range(LIMIT):
        anonymous.post(path(room), {"secret": "wrong"}, REMOTE_ADDR="192.0.2.1")
    assert anonymous.post(path(room), {"secret": "wrong"}, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert anonymous.post(path(room), {"secret": "wrong"}, REMOTE_ADDR="192.0.2.2").status_code == 400


def test_a_header_that_nobody_trusts_makes_no_new_client(anonymous: Api, room: Room) -> None:
    for number in range(LIMIT):
        anonymous.post(path(room), {"secret": "wrong"}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
    answer = anonymous.post(path(room), {"secret": "wrong"}, headers={"X-Forwarded-For": "192.0.2.99"})
    assert answer.status_code == 429


def test_who_enters_by_account_is_not_stopped_by_others_guesses(
    as_user: AsUser, anonymous: Api, room: Room, olga: User
) -> None:
    for _ in range(LIMIT):
        anonymous.post(path(room), {"secret": "wrong"}, REMOTE_ADDR="192.0.2.1")
    assert as_user(olga).post(path(room), {}, REMOTE_ADDR="192.0.2.1").status_code == 200


def test_all_token_requests_of_a_client_have_their_own_generous_limit(anonymous: Api, room: Room) -> None:
    secret = secret_of(room)
    answers = [anonymous.post(path(room), {"secret": secret}) for _ in range(201)]
    assert {answer.status_code for answer in answers[:200]} == {200}
    assert answers[200].status_code == 429
    assert answers[0]["RateLimit-Policy"] == "200;w=60"
    assert answers[0]["RateLimit"].startswith("limit=200, remaining=199, reset=")

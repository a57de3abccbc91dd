"""`GET /deletion-receipts` (ours): what is gone, for administrators."""

from datetime import timedelta

import pytest

from accounts.models import ApiKey, User
from meet import clock
from recordings.models import DeletionReceipt
from tests.conftest import Api, AsUser
from tests.recordings.doors import FORBIDDEN, UNAUTHORIZED

RECEIPTS = "/api/v1/deletion-receipts"
NOW = clock.now()


def make_receipt(number: int = 1, **more: object) -> DeletionReceipt:
    columns = {
        "uid": f"uid{number}",
        "recording_id": f"daily-1--EG_a--uid{number}",
        "room_id": "daily-1",
        "room_name": "Daily",
        "key": f"recordings/daily-1/daily-1--uid{number}.mp4",
        "size": 10240,
        "recorded_at": NOW - timedelta(days=2),
        "deleted_at": NOW + timedelta(minutes=number),
        "deleted_by": "Olga",
        "reason": "request",
        "gone_at": NOW + timedelta(hours=1),
        **more,
    }
    return DeletionReceipt.objects.create(**columns)


def test_a_receipt_says_what_when_and_by_whom(api: Api) -> None:
    make_receipt()
    assert api.get(RECEIPTS).json() == {
        "receipts": [
            {
                "recordingId": "daily-1--EG_a--uid1",
                "roomId": "daily-1",
                "roomName": "Daily",
                "filename": "daily-1--uid1.mp4",
                "size": 10240,
                "startDate": clock.to_ms(NOW - timedelta(days=2)),
                "deletionDate": clock.to_ms(NOW + timedelta(minutes=1)),
                "deletedBy": "Olga",
                "reason": "request",
                "goneDate": clock.to_ms(NOW + timedelta(hours=1)),
            }
        ],
        "pagination": {"isTruncated": False, "maxItems": 10},
    }


def test_what_is_not_known_is_absent(api: Api) -> None:
    make_receipt(recording_id="", size=None, recorded_at=None, deleted_by="", reason="with_room")
    [receipt] = api.get(RECEIPTS).json()["receipts"]
    assert not {"recordingId", "size", "startDate", "deletedBy"} & set(receipt)
    assert receipt["reason"] == "with_room"


def test_receipts_come_in_pages_the_newest_first(api: Api) -> None:
    for number in range(1, 4):
        make_receipt(number)
    first = api.get(f"{RECEIPTS}?maxItems=2").json()
    assert [one["filename"] for one in first["receipts"]] == ["daily-1--uid3.mp4", "daily-1--uid2.mp4"]
    rest = api.get(f"{RECEIPTS}?maxItems=2&nextPageToken={first['pagination']['nextPageToken']}").json()
    assert [one["filename"] for one in rest["receipts"]] == ["daily-1--uid1.mp4"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("recordingId=daily-1--EG_a--uid2", 1),
        ("recordingId=daily-1", 0),
        ("roomId=daily-1", 2),
        ("roomId=other", 1),
        ("roomId=gone", 0),
    ],
)
def test_one_may_look_for_a_recording_or_a_room(api: Api, query: str, found: int) -> None:
    make_receipt(1)
    make_receipt(2)
    make_receipt(3, room_id="other")
    assert len(api.get(f"{RECEIPTS}?{query}").json()["receipts"]) == found


def test_they_are_for_administrators(anonymous: Api, as_user: AsUser, admin: User, olga: User) -> None:
    answer = anonymous.get(RECEIPTS)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    answer = as_user(olga).get(RECEIPTS)
    assert (answer.status_code, answer.json()) == (403, FORBIDDEN)
    assert as_user(admin).get(RECEIPTS).status_code == 200


@pytest.mark.parametrize(("scope", "status"), [("recordings:read", 200), ("admin", 200), ("recordings:write", 403)])
def test_a_key_needs_the_scope_for_reading_recordings(api: Api, scope: str, status: int) -> None:
    ApiKey.objects.update(scopes=[scope])
    assert api.get(RECEIPTS).status_code == status

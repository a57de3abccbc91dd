"""Lists by key, as a property: whatever the rows, scopes, order and page size, the pages are the sorted whole."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from meet import clock
from meet.api.pagination import Sort, page
from rooms.listing import SORTS
from rooms.models import Room

NOW = clock.now()
ROOM = st.tuples(
    st.integers(0, 3),  # created, with many ties
    st.sampled_from(["a", "B", "b", "é", "ﬁ"]),
    st.none() | st.integers(0, 2),  # expires
    st.booleans(),  # open to all accounts
)


def make(owner: User, rows: list[tuple[int, str, int | None, bool]]) -> list[Room]:
    Room.objects.all().delete()
    made = []
    for number, (created, name, expires, is_shared) in enumerate(rows):
        room = Room(
            room_id=f"r-{number}",
            name=name,
            owner=owner,
            created_at=NOW + created * clock.MILLISECOND,
            roles_updated_at=NOW,
            expires_at=None if expires is None else NOW + timedelta(days=expires),
            user_access=is_shared,
        )
        room.save()
        made.append(room)
    return made


def walk(query: dict[str, Any]) -> list[int]:
    """Over three scopes that overlap in every way."""
    found: list[int] = []
    token = ""
    while True:
        scopes = [Room.objects.filter(user_access=True), Room.objects.all(), Room.objects.filter(expires_at=None)]
        part = page(scopes, sorts=SORTS, query={**query, "nextPageToken": token})
        found += [room.pk for room in part.rows]
        if part.next_token is None:
            return found
        assert len(part.rows) == query["maxItems"]
        token = part.next_token


@given(
    rows=st.lists(ROOM, max_size=8),
    sort=st.sampled_from(sorted(SORTS)),
    order=st.sampled_from(["asc", "desc"]),
    size=st.integers(1, 4),
)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_pages_are_the_sorted_whole(
    olga: User, rows: list[tuple[int, str, int | None, bool]], sort: str, order: str, size: int
) -> None:
    rooms = make(olga, rows)
    column = SORTS[sort].column

    def key(room: Room) -> tuple[bool, Any, int]:
        value = getattr(room, column)
        return (value is not None, 0 if value is None else value, room.pk)

    expected = [room.pk for room in sorted(rooms, key=key, reverse=order == "desc")]
    assert walk({"sortField": sort, "sortOrder": order, "maxItems": size}) == expected


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_position_is_kept_even_if_its_row_is_gone(olga: User, order: str) -> None:
    make(olga, [(number, "a", None, False) for number in range(4)])
    query = {"sortField": "creationDate", "sortOrder": order, "maxItems": 2, "nextPageToken": ""}
    first = page([Room.objects.all()], sorts=SORTS, query=query)
    Room.objects.filter(pk=first.rows[-1].pk).delete()
    second = page([Room.objects.all()], sorts=SORTS, query={**query, "nextPageToken": str(first.next_token)})
    assert len(second.rows) == 2
    assert not {room.pk for room in first.rows} & {room.pk for room in second.rows}


def test_columns_of_numbers_can_be_sorted_by(olga: User) -> None:
    """As lists of recordings will."""
    sorts = {"x": Sort("speaker_permissions", int)}
    make(olga, [(0, "a", None, False), (0, "b", None, False)])
    query = {"sortField": "x", "sortOrder": "asc", "maxItems": 1, "nextPageToken": ""}
    first = page([Room.objects.all()], sorts=sorts, query=query)
    second = page([Room.objects.all()], sorts=sorts, query={**query, "nextPageToken": str(first.next_token)})
    assert first.rows != second.rows
    assert second.next_token is None

"""Lists of a large installation, of rooms and of recordings: every sort, the first page and the last (of a million
rooms the 50,000th, of 200,000 recordings the 10,000th), for each kind of caller."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx

from speed.measuring import Figures, measure, table
from tests import servers

ROWS = 20
SORTS = {
    "rooms": ("creationDate", "roomName", "autoDeletionDate"),
    "recordings": ("startDate", "roomName", "duration", "size"),
}
_WANTED = 15.0
_OTHERS = {"GET /api/v1/rooms/{id}": 8.0, "POST /api/v1/rooms": 10.0, "DELETE /api/v1/rooms (100)": 400.0}
_ANALYTICS = {"GET /internal-api/v1/analytics": 150.0}
Query = dict[str, str]
_PASSWORD = "benchmark-password"  # noqa: S105


def run(running: servers.Installation, *, times: int) -> None:
    with running.api() as admin, _user(running, "person_0") as manager, _user(running, "person_1") as member:
        figures: dict[str, Figures] = {}
        for who, client in (("admin", admin), ("manager", manager), ("member", member)):
            for name, call in _lists(client):
                figures[f"{who}: {name}"] = measure(call, times=times)
        table(figures, wanted=dict.fromkeys(figures, _WANTED))
        print()
        table({name: measure(call, times=count) for name, count, call in _room_calls(admin)}, wanted=_OTHERS)
        with _user(running, running.ADMIN, running.PASSWORD) as root:
            path = "/internal-api/v1/analytics"
            table({f"GET {path}": measure(lambda: root.get(path), times=50)}, wanted=_ANALYTICS)


def _user(running: servers.Installation, user_id: str, password: str = _PASSWORD) -> httpx.Client:
    login = {"userId": user_id, "password": password}
    answer = httpx.post(f"{running.url}/internal-api/v1/auth/login", json=login, timeout=10, trust_env=False)
    headers = {"Authorization": f"Bearer {answer.raise_for_status().json()['accessToken']}"}
    return httpx.Client(base_url=running.url, headers=headers, timeout=60, trust_env=False)


def _lists(client: httpx.Client) -> Iterator[tuple[str, Callable[[], httpx.Response]]]:
    for what, sort in [(what, sort) for what, sorts in SORTS.items() for sort in sorts]:
        for order in ("desc", "asc"):
            query = {"maxItems": str(ROWS), "sortField": sort, "sortOrder": order}
            yield f"{what} by {sort} {order}", _asking(client, what, query)
            last = {**query, "nextPageToken": last_page(lambda path, params: _got(client, path, params), what, query)}
            yield f"{what} by {sort} {order}, last page", _asking(client, what, last)


def _asking(client: httpx.Client, what: str, query: dict[str, str]) -> Callable[[], httpx.Response]:
    return lambda: client.get(f"/api/v1/{what}", params=query)


def _got(client: httpx.Client, path: str, query: Query) -> Any:
    return client.get(path, params=query).raise_for_status().json()


def last_page(get: Callable[[str, Query], Any], what: str, query: Query) -> str:
    """The token of the last page, got from the other end of the list: it stands for a place, whatever the direction."""
    opposite = {"desc": "asc", "asc": "desc"}[query["sortOrder"]]
    asked = {**query, "sortOrder": opposite, "maxItems": str(ROWS + 1)}
    return str(get(f"/api/v1/{what}", asked)["pagination"]["nextPageToken"])


def _room_calls(client: httpx.Client) -> Iterator[tuple[str, int, Callable[[], httpx.Response]]]:
    """Names, how often to call, calls."""
    room = client.get("/api/v1/rooms", params={"maxItems": "1"}).json()["rooms"][0]["roomId"]
    get, create, delete = _OTHERS
    yield get, 200, lambda: client.get(f"/api/v1/rooms/{room}")
    yield create, 200, lambda: client.post("/api/v1/rooms", json={"roomName": "Benchmark"})
    yield delete, 20, lambda: _delete_hundred(client)


def _delete_hundred(client: httpx.Client) -> httpx.Response:
    rooms = client.get("/api/v1/rooms", params={"maxItems": "100", "fields": "roomId"}).json()["rooms"]
    chosen = {"roomIds": ",".join(room["roomId"] for room in rooms), "withRecordings": "force"}
    return client.delete("/api/v1/rooms", params=chosen)

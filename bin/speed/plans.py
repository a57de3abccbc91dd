"""What PostgreSQL does for the lists of `bin/bench big`: of each, statements, rows and pages (8 KiB) that they touch,
and by which indexes; of some the plan of the statement that reads most."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.models import User
from meet import clock
from speed.big import ROWS, SORTS, last_page

_CALLERS = {"administrator": "admin", "manager": "person_0", "member": "person_1"}
_LAST = "last page"
# Of which lists the plan is shown.
_SHOWN = (("creationDate", _LAST), ("startDate", _LAST))


class Work(NamedTuple):
    rows: int
    pages: int
    milliseconds: float
    indexes: frozenset[str]
    whole_tables: frozenset[str]


def run() -> None:
    shown: list[str] = []
    print("| list | statements | rows read | pages | ms | indexes | tables read whole |\n|---|---|---|---|---|---|---|")
    for caller, user_id in _CALLERS.items():
        client = _client(User.objects.get(user_id=user_id))
        for what, sort, query, place in _lists(client):
            statements = _statements(client, f"/api/v1/{what}", query)
            works = [_work(statement) for statement in statements]
            name = f"{caller}: {what} by {sort}, {place}"
            print(_line(name, works), flush=True)
            if (sort, place) in _SHOWN:
                most = max(zip(works, statements, strict=True), key=lambda pair: pair[0].pages)
                shown.append(f"\n## {name[0].upper()}{name[1:]}\n\n```\n{_text(most[1])}\n```")
    print("\n".join(shown))


def _client(user: User) -> Client:
    token = tokens.issue(user, tokens.TokenType.ACCESS, now=clock.now())
    return Client(headers={"Authorization": f"Bearer {token}", "Host": "localhost"})


def _lists(client: Client) -> Iterator[tuple[str, str, dict[str, str], str]]:
    for what, sort in [(what, sort) for what, sorts in SORTS.items() for sort in sorts]:
        query = {"maxItems": str(ROWS), "sortField": sort, "sortOrder": "desc"}
        yield what, sort, query, "first page"
        token = last_page(lambda path, params: client.get(path, params).json(), what, query)
        yield what, sort, {**query, "nextPageToken": token}, _LAST


def _statements(client: Client, path: str, query: Mapping[str, str]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path, query)
    if answer.status_code != 200:
        raise RuntimeError(answer.content.decode())
    return [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "(SELECT", "WITH"))]


def _work(statement: str) -> Work:
    [plan] = _explained("ANALYZE, BUFFERS, FORMAT JSON", statement)
    nodes = list(_nodes(plan["Plan"]))
    leaves = [node for node in nodes if "Relation Name" in node]
    return Work(
        rows=sum(round(node["Actual Rows"] * node["Actual Loops"]) for node in leaves),
        pages=plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"],
        milliseconds=plan["Execution Time"],
        indexes=frozenset(node["Index Name"] for node in nodes if _is_of_lists(node.get("Index Name", ""))),
        whole_tables=frozenset(node["Relation Name"] for node in leaves if node["Node Type"] == "Seq Scan"),
    )


def _is_of_lists(index: str) -> bool:
    """Those of users find the caller and the owners' names, the same for each list."""
    return bool(index) and not index.startswith("accounts_user")


def _explained(options: str, statement: str) -> Any:
    with connection.cursor() as cursor:
        for _ in range(2):  # the second finds everything in memory
            cursor.execute(f"EXPLAIN ({options}) {statement}")
            rows = cursor.fetchall()
    return rows[0][0] if "JSON" in options else "\n".join(row[0] for row in rows)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


def _line(name: str, works: list[Work]) -> str:
    indexes = sorted(frozenset[str]().union(*(work.indexes for work in works)))
    tables = sorted(frozenset[str]().union(*(work.whole_tables for work in works)))
    milliseconds = sum(work.milliseconds for work in works)
    return (
        f"| {name} | {len(works)} | {sum(work.rows for work in works)} | {sum(work.pages for work in works)} "
        f"| {milliseconds:.1f} | {', '.join(indexes)} | {', '.join(tables) or '–'} |"
    )


def _text(statement: str) -> str:
    return str(_explained("ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF", statement))

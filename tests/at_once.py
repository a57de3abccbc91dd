"""Requests that really run at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

AtOnce = Callable[[Callable[[], Any], int], list[Any]]


@pytest.fixture
def database_of_threads(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SQLite's tests run in memory, where threads share one cache and its table locks; an installation has a file."""
    if connection.vendor != "sqlite":
        yield
        return
    file = tmp_path / "threads.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    in_memory, connection.connection = connection.connection, None
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", str(file))
        yield
        connection.close()
    connection.connection = in_memory


@pytest.fixture
def at_once(database_of_threads: None) -> AtOnce:
    """`at_once(job, 20)`: what twenty threads that begin together got from `job`."""

    def run(job: Callable[[], Any], times: int) -> list[Any]:
        start = Barrier(times)

        def one() -> Any:
            start.wait(timeout=20)
            try:
                return job()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(times) as threads:
            return [future.result() for future in [threads.submit(one) for _ in range(times)]]

    return run

"""The same thing again and again."""

from pathlib import Path

import pytest

from tests.servers import free_port, wait_until
from tests.setup.test_make_run import running

pytestmark = pytest.mark.media


def test_fifty_starts_and_stops_leave_nothing_behind(tmp_path: Path) -> None:
    port = free_port(following=1800)
    for _ in range(50):
        with running(tmp_path / "data", port=port) as run:
            run.wait_for("recorder@")
            assert run.ctrl_c() < 5
            wait_until(lambda run=run: not run.processes(), seconds=1, what="nothing is left")  # type: ignore[misc]

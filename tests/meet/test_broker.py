"""The embedded broker keeps every message, also one that a worker looks for while it is being written."""

from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

QUEUE = "wake-ups"


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], Connection]:
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), tmp_path)
    return lambda: Connection(
        "filesystem://", transport="meet.broker:Transport", transport_options={**folders, "polling_interval": 0.01}
    )


def test_a_message_arrives(connect: Callable[[], Connection]) -> None:
    with connect() as connection, connection.SimpleQueue(QUEUE) as queue:
        queue.put({"id": 1})
        assert queue.get(timeout=2).payload == {"id": 1}


def test_nobody_finds_half_a_message(connect: Callable[[], Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_text
    with connect() as connection:
        reader: Any = connection.channel()
        writer: Any = connection.channel()

        def write_slowly(path: Path, text: str, **options: Any) -> int:
            path.touch()
            with pytest.raises(Empty):
                reader._get(QUEUE)
            return write(path, text, **options)

        monkeypatch.setattr(Path, "write_text", write_slowly)
        writer._put(QUEUE, {"id": 1})
        assert reader._get(QUEUE) == {"id": 1}

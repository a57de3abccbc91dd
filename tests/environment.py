"""A pytest plugin, loaded before Django's settings: the environment that all tests share.

MEET_TEST_DATABASE=postgres starts a cluster of its own for this run; otherwise SQLite.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests import servers

_IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _prepare() -> None:
    folder = Path(tempfile.mkdtemp(prefix="meet-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in list(os.environ):
        if name.startswith(("MEET_", "LIVEKIT_")) and name not in {"MEET_TEST_DATABASE", "MEET_LIVEKIT_SERVER"}:
            del os.environ[name]
    os.environ.update(
        {
            "MEET_DATA_DIR": str(folder),
            "SECRET_KEY": "a secret key for tests, long enough for every check",
            "LIVEKIT_API_KEY": "testkey",
            "LIVEKIT_API_SECRET": "a LiveKit secret for tests, long enough for HS256",
            "MEET_RATE_LIMITS": "off",
            "LOG_LEVEL": "CRITICAL",
        }
    )
    if os.environ.get("MEET_TEST_DATABASE") == "postgres" and not _IS_WORKER:
        cluster = servers.postgres(folder / "postgres")
        os.environ["DATABASE_URL"] = cluster.__enter__()
        atexit.register(cluster.__exit__, None, None, None)


_prepare()

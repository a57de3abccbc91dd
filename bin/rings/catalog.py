"""Every ring, what it runs, and what may run beside it."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_VENV = Path(sys.executable).parent
_NO_SERVERS = "not (worker or media or browser)"
_NIGHTLY = "tests/nightly"
# By their files and folders; they take as long as all other tests with browsers together.
_FILMING = "recorder or test_recording or test_automatic_recording"


@dataclass(frozen=True)
class Ring:
    name: str
    command: tuple[str, ...]
    # A check counts as one; a suite counts its tests, from the JUnit file it is told to write.
    report_option: str = ""
    folder: Path = ROOT
    env: dict[str, str] = field(default_factory=dict)
    # Tests of processes that talk in real time get the machine for themselves.
    alone: bool = False


def _python(name: str, *command: str) -> Ring:
    return Ring(name, (sys.executable, "-m", *command))


def _npm(name: str, *command: str, report_option: str = "") -> Ring:
    return Ring(name, ("npm", *command), folder=ROOT / "static", report_option=report_option)


def _pytest(name: str, select: str, *options: str, alone: bool = False, **env: str) -> Ring:
    command = (sys.executable, "-m", "pytest", "-q", "-m", select, f"--ignore={_NIGHTLY}", *options, "tests")
    return Ring(name, command, report_option="--junitxml={}", env=env, alone=alone)


_TEMPLATES = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("templates/**/*.html"))]

CHECKS = [
    _python("types", "mypy"),
    _npm("static", "run", "--silent", "check"),
    _python("lint", "ruff", "check"),
    _python("format", "ruff", "format", "--check"),
    Ring("templates", (str(_VENV / "djade"), "--check", "--target-version", "5.2", *_TEMPLATES)),
    Ring("imports", (str(_VENV / "lint-imports"),)),
    Ring("migrations", (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")),
    Ring("openapi", (sys.executable, "manage.py", "openapi", "--check")),
    Ring("translations", (sys.executable, "-m", "rings.translations"), folder=ROOT / "bin"),
]
UNIT = _pytest("unit", _NO_SERVERS, "--numprocesses=auto")
VITEST = _npm(
    "vitest", "test", "--", "--reporter=default", "--reporter=junit", report_option="--outputFile.junit={}"
)  # fmt: skip
POSTGRES = _pytest(
    "postgres", f"doors and {_NO_SERVERS}", "--numprocesses=auto", MEET_TEST_DATABASE="postgres"
)  # fmt: skip
SERVERS = [
    _pytest("workers", "worker", alone=True),
    _pytest("media", "media", alone=True),
    _pytest("browser", "browser", "-k", f"not ({_FILMING})", alone=True),
    _pytest("recorder", "browser", "-k", _FILMING, alone=True),
]
NIGHTLY = Ring("nightly", (sys.executable, "-m", "pytest", "-v", _NIGHTLY), report_option="--junitxml={}", alone=True)

ALL = [UNIT, *CHECKS, VITEST, POSTGRES, *SERVERS]
GROUPS = {"check": CHECKS, "fast": [UNIT, VITEST]}


def chosen(names: list[str]) -> list[Ring]:
    """Raises `KeyError` for a name that is neither ring nor group."""
    by_name = {ring.name: [ring] for ring in [*ALL, NIGHTLY]} | GROUPS
    return [ring for name in names for ring in by_name[name]] if names else ALL


def environment(ring: Ring, *, data: Path) -> dict[str, str]:
    """What the person at the keyboard configured must not change a result, nor a test touch their data."""
    ours = (
        "MEET_",
        "LIVEKIT_",
        "DATABASE_URL",
        "REDIS_URL",
        "SECRET_KEY",
        "DEBUG",
        "LOG_LEVEL",
        "ALLOWED_HOSTS",
        "SERVER_",
    )
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) or name.startswith(("MEET_LIVEKIT_SERVER", "MEET_TEST_"))
    }
    path = os.pathsep.join([str(_VENV), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "MEET_DATA_DIR": str(data), **ring.env}

"""`.venv/` at the root, from the hash-locked requirements."""

import os
import re
import shutil
import venv
from pathlib import Path

from installer import places, tools
from installer.console import run, step

_STAMP = places.VENV / "meet-setup"
# `test` contains all of `run`: whichever is there stays, so that changing between the two costs nothing.
_LOCKS = {"run": "app", "test": "dev"}
_INDEX_SETTINGS = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "cert": "SSL_CERT_FILE"}


def is_ready(mode: str) -> bool:
    return _has_python() and places.read(_STAMP) in (_stamp(mode), _stamp("test"))


def prepare(mode: str) -> None:
    before = places.read(_STAMP)
    if before.startswith("test "):
        mode = "test"
    with step(f"Python packages of requirements/{_LOCKS[mode]}.txt"):
        # The scripts in it name its path: an environment that was moved here is useless.
        if not _has_python() or (before and not before.endswith(f" {places.ROOT}")):
            shutil.rmtree(places.VENV, ignore_errors=True)
            venv.EnvBuilder(symlinks=True, with_pip=False).create(places.VENV)
        _STAMP.unlink(missing_ok=True)
        uv = tools.uv()
        sync = [str(uv), "pip", "sync", "--require-hashes", "--compile-bytecode", "--python", str(places.VENV)]
        run([*sync, str(_lock(mode))], cwd=places.ROOT, env={"UV_PYTHON_DOWNLOADS": "never", **_index_of_pip(uv)})
        _STAMP.write_text(_stamp(mode))


def _has_python() -> bool:
    return (places.VENV / "bin" / "python").exists()


def _lock(mode: str) -> Path:
    return places.ROOT / "requirements" / f"{_LOCKS[mode]}.txt"


def _stamp(mode: str) -> str:
    return f"{mode} {places.digest([_lock(mode).read_bytes()])} {places.ROOT}"


def _index_of_pip(uv: Path) -> dict[str, str]:
    """uv reads no pip.conf. Where pip has just fetched uv from a mirror, uv shall ask the same mirror."""
    pip = uv.with_name("python")
    if not pip.exists():  # the system's uv has its own configuration
        return {}
    settings = run([pip, "-m", "pip", "config", "list"], cwd=places.ROOT)
    found = dict(re.findall(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", settings, re.MULTILINE))
    wanted = {_INDEX_SETTINGS[name]: value for name, value in found.items() if name in _INDEX_SETTINGS}
    return {name: value.replace("\\n", " ") for name, value in wanted.items() if name not in os.environ}

"""`static/dist`: the browser's half, built by Vite."""

import os

from installer import places, tools
from installer.console import run, step

_MODULES = places.STATIC / "node_modules"
_INSTALLED, _BUILT = _MODULES / ".meet-installed", _MODULES / ".meet-built"
_NOT_SOURCES = frozenset({"node_modules", "dist"})
# Says which Node the checks and tests of a complete set-up use; gone when `.venv` is made anew.
_NODE = places.VENV / "meet-node"
_SYSTEM = "the system's"


def is_ready(mode: str) -> bool:
    return _is_built() and (mode == "run" or _has_node())


def prepare() -> None:
    """Needs `.venv`, where Node is linked when it came as a wheel, and whose whitenoise compresses."""
    _link_node()
    if not _is_installed():
        with step("front-end packages"):
            _npm("ci", "--no-audit", "--no-fund")
            _INSTALLED.write_text(_packages())
    if not _is_built():
        _build()


def _is_installed() -> bool:
    return places.read(_INSTALLED) == _packages()


def _is_built() -> bool:
    is_there = (places.STATIC / "dist" / "manifest.json").exists()
    return is_there and _is_installed() and places.read(_BUILT) == _sources()


def _has_node() -> bool:
    known = places.read(_NODE)
    return known == _SYSTEM or bool(known and (places.VENV / "bin" / "npm").exists())


def _build() -> None:
    sources = _sources()
    with step("building static/dist"):
        _npm("run", "build")
        run(
            [places.VENV / "bin" / "python", "-m", "whitenoise.compress", "--quiet", places.STATIC / "dist"],
            cwd=places.ROOT,
        )
        _BUILT.write_text(sources)


def _npm(*arguments: str) -> None:
    path = os.pathsep.join([str(places.VENV / "bin"), os.environ.get("PATH", os.defpath)])
    npm = places.VENV / "bin" / "npm"
    run([npm if npm.exists() else "npm", *arguments], cwd=places.STATIC, env={"PATH": path})


def _link_node() -> None:
    """Tests and checks need Node too: what is in `.venv/bin` comes first on their PATH."""
    folder = tools.node()
    if folder is not None:
        places.link(places.VENV / "bin" / "node", folder / "node")
        for name in ("npm", "npx"):
            places.link(places.VENV / "bin" / name, tools.npm_script(folder, name))
    _NODE.write_text(str(folder) if folder else _SYSTEM)


def _packages() -> str:
    return places.digest((places.STATIC / name).read_bytes() for name in ("package.json", "package-lock.json"))


def _sources() -> str:
    files = list(places.files_below(places.STATIC, without=_NOT_SOURCES))
    return places.digest(part for file in files for part in (str(file.relative_to(places.STATIC)), file.read_bytes()))

"""Which of the system's programs are new enough."""

import re
import shutil
import subprocess
from collections.abc import Callable

Version = tuple[int, ...]


def parse(text: str) -> Version | None:
    """The first dotted number in what a program says about itself."""
    match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in match.groups(default="0")) if match else None


def node_is_good(version: Version) -> bool:
    """As Vite asks: 20.19 and up, 22.12 and up, not the odd ones between."""
    return (20, 19) <= version < (21,) or version >= (22, 12)


def go_is_good(version: Version) -> bool:
    """As go.mod of the livekit-server we build asks."""
    return version >= (1, 26)


def uv_is_good(version: Version) -> bool:
    return version >= (0, 5)


def found(program: str, question: str, is_good: Callable[[Version], bool]) -> str | None:
    """The path of the system's `program` if it is good. (It may be a version manager's stub that does not run.)"""
    path = shutil.which(program)
    if path is None:
        return None
    answer = subprocess.run([path, question], capture_output=True, text=True, check=False)
    version = parse(answer.stdout) if answer.returncode == 0 else None
    return path if version and is_good(version) else None

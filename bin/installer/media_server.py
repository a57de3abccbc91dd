"""livekit-server: the one you have, or one that is built."""

import os
import shutil

from installer.console import Problem
from installer.go_program import GoProgram

PROGRAM = GoProgram(
    "livekit-server",
    version="1.13.5",
    package="github.com/livekit/livekit-server/cmd/server",
    takes="two to four minutes",
)


def is_ready(mode: str) -> bool:
    if mode == "run" and (os.environ.get("LIVEKIT_URL") or os.environ.get("LIVEKIT_URL_FILE")):
        return True
    named = os.environ.get("MEET_LIVEKIT_SERVER")
    if named and shutil.which(named) is None:
        raise Problem(f"MEET_LIVEKIT_SERVER names {named}, which is no program.")
    return bool(named or shutil.which("livekit-server")) or PROGRAM.is_linked

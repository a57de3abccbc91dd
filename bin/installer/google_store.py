"""fake-gcs-server, which is Google Cloud Storage over a directory: the tests' stand-in for it."""

import shutil

from installer.go_program import GoProgram

PROGRAM = GoProgram(
    "fake-gcs-server",
    version="1.56.1",
    package="github.com/fsouza/fake-gcs-server",
    takes="one to two minutes",
)


def is_ready(mode: str) -> bool:
    return mode == "run" or shutil.which("fake-gcs-server") is not None or PROGRAM.is_linked

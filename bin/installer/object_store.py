"""versitygw, which is S3 over a directory: the tests' stand-in for a storage in the cloud."""

import shutil

from installer.go_program import GoProgram

PROGRAM = GoProgram(
    "versitygw",
    version="1.8.0",
    package="github.com/versity/versitygw/cmd/versitygw",
    takes="one to two minutes",
)


def is_ready(mode: str) -> bool:
    return mode == "run" or shutil.which("versitygw") is not None or PROGRAM.is_linked

"""Storages in the cloud over a directory of this machine: the tests' stand-ins."""

import shutil
from dataclasses import dataclass

from installer.go_program import GoProgram


@dataclass(frozen=True)
class ObjectStore:
    PROGRAM: GoProgram

    def is_ready(self, mode: str) -> bool:
        return mode == "run" or shutil.which(self.PROGRAM.name) is not None or self.PROGRAM.is_linked


S3 = ObjectStore(
    GoProgram(
        "versitygw",
        version="1.8.0",
        package="github.com/versity/versitygw/cmd/versitygw",
        takes="one to two minutes",
    )
)
GOOGLE = ObjectStore(
    GoProgram(
        "fake-gcs-server",
        version="1.56.1",
        package="github.com/fsouza/fake-gcs-server",
        takes="one to two minutes",
    )
)

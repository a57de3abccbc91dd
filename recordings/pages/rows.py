"""Recordings as lists and pages show them: each with what the reader may do with it, and where."""

from dataclasses import dataclass

from recordings.models import Recording
from rooms.permissions import Permission


@dataclass(frozen=True)
class Row:
    """`page_url` plays it, `file_url` saves it; an empty address is none for this reader. `follows` is where the script
    of a public page goes instead of `page_url`, taking along what opened the page."""

    recording: Recording
    permissions: Permission
    page_url: str
    file_url: str
    share_url: str
    delete_url: str
    detail_url: str = ""
    follows: str = ""

    @property
    def may_play(self) -> bool:
        return Permission.recordingPlay in self.permissions and self.recording.is_streamable

    @property
    def may_download(self) -> bool:
        return Permission.recordingDownload in self.permissions and self.recording.is_streamable

    @property
    def may_share(self) -> bool:
        """There is something to see, or will be."""
        return bool(self.share_url) and (self.recording.is_streamable or self.recording.is_in_progress)

    @property
    def may_delete(self) -> bool:
        return bool(self.delete_url) and not self.recording.is_in_progress

    @property
    def may_select(self) -> bool:
        """For what can be done with many at once."""
        return self.may_delete or self.may_download

    @property
    def is_incomplete(self) -> bool:
        """It plays, and something is missing."""
        return self.recording.is_streamable and self.recording.error_code is not None

    @property
    def size(self) -> int | None:
        """What a recorder has written by now is nobody's figure."""
        return self.recording.size if self.recording.released_at else None

    @property
    def state(self) -> str:
        """Changes with whatever is shown of it."""
        recording = self.recording
        shown = (recording.status, recording.duration, self.size, recording.error_code, int(self.permissions))
        return " ".join(str(part) for part in shown)

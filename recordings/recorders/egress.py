"""LiveKit Egress: room composites of our recorder page, files to the storage that the egress service is set up with."""

from datetime import datetime

from livekit.protocol.egress import EncodedFileOutput, EncodedFileType, RoomCompositeEgressRequest

from meet.livekit import gateway
from recordings import lifecycle
from recordings.errors import CannotStart, NoRecorderFree
from recordings.failures import Failure
from recordings.models import Recording, RecordingStatus


class EgressRecorder:
    def free(self, *, now: datetime) -> int | None:
        return None

    def expect_free(self, recording: Recording, *, now: datetime) -> None:
        """Only the start itself tells."""

    def start(self, recording: Recording, *, now: datetime) -> None:
        room_id = recording.room.room_id
        output = EncodedFileOutput(file_type=EncodedFileType.MP4, filepath=recording.key, disable_manifest=True)
        request = RoomCompositeEgressRequest(room_name=room_id, layout=recording.layout, file_outputs=[output])
        try:
            info = gateway.start_room_egress(request)
        except gateway.LiveKitUnavailable as error:
            raise NoRecorderFree(room_id) from error
        except gateway.LiveKitError as error:
            raise CannotStart(Failure.PAGE_FAILED, error.message) from error
        lifecycle.note(recording.pk, lifecycle.Report(RecordingStatus.STARTING, egress_id=info.egress_id), now=now)

    def stop(self, recording: Recording, *, now: datetime) -> None:
        if recording.egress_id:
            gateway.stop_egress(recording.egress_id)

    def look_after(self, recording: Recording, *, now: datetime) -> None:
        with lifecycle.held(recording.pk) as row:
            if row.released_at is None and row.deadline_at and row.deadline_at < now:
                lifecycle.lose_recorder(row, now=now)

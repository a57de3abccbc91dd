"""A room that records its meetings by itself, on the real stack."""

import time

import httpx

from tests.e2e.recording import ended, get, is_free, meeting, recordings, stop
from tests.servers import Installation, wait_until


def test_a_meeting_is_recorded_from_its_first_picture_and_stays_unrecorded_when_stopped(
    installation: Installation, program: httpx.Client
) -> None:
    with meeting(installation, program, autoRecording=True) as room:

        def mine() -> list[dict[str, object]]:
            return [one for one in recordings(program) if one["roomId"] == room["roomId"]]

        wait_until(lambda: bool(mine()), seconds=20, what="it records itself")
        [recording] = mine()
        wait_until(lambda: get(program, recording)["status"] == "active", seconds=20, what="the recorder is at work")
        stop(program, recording)
        assert ended(program, recording)["status"] == "complete"
        # Longer than it takes to look for such meetings again.
        time.sleep(5)
        assert len(mine()) == 1
        assert is_free(installation, program, room)

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path


def all_gone(pids: Iterable[int], *, within: float = 1) -> bool:
    """A killed process takes a moment to go."""
    left = set(pids)
    until = time.monotonic() + within
    while left and time.monotonic() < until:
        left = {pid for pid in left if _is_alive(pid)}
        time.sleep(0.02)
    return not left


def _is_alive(pid: int) -> bool:
    """A zombie that nobody has reaped yet is dead."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    answer = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() != "" and not answer.stdout.startswith("Z")

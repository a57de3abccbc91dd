"""How fast the machine is at this moment. A virtual one shares its memory with neighbours: in one afternoon the same
benchmark took twice as long as in the morning while a plain loop took the same. Figures taken at different hours can be
compared only with these beside them."""

import time
from pathlib import Path

_CONGESTION = Path("/proc/sys/net/ipv4/tcp_congestion_control")
_STEPS = 300_000
_MEMORY = 1 << 27


def condition() -> str:
    """BBR paces what is sent, even to the same machine: a file takes a third longer than by cubic, which is usual."""
    congestion = _CONGESTION.read_text().strip() if _CONGESTION.exists() else "?"
    return f"loop {_loop():.0f} ms, memory {_memory():.0f} ns, TCP {congestion}"


def _loop() -> float:
    """Milliseconds of two million additions in Python."""
    began = time.perf_counter()
    sum(number * number for number in range(2_000_000))
    return (time.perf_counter() - began) * 1000


def _memory() -> float:
    """Nanoseconds that a byte somewhere takes longer than one of the neighbourhood."""
    cells = bytearray(b"\1") * _MEMORY
    return (_read(cells, stride=1_103_515_245) - _read(cells, stride=1)) / _STEPS * 1e9


def _read(cells: bytearray, *, stride: int) -> float:
    began = time.perf_counter()
    for number in range(_STEPS):
        cells[number * stride & (_MEMORY - 1)]
    return time.perf_counter() - began

"""Downloads through our server: how fast, at what cost, and how much of them it holds."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass

from .answering import Target
from .answers import MB
from .figures import Figures
from .kernel import cpu_s, forget_peak, peak_mb, rss_mb
from .load import Load
from .servers import Command
from .stage import BenchError, Pace, Stage
from .wires import PASS_THROUGH

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Download:
    """One file of so many bytes, for one caller."""

    size: int
    server: Command

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Warm the server with a small answer, and load the file once."""
        with Load(PASS_THROUGH, self.server).serving(stage) as target:
            forget_peak(target.pid)
            before_mb, before_s, began = rss_mb(target.pid), cpu_s(target.pid), time.perf_counter()
            _read(target, self.size)
            took_s, used_s = time.perf_counter() - began, cpu_s(target.pid) - before_s
            return {
                "MB/s": self.size / MB / took_s,
                "CPU s per GB": used_s / self.size * 1e9,
                "growth MB": peak_mb(target.pid) - before_mb,
            }


def _read(target: Target, size: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    room, count = memoryview(bytearray(_PIECE)), 0
    try:
        connection.request("GET", f"/v1/files/{size}")
        answer = connection.getresponse()
        while read := answer.readinto(room):
            count += read
    finally:
        connection.close()
    if answer.status != 200 or count != size:
        raise BenchError(f"status {answer.status}, {count} bytes of {size}")

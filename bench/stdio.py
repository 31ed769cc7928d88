"""MCP over standard input and output: one message a line, so many under way at once."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles

from .figures import CPU, MANY, P50, P99, PEAK, RATE, Figures, at
from .kernel import cpu_s, peak_mb
from .servers import our_stdio
from .stage import BenchError, Pace, Stage, environ, pinned, stopping
from .wires import LEGACY, tool_call

_HANDSHAKE = {
    "protocolVersion": LEGACY,
    "clientInfo": {"name": "bench", "version": "1"},
    "capabilities": {},
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Measures our server with so many calls under way, one number after the other."""

    callers: Sequence[int] = (1, MANY)

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Shake hands, check an answer, warm up, and call."""
        with _connected(stage) as process:
            client = _Client(process)
            client.shake_hands()
            client.call_for(pace.warm_s or 0.2, MANY)
            figures: dict[str, float] = {}
            for callers in self.callers:
                before = cpu_s(process.pid)
                took_s, times = client.call_for(pace.load_s if callers > 1 else pace.one_s, callers)
                used_s = cpu_s(process.pid) - before
                cuts = quantiles(times, n=100)
                figures |= {
                    at(RATE, callers): len(times) / took_s,
                    at(P50, callers): cuts[49] * 1000,
                    at(P99, callers): cuts[98] * 1000,
                    at(CPU, callers): used_s / len(times) * 10_000,
                }
            return {**figures, PEAK: peak_mb(process.pid)}


@contextmanager
def _connected(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    command = pinned(our_stdio(stage), [stage.server_core])
    pipe = subprocess.PIPE
    with (stage.folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, env=environ(stage.folder))
    with stopping(process):
        yield process


class _Client:
    """Writes and reads lines; answers may come in any order."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None or process.stdout is None:
            raise BenchError("the server has no pipes")
        self._input, self._output = process.stdin, process.stdout
        self._exchange = tool_call(LEGACY)
        self._message: dict[str, object] = json.loads(self._exchange.request.body)
        self._least_bytes = 0
        self._number = 0

    def shake_hands(self) -> None:
        """Begin a session, and see that a call gives the right answer."""
        self._write({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": _HANDSHAKE})
        self._read()
        self._write({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self._call()
        line = self._read()
        if not self._exchange.is_right(json.loads(line)):
            raise BenchError(f"wrong answer: {line[:500]!r}")
        self._least_bytes = len(line)

    def call_for(self, duration_s: float, callers: int) -> tuple[float, list[float]]:
        """Keep so many calls under way; gives how long that took, and how long each call did."""
        began = time.perf_counter()
        sent = {self._call(): time.perf_counter() for _ in range(callers)}
        times: list[float] = []
        while sent:
            line, now = self._read(), time.perf_counter()
            if len(line) < self._least_bytes:
                raise BenchError(f"wrong answer: {line[:500]!r}")
            times.append(now - sent.pop(json.loads(line)["id"]))
            if now - began < duration_s:
                sent[self._call()] = now
        return time.perf_counter() - began, times

    def _call(self) -> int:
        self._number += 1
        self._write({**self._message, "id": self._number})
        return self._number

    def _write(self, message: object) -> None:
        self._input.write(json.dumps(message).encode() + b"\n")
        self._input.flush()

    def _read(self) -> bytes:
        line = self._output.readline()
        if not line:
            raise BenchError("the server ended")
        return line

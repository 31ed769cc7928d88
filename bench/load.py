"""Puts load on a server with wrk; only right answers count."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .answering import Target, await_answer, running_already
from .figures import CPU, MANY, P50, P99, PEAK, RATE, START, Figures, at
from .kernel import cpu_s, peak_mb
from .servers import Command
from .stage import ROOT, BenchError, Pace, Stage, free_port, program, running
from .wires import Exchange


@dataclass(frozen=True, slots=True)
class Load:
    """Measures a server under the load of so many callers, one number after the other.

    No server is the upstream itself. ``all_cores`` are for a server of several processes, beside the load.
    """

    exchange: Exchange
    server: Command | None
    callers: Sequence[int] = (1, MANY)
    all_cores: bool = False

    def measure(self, stage: Stage, pace: Pace) -> Figures:
        """Start the server, warm it, and put the loads on it."""
        with self.serving(stage) as target:
            if pace.warm_s:
                put_load(stage, target, MANY, pace.warm_s)
            figures: dict[str, float] = {}
            for callers in self.callers:
                figures |= _loaded(stage, target, callers, pace.load_s if callers > 1 else pace.one_s)
            return {**figures, PEAK: peak_mb(target.pid), START: target.start_s}

    @contextmanager
    def serving(self, stage: Stage) -> Iterator[Target]:
        """Run the server; it is ready when it has given the right answer."""
        if self.server is None:
            yield await_answer(stage.upstream_pid, stage.upstream_port, self.exchange, running_already)
            return
        cores = (stage.server_core, stage.load_core) if self.all_cores else (stage.server_core,)
        port, log = free_port(), stage.folder / "server.log"
        with running(self.server(stage, port), log, cores) as process:
            try:
                yield await_answer(process.pid, port, self.exchange, process.poll)
            except BenchError as error:
                raise BenchError(f"{error}\n{log.read_text(errors='replace')[-2000:]}".rstrip()) from None


def _loaded(stage: Stage, target: Target, callers: int, duration_s: int) -> Figures:
    before = cpu_s(target.pid)
    told = put_load(stage, target, callers, duration_s)
    used_s = cpu_s(target.pid) - before
    return {
        at(RATE, callers): told["requests"] / told["duration"] * 1e6,
        at(P50, callers): told["p50"] / 1000,
        at(P99, callers): told["p99"] / 1000,
        at(CPU, callers): used_s / told["requests"] * 10_000,
    }


def put_load(stage: Stage, target: Target, callers: int, duration_s: int) -> Figures:
    """Run wrk, and give what load.lua tells; anything but right answers makes the measurement worthless."""
    command = load_command(stage, target, callers, duration_s)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        raise BenchError(f"wrk failed: {done.stdout}{done.stderr}")
    told: dict[str, float] = json.loads(lines[-1])
    requests = told["requests"]
    if told["failed"] or not requests:
        raise BenchError(f"errors in {requests} requests of {callers} callers: {done.stderr}")
    # a failed tool call comes with status 200 too, but it is short
    if told["bytes"] / requests < target.answer_bytes * 0.999:
        raise BenchError(f"some answers to {callers} callers were shorter than the right one")
    return told


def load_command(stage: Stage, target: Target, callers: int, duration_s: int) -> list[str]:
    """Write wrk's command line."""
    request = target.request
    headers = [part for pair in request.headers.items() for part in ("-H", ": ".join(pair))]
    amount = ["-t1", f"-c{callers}", f"-d{duration_s}s", "--timeout", "10s", "--latency"]
    script, url = str(ROOT / "bench" / "load.lua"), f"http://127.0.0.1:{target.port}{request.path}"
    body = stage.folder / "body.json"
    body.write_bytes(request.body)
    posted = [str(body)] if request.method == "POST" else []
    return [program("wrk"), *amount, *headers, "-s", script, url, "--", *posted]

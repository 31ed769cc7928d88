"""Measures one row: start, a checked answer, then load from one caller and from many."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from .answers import ANSWERS
from .contestants import Request, Row
from .stage import ROOT, BenchError, Stage, cpu_s, free_port, peak_mb, program, running

MANY = 32
_START_S = 30.0
_ANSWER_S = 10.0
_PAUSE_S = 0.002


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float
    requests: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One row in one round."""

    one: Load
    many: Load
    cpu_s_per_10k: float
    peak_mb: float
    start_s: float


@dataclass(frozen=True, slots=True)
class Target:
    """A running server; ``answer_bytes`` is the size of its right answer on the wire."""

    row: Row
    pid: int
    port: int
    request: Request
    start_s: float
    answer_bytes: int


def measure(stage: Stage, row: Row, job: str, duration_s: int) -> Sample:
    """Start a server, warm it, and measure it with one caller and with many."""
    with serving(stage, row, job) as target:
        put_load(stage, target, MANY, 1)
        one = put_load(stage, target, 1, duration_s)
        before = cpu_s(target.pid)
        many = put_load(stage, target, MANY, duration_s)
        used_s = cpu_s(target.pid) - before
        return Sample(one, many, used_s / many.requests * 10_000, peak_mb(target.pid), target.start_s)


@contextmanager
def serving(stage: Stage, row: Row, job: str) -> Iterator[Target]:
    """Start the server of a row; it is ready when it has given the right answer."""
    port, request, log = free_port(), row.wire.request(job), stage.folder / "server.log"
    began = time.perf_counter()
    with running(row.command(stage, port), log, stage.server_core) as process:
        try:
            status, body, size = _first_answer(process, port, request, began + _START_S)
        except BenchError as error:
            raise BenchError(f"{row.name}: {error}\n{log.read_text(errors='replace')[-2000:]}") from None
        start_s = time.perf_counter() - began
        if status != 200 or row.wire.read(json.loads(body)) != ANSWERS[job]:
            raise BenchError(f"{row.name}: wrong answer {status}: {body[:500]!r}")
        yield Target(row, process.pid, port, request, start_s, size)


def _first_answer(
    process: subprocess.Popen[bytes], port: int, request: Request, until: float
) -> tuple[int, bytes, int]:
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise BenchError(f"ended with {process.returncode} before it answered")
        try:
            return _ask(port, request)
        except ConnectionRefusedError:
            time.sleep(_PAUSE_S)
        except (OSError, HTTPException) as error:
            raise BenchError(f"the first request failed: {error!r}") from None
    raise BenchError(f"did not listen within {_START_S:g} s")


def _ask(port: int, request: Request) -> tuple[int, bytes, int]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER_S)
    try:
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        response = connection.getresponse()
        body = response.read()
        return response.status, body, _head_bytes(response) + len(body)
    finally:
        connection.close()


def _head_bytes(response: HTTPResponse) -> int:
    first = len(f"HTTP/1.1 {response.status} {response.reason}\r\n\r\n")
    return first + sum(len(f"{name}: {value}\r\n") for name, value in response.getheaders())


def put_load(stage: Stage, target: Target, callers: int, duration_s: int) -> Load:
    """Run wrk; anything but the right answers makes the measurement worthless."""
    command = load_command(stage, target, callers, duration_s)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        raise BenchError(f"{target.row.name}: wrk failed: {done.stdout}{done.stderr}")
    told = json.loads(lines[-1])
    requests = told["requests"]
    if told["failed"] or not requests:
        raise BenchError(f"{target.row.name}: {told['failed']} errors in {requests} requests")
    # a failed tool call comes with status 200 too, but it is short
    if told["bytes"] / requests < target.answer_bytes * 0.999:
        raise BenchError(f"{target.row.name}: some answers under load were shorter than the right one")
    rate = requests / told["duration"] * 1e6
    return Load(rate, told["p50"] / 1000, told["p99"] / 1000, requests)


def load_command(stage: Stage, target: Target, callers: int, duration_s: int) -> list[str]:
    """Write wrk's command line."""
    request = target.request
    headers = [part for pair in request.headers.items() for part in ("-H", ": ".join(pair))]
    amount = ["-t1", f"-c{callers}", f"-d{duration_s}s", "--latency"]
    script, url = str(ROOT / "bench" / "load.lua"), f"http://127.0.0.1:{target.port}{request.path}"
    body = stage.folder / "body.json"
    body.write_bytes(request.body)
    posted = [str(body)] if request.method == "POST" else []
    return [program("wrk"), *amount, *headers, "-s", script, url, "--", *posted]

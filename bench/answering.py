"""A server serves when it has given the right answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse

from .stage import BenchError
from .wires import Exchange, Request

_START_S = 60.0
_ANSWER_S = 10.0
_PAUSE_S = 0.002


@dataclass(frozen=True, slots=True)
class Target:
    """A running server; ``answer_bytes`` is the size of its right answer on the wire."""

    pid: int
    port: int
    request: Request
    start_s: float
    answer_bytes: int


def await_answer(pid: int, port: int, exchange: Exchange, ended: Callable[[], int | None]) -> Target:
    """Ask a server that was just started until it answers; ``ended`` tells its exit code if there is one."""
    began = time.perf_counter()
    while time.perf_counter() < began + _START_S:
        if (code := ended()) is not None:
            raise BenchError(f"ended with {code} before it answered")
        try:
            status, body, size = ask(port, exchange.request)
        except ConnectionRefusedError:
            time.sleep(_PAUSE_S)
            continue
        except (OSError, HTTPException) as error:
            raise BenchError(f"the first request failed: {error!r}") from None
        start_s = time.perf_counter() - began
        if status != 200 or not exchange.is_right(json.loads(body)):
            raise BenchError(f"wrong answer {status}: {body[:500]!r}")
        return Target(pid, port, exchange.request, start_s, size)
    raise BenchError(f"did not listen within {_START_S:g} s")


def running_already() -> None:
    """Tell that a server has not ended."""


def ask(port: int, request: Request) -> tuple[int, bytes, int]:
    """Send a request; gives the status, the body, and the size of all that came."""
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

"""Requests that are written in one go, which are nearly all; they cost two fifths of what others do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from ...plan.call import Inbound
from .line import Line
from .line_inbound import LineInbound
from .lines import Lines
from .telling import FAILURES, check_status, told

# what is written without asking whether the other side takes it
_SHORT_BYTES = 64 * 1024
_WITHOUT_BODY = frozenset({"GET", "OPTIONS"})
# not HEAD: that no body follows its answer is for others to know
_METHODS = _WITHOUT_BODY | {"POST", "PUT", "PATCH", "DELETE"}
# where a request says more of itself than that
_UNUSUAL = frozenset({"host", "content-length", "transfer-encoding", "expect", "upgrade"})


class Asked(NamedTuple):
    """A request as the transport is given it."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | AsyncIterator[bytes] | None


def is_short(asked: Asked) -> bool:
    """Tell whether a request is written in one go."""
    body = asked.body
    return (
        (body is None or (isinstance(body, bytes) and len(body) <= _SHORT_BYTES))
        and asked.method in _METHODS
        and _UNUSUAL.isdisjoint([name.lower() for name, _ in asked.headers])
    )


class ShortExchange:
    """One request and its answer; a line whose answer was not read to its end is closed."""

    __slots__ = ("_answer", "_asked", "_line", "_lines")

    def __init__(self, lines: Lines, asked: Asked) -> None:
        self._lines, self._asked = lines, asked
        self._line: Line | None = None
        self._answer: LineInbound | None = None

    async def __aenter__(self) -> Inbound:
        lines = self._lines
        try:
            place, target = lines.find(self._asked.url)
            request = _written(self._asked, place.host, target)
            line = self._line = place.take() or await lines.open(place)
            try:
                answer = self._answer = await line.ask(request)
                check_status(lines.name, answer.status)
            except BaseException:
                line.close()
                raise
        except FAILURES as error:
            raise told(error, lines.name, "no usable answer came") from None
        return answer

    async def __aexit__(self, *failure: object) -> None:
        if self._line is not None and (self._answer is None or not self._answer.is_over):
            self._line.close()


def _written(asked: Asked, host: str, target: str) -> bytes:
    """Write a request; raises ValueError where a header would become two."""
    method, _, headers, body = asked
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *[f"{name}: {value}" for name, value in headers]]
    if isinstance(body, bytes):
        lines.append(f"Content-Length: {len(body)}")
    elif method not in _WITHOUT_BODY:
        lines.append("Content-Length: 0")
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise ValueError("a header has a line break")
    head = f"{text}\r\n\r\n".encode()
    return head + body if isinstance(body, bytes) else head
